"""`bench` is no part of the package: its folders are imported from the root, its scripts by name, as they run."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [place for place in (str(ROOT), str(ROOT / "bench")) if place not in sys.path]
