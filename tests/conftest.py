"""One thread per process, and files with slow tests first.

Two workers and their child processes share the cores. The number of threads is set before anything
imports a numerical library, which reads it once. With numba's own number of threads, torch would
wait actively for a second thread that has no core, and take ten times as long.
"""

import gc
import os
import sys
from pathlib import Path

import pytest

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

TASKS_OF_TESTS = ("counted_cells", "toy_task.task")

# Where Python is told to keep no compiled code, each of the processes would compile all of ours again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Programs that tests start find the package of this checkout, as pytest itself does (pyproject.toml).
os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1] / "src")


@pytest.fixture(scope="session", autouse=True)
def one_server_of_processes() -> None:
    """Have all tests of a worker fork from one server; each would take ten seconds to start.

    It imports what any task needs: for a name that it lacks, even of what it has, there is a new one.
    """
    from geneboard.benchmark.engine import child
    from geneboard.benchmark.engine.server import SERVER, TORCH
    from geneboard.benchmark.report import figures
    from geneboard.benchmark.task import TASKS, module_of, task_named

    own = (child.__name__, *map(module_of, TASKS), *TASKS_OF_TESTS)
    libraries = (library for name in TASKS for library in task_named(name).libraries)
    SERVER.always = frozenset((TORCH, *libraries, *figures.LIBRARIES, *own))


gc.disable()  # nothing that is imported for the tests, or collected of them, becomes garbage


def pytest_collection_finish() -> None:
    """Collect garbage from here on, and of the tests alone."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have no worker left alone at the end with a file that takes long."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
