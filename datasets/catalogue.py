"""The published datasets: tissues, ids and modalities, and how the counts of each are got."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from geneboard.datasets.errors import InputError

PATH = Path(__file__).with_name("catalogue.csv")

ACCESS = {
    "census": ("census_collection", "census_donor"),
    "visium": ("visium_sample", "visium_version"),
    "url": ("url", "sha256"),
    "manual": ("instructions",),
}
"""How a dataset is got, and the columns that each way needs."""


OPTIONAL = {"unit"}
"""Columns that a catalogue need not have."""


@dataclass(frozen=True)
class CatalogueEntry:
    """One published dataset.

    Parameters
    ----------
    tissue, modality, id, species
        What the dataset is; `id` is the donor or batch as the publication calls it.
    source
        Where the counts come from.
    in_82_training
        True for the 82 datasets that the published model was trained on.
    in_tissue_benchmark
        True for the datasets of the published comparison of methods by tissue.
    file
        Name of the counts on disk, ``<modality>_<tissue>_<id>.h5ad``.
    access
        How the counts are got, a key of `ACCESS`: ``"census"`` (CELLxGENE Census), ``"visium"`` (10x
        Genomics), ``"url"`` (one file) or ``"manual"`` (by hand, as not all that a program needs is known).
    census_collection, census_donor
        Collection of CELLxGENE and its donor_id, for ``"census"``.
    visium_sample, visium_version
        Name of the sample at 10x Genomics and version of Space Ranger, for ``"visium"``.
    url, sha256
        Address and checksum of an .h5ad file with counts, for ``"url"``.
    instructions
        What to do by hand, in one sentence, for ``"manual"``.
    licence
        Licence of the data, ``"unknown"`` where it is not known.
    unit
        What it is a sample of that other datasets may be too (`datasets.units`): the donor or animal, or the
        study where the donors of its batches are not known; empty where nothing is known.
    """

    tissue: str
    modality: str
    id: str
    species: str
    source: str
    in_82_training: bool
    in_tissue_benchmark: bool
    file: str = ""
    access: str = "manual"
    census_collection: str = ""
    census_donor: str = ""
    visium_sample: str = ""
    visium_version: str = ""
    url: str = ""
    sha256: str = ""
    instructions: str = ""
    licence: str = "unknown"
    unit: str = ""

    @property
    def name(self) -> str:
        """Name of its gene graph, for example ``"scrna_lung__BAL034"``."""
        return f"{self.modality}_{self.tissue}__{self.id}"

    @property
    def how(self) -> str:
        """How its counts are got, for people."""
        return {
            "census": f"CELLxGENE Census, collection {self.census_collection}, donor {self.census_donor}",
            "visium": f"10x Genomics, Visium sample {self.visium_sample}, Space Ranger {self.visium_version}",
            "url": self.url,
            "manual": self.instructions,
        }[self.access]

    def path_in(self, data: Path) -> Path:
        """Return where the counts are in a folder for ``--data``."""
        return data / self.tissue / self.file

    def found_in(self, data: Path) -> Path | None:
        """Return what a folder for ``--data`` has of the dataset, in any format; None if nothing."""
        stem = self.file.removesuffix(".h5ad")
        counts = data / self.tissue / stem  # a folder of 10x, or with an ending a file
        pair = data / f"{self.tissue}_atlas" / f"{stem}_rna_expression.csv"
        files = [path for name in (f"{stem}.*", f"{stem}_matrix.mtx*") for path in counts.parent.glob(name)]
        found = [counts] if counts.is_dir() else sorted(files)
        return next((path for path in [*found, pair] if path.exists()), None)


def read_catalogue(path: Path = PATH) -> tuple[CatalogueEntry, ...]:
    """Return all datasets of a catalogue in its order, by default the published ones.

    Raises
    ------
    InputError
        If the file cannot be read, or a row lacks what its access needs.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a readable catalogue ({error}).") from error
    return tuple(_entry(row, f"{path}: line {number}") for number, row in enumerate(rows, start=2))


def human_training_datasets(tissue: str) -> tuple[CatalogueEntry, ...]:
    """Return the human datasets of a tissue among the 82 of the published training."""
    return tuple(
        entry
        for entry in read_catalogue()
        if entry.tissue == tissue and entry.in_82_training and entry.species == "human"
    )


def _entry(row: Mapping[str, str | None], place: str) -> CatalogueEntry:
    columns = [field.name for field in fields(CatalogueEntry)]
    values = {column: row.get(column) or "" for column in columns}
    if None in row.values() or set(row) | OPTIONAL != set(columns):
        raise InputError(f"{place}: the columns must be {', '.join(columns)}.")
    if values["access"] not in ACCESS:
        raise InputError(f"{place}: access {values['access']!r} is not one of {', '.join(ACCESS)}.")
    for column in ("tissue", "modality", "id", "licence", *ACCESS[values["access"]]):
        if not values[column]:
            raise InputError(f"{place}: {column} is empty.")
    expected = f"{values['modality']}_{values['tissue']}_{values['id']}.h5ad"
    # The name becomes a path: a slash in it would lead out of the folder.
    if values["file"] != expected or "/" in expected or "\\" in expected or values["tissue"].startswith("."):
        raise InputError(f"{place}: the file must be <modality>_<tissue>_<id>.h5ad, here {expected}.")
    if values["access"] == "url" and not re.fullmatch(r"[0-9a-f]{64}", values["sha256"]):
        raise InputError(f"{place}: sha256 is not 64 hexadecimal digits in lower case.")
    flags = {column: values.pop(column) == "1" for column in ("in_82_training", "in_tissue_benchmark")}
    return CatalogueEntry(**values, **flags)  # type: ignore[arg-type]  # flags are the two bool fields
