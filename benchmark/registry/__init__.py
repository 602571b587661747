"""Methods, metrics and data sources, found without importing them."""

from geneboard.benchmark.registry.entries import IMPORTED_FROM, IS_INSTALLED, ROOT, Entry, entries_in
from geneboard.benchmark.registry.known import (
    KIND_ORDER,
    NAME,
    Registry,
    files_of,
    inference_methods,
    methods,
    metrics,
    sources,
)

__all__ = [
    "IMPORTED_FROM",
    "IS_INSTALLED",
    "KIND_ORDER",
    "NAME",
    "ROOT",
    "Entry",
    "Registry",
    "entries_in",
    "files_of",
    "inference_methods",
    "methods",
    "metrics",
    "sources",
]
