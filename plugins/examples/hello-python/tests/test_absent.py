"""What a plugin has not, and what stands in its place. In a process of its own, which it changes."""

import subprocess
import sys
import unittest
from pathlib import Path

SRC = Path(__file__).parent.parent / "src"

CALL = """
import absent
import asyncio, datetime, os, tempfile, time, urllib.request
from datetime import date, datetime as moment, timezone

def call(work):
    try:
        lines.append(repr(work()))
    except Exception as error:
        lines.append(f"{type(error).__name__}: {error}")

lines, log = [], []
before = (open(__file__).read(), time.time(), moment.now(), moment.now(timezone.utc))
absent.begin(lambda: 1_735_689_600_500, log.append)
WORK
print("found", 2)
os.write(1, "\\n".join(lines + log).encode())
"""


def lines(*work: str) -> list[str]:
    """What each expression gives or raises in a call, then the log."""
    script = CALL.replace("WORK", "\n".join(f"call(lambda: {one})" for one in work)).replace("__file__", "os.devnull")
    done = subprocess.run([sys.executable, "-c", script], cwd=SRC, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def refused(name: str) -> str:
    return f"OSError: a plugin has no {name}: it has the api that its tools are given"


class Absent(unittest.TestCase):
    def test_the_time_is_the_calls(self) -> None:
        found = lines(
            "time.time()",
            "time.time_ns()",
            "time.gmtime()[:6]",
            "time.strftime('%Y-%m-%d')",
            "moment.now(timezone.utc).isoformat()",
            "moment.utcnow().isoformat()",
            "date.today()",
            "[isinstance(it, date) for it in (date.today(), moment.now(), moment.now().date(), moment(2025, 1, 1), 1)]",
            "moment.strptime('2024-02-29', '%Y-%m-%d').isoformat()",
            "(moment.now(timezone.utc) - moment.fromisoformat('2024-12-31T00:00:00+00:00')).days",
        )
        expected = [
            "1735689600.5",
            "1735689600500000000",
            "(2025, 1, 1, 0, 0, 0)",
            "'2025-01-01'",
            "'2025-01-01T00:00:00.500000+00:00'",
            "'2025-01-01T00:00:00.500000'",
            "datetime.date(2025, 1, 1)",
            "[True, True, True, True, False]",
            "'2024-02-29T00:00:00'",
            "1",
        ]
        self.assertEqual(found, [*expected, "found 2"])

    def test_what_is_not_there_is_an_error(self) -> None:
        found = lines("open('x')", "os.stat('x')", "os.urandom(1)", "time.sleep(1)", "input()", "__import__('this')")
        names = ["builtins.open", "os.stat", "os.urandom", "time.sleep", "builtins.input"]
        self.assertEqual(found[:5], [refused(name) for name in names])
        late = lines("urllib.request.urlopen('https://example.com')", "tempfile.mkdtemp()", "asyncio.run(None)")
        self.assertEqual(late[:3], [refused(name) for name in ("sockets", "files", "event loop")])
        self.assertIn("ModuleNotFoundError: this is not in the component: import it at the top of a file", found)
