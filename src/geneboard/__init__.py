"""geneboard: the benchmark of gene representations.

The packages `benchmark`, `datasets`, `methods` and `metrics` stand side by side in the checkout and are
imported below this name, as other distributions own names like ``datasets``. Installed, they lie in this
folder; in the checkout, the folder above ``src`` is searched as well.
"""

from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]
if (_CHECKOUT / "run_all.py").is_file():
    __path__ = [*__path__, str(_CHECKOUT)]
