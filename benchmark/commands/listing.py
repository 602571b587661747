"""What there is to choose from, as rows for ``list``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geneboard.benchmark import registry
from geneboard.benchmark.external.commands import known_methods
from geneboard.datasets.base import TISSUES
from geneboard.datasets.catalogue import CatalogueEntry, read_catalogue
from geneboard.datasets.errors import InputError, closest


def listed(
    what: str,
    *,
    tissue: str | None = None,
    data: Path | None = None,
    plugins: Sequence[Path] = (),
    external: Path | None = None,
) -> list[dict[str, object]]:
    """Return methods, inference methods, datasets (of one tissue or all), metrics or tissues, a dict each.

    With `data`, a folder for ``--data``, datasets have the key ``there``.

    Raises
    ------
    InputError
        If the tissue is unknown or a plugin file is not usable.
    """
    if tissue is not None and what != "datasets":
        raise InputError("--tissue goes with `list datasets` only")
    if data is not None and what != "datasets":
        raise InputError("--data goes with `list datasets` only")
    if plugins and "methods" not in what:
        raise InputError("--plugin goes with `list methods` and `list inference-methods` only")
    if external and what != "methods":
        raise InputError("--external goes with `list methods` only")
    if what == "tissues":
        return [{"name": name} for name in TISSUES]
    if what == "datasets":
        if tissue is not None and tissue not in TISSUES:
            raise InputError(f"--tissue {tissue}: unknown tissue{closest(tissue, TISSUES)}")
        if data is not None and not data.is_dir():
            raise InputError(f"--data {data}: no such folder")
        return [_dataset(row, data) for row in read_catalogue() if tissue in (None, row.tissue)]
    if what == "methods":
        return [_method(entry) for entry in known_methods(plugins, external)]
    if what == "inference-methods":
        return [_method(entry) for entry in registry.inference_methods(plugins)]
    return [_row(entry, {"headline": True}) for entry in registry.metrics()]


def _method(entry: registry.Entry) -> dict[str, object]:
    """Return what a method is and who brings it."""
    attributes: dict[str, object] = {"kind": "plugin", "deterministic": False, "reference": ""}
    return {**_row(entry, attributes), "origin": entry.origin, "fault": entry.fault}


def _dataset(entry: CatalogueEntry, data: Path | None) -> dict[str, object]:
    """Return what a dataset is, whether it is there, and how it is got."""
    return {
        "tissue": entry.tissue,
        "modality": entry.modality,
        "id": entry.id,
        "species": entry.species,
        "in_82_training": entry.in_82_training,
        "in_tissue_benchmark": entry.in_tissue_benchmark,
        "file": entry.file,
        **({} if data is None else {"there": "there" if entry.found_in(data) else "missing"}),
        "access": entry.access,
        "licence": entry.licence,
        "source": entry.source,
        "how": entry.how,
    }


def _row(entry: registry.Entry, attributes: dict[str, object]) -> dict[str, object]:
    """Return name, title and some attributes of a class, with their defaults."""
    shown = {key: entry.attributes.get(key, default) for key, default in attributes.items()}
    return {"name": entry.name, "title": entry.title, **shown}
