"""Makes `python -m unittest` find the modules of the plugin and the bindings, which it makes if `build.py` has not."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path += [str(ROOT / "src"), str(ROOT / "bindings")]

if not (ROOT / "bindings").is_dir():
    subprocess.run([sys.executable, "build.py", "bindings"], cwd=ROOT, check=True)
