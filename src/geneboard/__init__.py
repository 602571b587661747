"""geneboard: the benchmark of gene representations.

The packages `benchmark`, `datasets`, `methods` and `metrics` stand side by side in the checkout and are
imported below this name, as other distributions own names like ``datasets``. Installed, they lie in this
folder; in the checkout, the folder above ``src`` is searched as well. The public functions of `benchmark` are
here too: ``geneboard.run(["lung"], data="folder")``.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

_CHECKOUT = Path(__file__).resolve().parents[2]
if (_CHECKOUT / "run_all.py").is_file():
    __path__ = [*__path__, str(_CHECKOUT)]


def __getattr__(name: str) -> Any:
    benchmark = import_module("geneboard.benchmark")
    if name not in benchmark.PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(benchmark, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *import_module("geneboard.benchmark").PUBLIC})
