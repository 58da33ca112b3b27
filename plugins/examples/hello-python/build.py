"""Builds the component hello-python.wasm, and the bindings that unit tests and editors import.

    .venv/bin/python build.py             both
    .venv/bin/python build.py bindings    the bindings alone
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent
CONTRACT = ["--quiet", "--wit-path", "wit", "--world", "plugin"]


def componentize_py(*arguments: str) -> None:
    # The one that was installed beside this Python, whatever else is in PATH.
    tool = shutil.which("componentize-py", path=sysconfig.get_path("scripts"))
    if tool is None:
        sys.exit("componentize-py is missing: run `.venv/bin/pip install -r requirements.txt`")
    # Packages come from the environment that this Python belongs to, and from no other on the machine.
    ran = subprocess.run([tool, *CONTRACT, *arguments], cwd=ROOT, env={**os.environ, "VIRTUAL_ENV": sys.prefix})
    if ran.returncode != 0:
        sys.exit(ran.returncode)


def main() -> None:
    shutil.rmtree(ROOT / "bindings", ignore_errors=True)
    componentize_py("bindings", "bindings")
    if sys.argv[1:] == ["bindings"]:
        return
    # --stub-wasi: no clock, no files, no randomness, so that the component imports what auth0-mcp offers and no more.
    componentize_py("componentize", "--stub-wasi", "app", "--python-path", "src", "--output", "hello-python.wasm")
    file = ROOT / "hello-python.wasm"
    print(f"{file}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
