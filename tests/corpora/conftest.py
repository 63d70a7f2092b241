"""Tells where the modules are that make corpora."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
