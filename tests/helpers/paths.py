"""Where a process of its own finds the code of this repository, whatever is installed."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = os.pathsep.join([str(ROOT), str(ROOT / "pipeline")])  # PYTHONPATH
