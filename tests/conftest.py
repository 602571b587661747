"""One thread per process: two workers and their child processes share the cores.

Set before anything imports a numerical library, which reads it once. With numba's own number of threads,
torch would wait actively for a second thread that has no core, and take ten times as long.
"""

import os
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# Programs that tests start find the package of this checkout, as pytest itself does (pyproject.toml).
os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1] / "src")
