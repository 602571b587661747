"""Entry point: ``python run_all.py --tissue lung``; see ``python run_all.py --help``."""

import sys
from pathlib import Path

# In the place of this folder: who imports another `datasets` shall not find ours, and an installed geneboard
# shall not stand before this checkout.
sys.path[0] = str(Path(__file__).resolve().parent / "src")

from geneboard.benchmark.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
