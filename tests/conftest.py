"""One thread per process: two workers and their child processes share the cores.

Set before anything imports a numerical library, which reads it once.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
