"""What Python has elsewhere and a plugin has not: files, processes, randomness, late imports. Left as it is, each would
end the call with a bare `unreachable`, which no tool can catch. So it is an OSError here, the clock stands at the
moment at which the call began, and `print` writes into the operator's debug log.

All this holds from `begin` on, the begin of a call. When the component is built, and in unit tests, nothing is
different. Import this module before all others, so that they see what it changes."""

import _strptime  # noqa: F401  # `datetime.strptime` imports it late.
import builtins
import datetime
import functools
import io
import os
import sys
import time
from collections.abc import Callable
from importlib.machinery import PathFinder
from typing import Any

_started: Callable[[], int] | None = None

ABSENT: dict[Any, list[str]] = {
    builtins: ["open", "input"],
    io: ["open"],
    os: "_exit abort access chdir listdir lstat mkdir open remove rename rmdir scandir stat unlink urandom".split(),
    time: ["process_time", "process_time_ns", "sleep"],
}

# Of modules that a plugin may have imported: what they would miss, and where they would.
LATE = {
    "asyncio": ("event loop", ["run"]),
    "httpx": ("sockets", ["Client.request"]),
    "requests": ("sockets", ["Session.request"]),
    "tempfile": ("files", ["mkdtemp", "mkstemp", "NamedTemporaryFile", "TemporaryFile"]),
    "urllib.request": ("sockets", ["OpenerDirector.open"]),
}

# What gives the time, and in how many nanoseconds one of its units.
CLOCKS = {"time": 1e9, "monotonic": 1e9, "perf_counter": 1e9, "time_ns": 1, "monotonic_ns": 1, "perf_counter_ns": 1}


def begin(started: Callable[[], int], log: Callable[[str], None]) -> None:
    """A call begins: `started` gives its time in milliseconds since 1970, `log` takes a line."""
    global _started
    _started = started
    sys.stdout = sys.stderr = _Log(log)
    for module, (what, places) in LATE.items():
        for place in places if module in sys.modules else []:
            *within, name = place.split(".")
            setattr(functools.reduce(getattr, within, sys.modules[module]), name, _absent(what))
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not PathFinder] + [_NoFiles]


def _replace(module: Any, name: str, stand_in: Callable[..., Any]) -> None:
    original = getattr(module, name)

    def either(*given: Any, **named: Any) -> Any:
        return (original if _started is None else stand_in)(*given, **named)

    setattr(module, name, either)


def _absent(name: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(f"a plugin has no {name}: it has the api that its tools are given")

    return refuse


def _clock(unit: float) -> Callable[..., Any]:
    def now() -> float:
        nanoseconds = _milliseconds() * 1_000_000
        return nanoseconds if unit == 1 else nanoseconds / unit

    return now


def _milliseconds() -> int:
    return _started() if _started else 0


def _broken_down(seconds: float | None = None) -> time.struct_time:
    return _gmtime(time.time() if seconds is None else seconds)


_gmtime = time.gmtime
_strftime = time.strftime


def _like(original: type) -> type:
    """The metaclass of a stand-in: instances of the original, which C code makes, are its instances too."""

    class Like(type):
        def __instancecheck__(cls, instance: Any) -> bool:
            return isinstance(instance, original)

        def __subclasscheck__(cls, other: type) -> bool:
            return issubclass(other, original)

    return Like


class _Datetime(datetime.datetime, metaclass=_like(datetime.datetime)):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        if _started is None:
            return super().now(tz)
        utc = cls(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(milliseconds=_milliseconds())
        return utc.replace(tzinfo=None) if tz is None else utc.astimezone(tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now(datetime.UTC).replace(tzinfo=None)


class _Date(datetime.date, metaclass=_like(datetime.date)):
    @classmethod
    def today(cls) -> Any:
        return datetime.datetime.now().date()


class _NoFiles:
    """Finds no module, since there are no files."""

    @staticmethod
    def find_spec(name: str, *_: Any) -> None:
        raise ModuleNotFoundError(f"{name} is not in the component: import it at the top of a file", name=name)


class _Log(io.TextIOBase):
    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._log(line)
        return len(text)


for _module, _names in ABSENT.items():
    for _name in _names:
        if hasattr(_module, _name):
            _replace(_module, _name, _absent(f"{_module.__name__}.{_name}"))
for _name, _unit in CLOCKS.items():
    _replace(time, _name, _clock(_unit))
_replace(time, "gmtime", _broken_down)
_replace(time, "localtime", _broken_down)
_replace(time, "strftime", lambda form, when=None: _strftime(form, when or _broken_down()))
datetime.datetime = _Datetime  # type: ignore[misc]
datetime.date = _Date  # type: ignore[misc]
