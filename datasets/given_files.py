"""Datasets that are given one by one, whatever their files are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from geneboard.datasets.base import MODALITIES
from geneboard.datasets.counts_files import has_places
from geneboard.datasets.dataset_files import DatasetFile, distinct, format_of, stem_of
from geneboard.datasets.errors import InputError

OF_EVERY_SAMPLE = re.compile(
    r"^(outs|count)$|(^|^sample_|[_.-])filtered_(feature_bc_matrix|gene_bc_matrices(_h5)?)$"
)
"""What 10x calls the files and folders of every sample, which are told apart by the folder above."""


def files_given(paths: Sequence[Path], tissue: str, modality: str | None = None) -> list[DatasetFile]:
    """Return the datasets of files of any name.

    The name of a file is the id of its dataset; a modality, and the tissue, are taken from its beginning.

    Parameters
    ----------
    paths
        Files, and folders of 10x.
    tissue
        Tissue of all of them.
    modality
        Of those whose names tell none; by default ``"spatial"`` with places of spots, ``"scrna"`` without.

    Raises
    ------
    InputError
        If a file is missing or in no format that is read, or two datasets get the same name.
    """
    return distinct([_named(path, tissue, modality) for path in paths])


def _named(path: Path, tissue: str, modality: str | None) -> DatasetFile:
    if not path.exists():
        raise InputError(f"{path}: no such file or folder.")
    format_of(path)
    place = path.parent.resolve() / path.name  # a link has the name that the user gave
    names = [
        OF_EVERY_SAMPLE.sub("", name) for name in (stem_of(place), *(above.name for above in place.parents))
    ]
    identifier = next(name for name in (*names, place.name) if name)
    kind, _, rest = identifier.partition("_")
    if kind in MODALITIES and rest:
        identifier = rest.removeprefix(f"{tissue}_")
    else:
        kind = modality or ("spatial" if has_places(path) else "scrna")
    return DatasetFile(path, f"{kind}_{tissue}__{identifier}", tissue, kind)
