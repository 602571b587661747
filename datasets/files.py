"""Source "files": counts, prepared graphs and published CSV pairs in a folder of the user."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import anndata
import h5py
import pandas as pd

from datasets.base import MODALITIES, TISSUES, GeneGraph, InputError, Source, StepProgress, Tissue
from datasets.counts_files import read_counts, species_of
from datasets.csv_pairs import ADJACENCY, FEATURES, read_csv_genes, read_csv_pair
from datasets.graph_cache import cached_graph, file_sha256
from datasets.graph_files import READ_ERRORS, file_kind, first_line, read_graph
from datasets.graphs.gene_ids import identifier_system, without_version
from datasets.graphs.pipeline import PipelineSettings, build_graph, steps_of_dataset

ATLAS = "_atlas"
"""Ending of the folders that hold published CSV pairs."""


@dataclass(frozen=True)
class _DatasetFile:
    """One dataset of a tissue: an .h5ad file, or the features of a CSV pair."""

    path: Path
    name: str
    tissue: str
    modality: str

    @property
    def adjacency(self) -> Path | None:
        """The second file of a CSV pair."""
        if not self.path.name.endswith(FEATURES):
            return None
        return self.path.with_name(self.path.name.removesuffix(FEATURES) + ADJACENCY)

    def genes(self) -> pd.Index:
        """Gene names as the file has them, without Ensembl versions."""
        if self.adjacency is not None:
            return read_csv_genes(self.path)
        axis = "obs" if file_kind(self.path) == "graph" else "var"
        try:
            with h5py.File(self.path, "r") as file:
                return without_version(anndata.io.read_elem(file[axis]).index)
        except READ_ERRORS as error:
            raise InputError(f"{self.path}: not a readable .h5ad file ({first_line(error)}).") from error


class Files(Source):
    """Data in ``<folder>/<tissue>/*.h5ad`` (counts or prepared graphs) or ``<folder>/<tissue>_atlas/*.csv``.

    Parameters
    ----------
    folder
        The folder of the user; files are named ``<modality>_<tissue>_<id>.h5ad``, or with the endings
        ``_rna_expression.csv`` and ``_pvalue.csv`` for published pairs.
    cache
        Where prepared graphs are kept; None prepares them every time.
    settings
        Parameters of the pipeline, for counts.
    allow_disjoint
        Accept a dataset that shares no gene with any other.

    Raises
    ------
    InputError
        If there is no such folder.
    """

    name: ClassVar[str] = "files"
    title: ClassVar[str] = "Counts, prepared gene graphs or published CSV pairs in a folder (--data)"

    def __init__(
        self,
        folder: Path,
        cache: Path | None = None,
        settings: PipelineSettings | None = None,
        allow_disjoint: bool = False,
    ) -> None:
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder.")
        self.folder = folder
        self.cache = cache
        self.settings = settings or PipelineSettings()
        self.allow_disjoint = allow_disjoint

    @property
    def label(self) -> str:
        """``files:`` and the name of the folder."""
        return f"files:{self.folder.resolve().name}"

    def tissues(self) -> tuple[str, ...]:
        """Tissues with at least one data file, the published ten first."""
        folders = [path.name for path in self.folder.iterdir() if path.is_dir()]
        found = {name for name in folders if _h5ad_files(self.folder / name)}
        found |= {name.removesuffix(ATLAS) for name in folders if name.endswith(ATLAS)}
        return tuple(t for t in TISSUES if t in found) + tuple(sorted(found - set(TISSUES)))

    def load(self, tissue: str, progress: StepProgress | None = None) -> Tissue:
        """Read and, where necessary, prepare the datasets of a tissue.

        Raises
        ------
        InputError
            For every fault of the files, naming the file.
        """
        files = self._files_of(tissue)
        _refuse_mixed_identifiers(files)
        graphs = []
        for number, file in enumerate(files):
            on_step = steps_of_dataset(progress, file.name, number, len(files))
            on_step("reading")
            graphs.append(self._graph(file, on_step))
        steps_of_dataset(progress, tissue, len(files), len(files))("ready")
        if not self.allow_disjoint:
            _refuse_disjoint(graphs, files)
        return Tissue(tissue, self.label, tuple(graphs))

    def _files_of(self, tissue: str) -> list[_DatasetFile]:
        known = self.tissues()
        if tissue not in known:
            if (self.folder / tissue).is_dir():
                raise InputError(f"{self.folder / tissue}: the folder holds no .h5ad file.")
            if self.folder.name == tissue and _h5ad_files(self.folder):
                raise InputError(f"{self.folder}: holds the tissue itself; give the folder above it.")
            close = difflib.get_close_matches(tissue, known or TISSUES, 1, 0.0)[0]
            raise InputError(
                f"{self.folder}: no folder for tissue {tissue!r}; the closest name is {close!r}."
            )
        paths = _h5ad_files(self.folder / tissue)
        files = [_named(path, tissue, ".h5ad") for path in paths] + _csv_pairs(self.folder, tissue)
        if not files:
            raise InputError(f"{self.folder / (tissue + ATLAS)}: the folder holds no {FEATURES} file.")
        seen: dict[str, Path] = {}
        for file in files:
            if file.name in seen:
                raise InputError(f"{file.path}: the dataset {file.name} is also in {seen[file.name]}.")
            seen[file.name] = file.path
        return files

    def _graph(self, file: _DatasetFile, on_step: Callable[[str], None]) -> GeneGraph:
        if file.adjacency is not None:
            return read_csv_pair(
                file.path, file.adjacency, name=file.name, tissue=file.tissue, modality=file.modality
            )
        if file_kind(file.path) == "graph":
            return read_graph(file.path, name=file.name)
        sha256 = file_sha256(file.path)

        def build() -> GeneGraph:
            counts, place = read_counts(file.path)
            return build_graph(
                counts,
                name=file.name,
                tissue=file.tissue,
                modality=file.modality,
                species=species_of(counts, file.path),
                settings=self.settings,
                origin=str(file.path),
                provenance={"file": file.path.name, "sha256": sha256, "counts_from": place},
                on_step=on_step,
            )

        return cached_graph(self.cache, self.settings, {"name": file.name, "sha256": sha256}, build)


def _h5ad_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.h5ad") if not path.name.startswith("."))


def _csv_pairs(folder: Path, tissue: str) -> list[_DatasetFile]:
    """Return the pairs of a tissue; half a pair is refused."""
    atlas = folder / (tissue + ATLAS)
    for path in sorted(atlas.glob(f"*{ADJACENCY}")):
        other = path.with_name(path.name.removesuffix(ADJACENCY) + FEATURES)
        if not other.exists():
            raise InputError(f"{path}: its other half {other.name} is missing.")
    files = [_named(path, tissue, FEATURES) for path in sorted(atlas.glob(f"*{FEATURES}"))]
    for file in files:
        if file.adjacency is not None and not file.adjacency.exists():
            raise InputError(f"{file.path}: its other half {file.adjacency.name} is missing.")
    return files


def _named(path: Path, tissue: str, ending: str) -> _DatasetFile:
    """Read modality, tissue and id from a file name."""
    modality, _, rest = path.name.removesuffix(ending).partition("_")
    expected = f"<modality>_{tissue}_<id>{ending}"
    if modality not in MODALITIES or "_" not in rest:
        raise InputError(f"{path}: the name is not of the form {expected} with {', '.join(MODALITIES)}.")
    if not rest.startswith(f"{tissue}_"):
        raise InputError(f"{path}: the name says tissue {rest.partition('_')[0]!r}, the folder {tissue!r}.")
    identifier = rest.removeprefix(f"{tissue}_")
    if not identifier:
        raise InputError(f"{path}: the name is not of the form {expected}; the id is missing.")
    return _DatasetFile(path, f"{modality}_{tissue}__{identifier}", tissue, modality)


def _refuse_mixed_identifiers(files: list[_DatasetFile]) -> None:
    systems = [identifier_system(file.genes()) for file in files]
    for file, system in zip(files, systems, strict=True):
        if system != systems[0]:
            raise InputError(
                f"{file.path}: has {system} where {files[0].path} has {systems[0]}; "
                "a tissue needs one identifier system."
            )


def _refuse_disjoint(graphs: list[GeneGraph], files: list[_DatasetFile]) -> None:
    for graph, file in zip(graphs, files, strict=True):
        others = [other for other in graphs if other is not graph]
        if others and not any(graph.genes.isin(other.genes).any() for other in others):
            raise InputError(f"{file.path}: the graph shares no gene with any other dataset of the tissue.")
