"""Entry point: ``python run_all.py --tissue lung``; see ``python run_all.py --help``."""

import sys

from benchmark.cli import main

if __name__ == "__main__":
    sys.exit(main())
