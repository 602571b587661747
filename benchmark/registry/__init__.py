"""Methods, metrics and data sources, found without importing them."""

from geneboard.benchmark.registry.entries import (
    IMPORTED_FROM,
    IS_INSTALLED,
    ROOT,
    Entry,
    entries_in,
    source_files,
)
from geneboard.benchmark.registry.known import (
    KIND_ORDER,
    NAME,
    Registry,
    check_attributes,
    files_of,
    inference_methods,
    is_title,
    methods,
    metrics,
    sources,
    title_key,
)

__all__ = [
    "IMPORTED_FROM",
    "IS_INSTALLED",
    "KIND_ORDER",
    "NAME",
    "ROOT",
    "Entry",
    "Registry",
    "check_attributes",
    "entries_in",
    "files_of",
    "inference_methods",
    "is_title",
    "methods",
    "metrics",
    "source_files",
    "sources",
    "title_key",
]
