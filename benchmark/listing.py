"""What there is to choose from, as rows for ``list``."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from benchmark import registry
from benchmark.external.commands import known_methods
from datasets.base import TISSUES, InputError
from datasets.catalogue import read_catalogue


def listed(
    what: str, *, tissue: str | None = None, plugins: Sequence[Path] = (), external: Path | None = None
) -> list[dict[str, object]]:
    """Return methods, datasets (of one tissue or all), metrics or tissues, a dict each.

    Raises
    ------
    InputError
        If the tissue is unknown or a plugin file is not usable.
    """
    if tissue is not None and what != "datasets":
        raise InputError("--tissue goes with `list datasets` only")
    if (plugins or external) and what != "methods":
        raise InputError("--plugin and --external go with `list methods` only")
    if what == "tissues":
        return [{"name": name} for name in TISSUES]
    if what == "datasets":
        if tissue is not None and tissue not in TISSUES:
            raise InputError(f"--tissue {tissue}: unknown tissue{registry.closest(tissue, TISSUES)}")
        return [dataclasses.asdict(row) for row in read_catalogue() if tissue in (None, row.tissue)]
    if what == "methods":
        return [
            {
                **_row(entry, {"kind": "plugin", "deterministic": False, "reference": ""}),
                "origin": entry.origin,
                "fault": entry.fault,
            }
            for entry in known_methods(plugins, external)
        ]
    return [_row(entry, {"headline": True}) for entry in registry.metrics()]


def _row(entry: registry.Entry, attributes: dict[str, object]) -> dict[str, object]:
    """Return name, title and some attributes of a class, with their defaults."""
    shown = {key: entry.attributes.get(key, default) for key, default in attributes.items()}
    return {"name": entry.name, "title": entry.title, **shown}
