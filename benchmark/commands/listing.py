"""The command `list`: what there is to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands import arguments as given
from geneboard.datasets.errors import InputError, closest

if TYPE_CHECKING:
    from geneboard.benchmark.registry import Entry
    from geneboard.datasets.catalogue import CatalogueEntry

LISTS = {
    "methods": "representations of genes that `run` ranks",
    "inference-methods": "models that `infer` ranks",
    "datasets": "the published datasets, and how to get them",
    "metrics": "what an embedding is scored by",
    "tissues": "the tissues of the published comparison",
}
"""What can be listed."""

HEADS = {"list": "name of the list", "of": "what is in it", "headline": "use"}
"""Heads of columns for people, where the name of the field in JSON would say something else."""


def listing(
    what: Annotated[str, given.Argument("what", nargs="?", choices=tuple(LISTS))] | None = None,
    *,
    tissue: given.TissueName | None = None,
    data: given.Folder | None = None,
    plugins: given.Plugins = (),
    external: given.File | None = None,
) -> Sequence[Mapping[str, object]]:
    """List methods, datasets, metrics or tissues.

    Parameters
    ----------
    what
        What to list (default: what there is to list).
    tissue
        Only the datasets of one tissue.
    data
        Show which datasets this folder has.
    plugins
        As for `run`.
    external
        Add methods that run as commands.

    Raises
    ------
    InputError
        If the tissue is unknown or a plugin file is not usable.
    """
    data, external, plugins = given.optional_path(data), given.optional_path(external), given.paths(plugins)
    for option, value, lists in (
        ("--tissue", tissue, ["datasets"]),
        ("--data", data, ["datasets"]),
        ("--plugin", plugins, ["methods", "inference-methods"]),
        ("--external", external, ["methods"]),
    ):
        if value and what not in lists:
            raise InputError(f"{option} goes with {' and '.join(f'`list {name}`' for name in lists)} only")
    if what is None:
        return [{"list": name, "of": text} for name, text in LISTS.items()]
    if what in ("tissues", "datasets"):
        return _datasets(what, tissue, data)
    from geneboard.benchmark import registry
    from geneboard.benchmark.external.commands import known_methods

    if what == "methods":
        return [_method(entry) for entry in known_methods(plugins, external)]
    if what == "inference-methods":
        return [_method(entry) for entry in registry.inference_methods(plugins)]
    if what == "metrics":
        return [
            {"name": entry.name, "title": entry.title, "headline": entry.attributes.get("headline", True)}
            for entry in registry.metrics()
        ]
    raise InputError(f"list {what}: there is no such list{closest(what, LISTS)}")


def _datasets(what: str, tissue: str | None, data: Path | None) -> list[dict[str, object]]:
    """Return the tissues, or the datasets of one or all, each with whether it is in a folder."""
    from geneboard.datasets.base import TISSUES
    from geneboard.datasets.catalogue import read_catalogue

    if what == "tissues":
        return [{"name": name} for name in TISSUES]
    if tissue is not None and tissue not in TISSUES:
        raise InputError(f"--tissue {tissue}: unknown tissue{closest(tissue, TISSUES)}")
    if data is not None and not data.is_dir():
        raise InputError(f"--data {data}: no such folder")
    return [_dataset(row, data) for row in read_catalogue() if tissue in (None, row.tissue)]


def show_listing(rows: Sequence[Mapping[str, object]], *, json: bool = False) -> int:
    """Print what there is.

    Parameters
    ----------
    rows
        One for each thing.
    json
        Print JSON.
    """
    from geneboard.benchmark.commands.terminal import show_json, show_rows, with_heads

    if json:
        return show_json(rows)
    return show_rows(with_heads([{HEADS.get(key, key): _words(key, row) for key in row} for row in rows]))


def _words(key: str, row: Mapping[str, object]) -> object:
    """Return the value of a field for people: of a metric, whether it ranks or is one of the published."""
    from geneboard.benchmark.tasks.embedding.board.metrics import JOINT

    if key != "headline":
        return row[key]
    return "ranks" if row["name"] == JOINT else "published" if row[key] else "further"


def _method(entry: Entry) -> dict[str, object]:
    """Return what a method is and who brings it."""
    return {
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "deterministic": entry.attributes.get("deterministic", False),
        "reference": entry.attributes.get("reference", ""),
        "origin": entry.origin,
        "fault": entry.fault,
    }


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
