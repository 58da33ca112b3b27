"""Makes `python -m unittest` find the modules of the plugin and the bindings that `build.py` makes."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path += [str(ROOT / "src"), str(ROOT / "bindings")]
