"""Source "files": counts, prepared graphs and published CSV pairs in a folder of the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from scipy.sparse.csgraph import connected_components

from geneboard.datasets.added_genes import LABEL as WITH_GENES
from geneboard.datasets.added_genes import added_genes_note, listed_in
from geneboard.datasets.base import TISSUES, GeneGraph, Source, StepProgress, Tissue
from geneboard.datasets.counts_files import files_of, read_dataset, species_of
from geneboard.datasets.csv_pairs import read_csv_pair
from geneboard.datasets.dataset_files import (
    ATLAS,
    DatasetFile,
    dataset_paths,
    files_of_tissue,
    names_of_genes,
    without_folder,
)
from geneboard.datasets.errors import InputError, closest_name
from geneboard.datasets.graph_cache import content_sha256
from geneboard.datasets.graph_files import read_graph
from geneboard.datasets.graphs.counted import (
    CountedDataset,
    CountedTissue,
    CountsRead,
    CountsToRead,
    steps_of_dataset,
)
from geneboard.datasets.graphs.gene_tables import GeneTables, Translation
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.holdout import LABEL, dataset_graphs
from geneboard.datasets.joint import divided, joint_name
from geneboard.datasets.species import LABEL as APART
from geneboard.datasets.species import by_species, names_by_species, told_apart


class Files(Source):
    """Counts or gene graphs in ``<folder>/<tissue>/``, or published pairs in ``<folder>/<tissue>_atlas/``.

    Parameters
    ----------
    folder
        The folder of the user. Files are named ``<modality>_<tissue>_<id>`` with the ending .h5ad, .h5 (10x),
        .loom, .csv or .tsv (also .gz), _matrix.mtx beside its tables, or none for a folder of 10x; published
        pairs have the endings ``_rna_expression.csv`` and ``_pvalue.csv``.
    cache
        Where prepared graphs are kept; None prepares them every time.
    settings
        Parameters of the pipeline, for counts.
    allow_disjoint
        Accept datasets, or groups of them, that share no gene with the others.
    tables
        Tables of identifiers, for a tissue whose datasets do not name genes alike.
    holdout
        Hold out half of the cells of every dataset for scoring (`datasets.holdout`); needs counts.
    species_apart
        Datasets of different species keep their own names, and may share no gene (`datasets.species`).

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
        tables: GeneTables | None = None,
        holdout: bool = False,
        species_apart: bool = False,
    ) -> None:
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder.")
        self.folder = folder
        self.cache = cache
        self.settings = settings or PipelineSettings()
        self.allow_disjoint = allow_disjoint
        self.tables = tables or GeneTables()
        self.holdout = holdout
        self.species_apart = species_apart

    @property
    def label(self) -> str:
        """``files:`` and the name of the folder, and that cells are held out, if they are."""
        return f"files:{self.folder.resolve().name}{LABEL if self.holdout else ''}"

    def tissues(self) -> tuple[str, ...]:
        """Tissues with at least one data file, the published ten first."""
        folders = [path.name for path in self.folder.iterdir() if path.is_dir()]
        found = {name for name in folders if dataset_paths(self.folder / name)}
        found |= {name.removesuffix(ATLAS) for name in folders if name.endswith(ATLAS)}
        return tuple(t for t in TISSUES if t in found) + tuple(sorted(found - set(TISSUES)))

    def load(self, tissue: str, progress: StepProgress | None = None) -> Tissue:
        """Read and, where necessary, prepare the datasets of a tissue.

        Raises
        ------
        InputError
            For every fault of the files, naming the file.
        """
        return self.load_files(tissue, self.files_of(tissue), progress)

    def load_together(self, tissues: Sequence[str], progress: StepProgress | None = None) -> list[Tissue]:
        """Read tissues as `load` does, with one system of gene names for the datasets of all."""
        files = [file for tissue in tissues for file in self.files_of(tissue)]
        return divided(self.load_files(joint_name(tissues), files, progress))

    def load_files(
        self, tissue: str, files: list[DatasetFile], progress: StepProgress | None = None
    ) -> Tissue:
        """Read and, where necessary, prepare datasets that lie anywhere, as `load` does.

        Raises
        ------
        InputError
            For every fault of the files, naming the file.
        """
        files = self._with_layer(files)
        if self.holdout:
            _refuse_graphs(files, "--holdout needs raw counts to split")
        if self.settings.genes:
            _refuse_graphs(files, "--genes needs raw counts to add genes of")
        names = (names_by_species if self.species_apart else names_of_genes)(files, self.tables)
        settings = self._settings_of(files, names)
        made = []
        for number, (file, own) in enumerate(zip(files, settings, strict=True)):
            on_step = steps_of_dataset(progress, file.name, number, len(files))
            on_step("reading")
            made.append(self._graph(file, *names[number], own, on_step))
        note = added_genes_note(graph for graph, _ in made)
        steps_of_dataset(progress, tissue, len(files), len(files))(f"ready, {note}" if note else "ready")
        graphs = [graph for graph, _ in made]
        together = by_species(graphs) if self.species_apart else [[*range(len(made))]]
        if not self.allow_disjoint:
            for members in together:
                _refuse_disjoint(
                    [graphs[number] for number in members], [files[number] for number in members]
                )
        if len(together) > 1:
            made = [
                (told_apart(graph, graphs), None if other is None else told_apart(other, graphs))
                for graph, other in made
            ]
        return Tissue(
            tissue,
            f"{self.label}{WITH_GENES if note else ''}{APART if len(together) > 1 else ''}",
            tuple(graph for graph, _ in made),
            heldout=tuple(other for _, other in made if other is not None) or None,
        )

    def counted(self, tissue: str, progress: StepProgress | None = None) -> CountedTissue:
        """Return the counts of the datasets of a tissue, with one system of gene names, yet to be read.

        Raises
        ------
        InputError
            If a dataset has no counts, and for faults that the names of its genes show.
        """
        files = self._with_layer(self.files_of(tissue))
        _refuse_graphs(files, "cells are drawn from raw counts")
        names = names_of_genes(files, self.tables)
        counts = (
            self._counts(file, *own, self.settings, steps_of_dataset(progress, file.name, number, len(files)))
            for number, (file, own) in enumerate(zip(files, names, strict=True))
        )
        return CountedTissue(tissue, self.label, tuple(counts))

    def _with_layer(self, files: list[DatasetFile]) -> list[DatasetFile]:
        layer, rounded = self.settings.layer, self.settings.round_counts
        return [replace(file, layer=layer, rounded=rounded) for file in files]

    def files_of(self, tissue: str) -> list[DatasetFile]:
        """Return the datasets of a tissue, unread.

        Raises
        ------
        InputError
            If there are none, or a name is not usable.
        """
        known = self.tissues()
        if tissue not in known:
            if (self.folder / tissue).is_dir():
                raise InputError(
                    f"{self.folder / tissue}: the folder holds no dataset (scrna_{tissue}_<id>.h5ad, .h5, "
                    ".loom, .csv, .tsv or a 10x folder)."
                )
            if self.folder.name == tissue and dataset_paths(self.folder):
                raise InputError(f"{self.folder}: holds the tissue itself; give the folder above it.")
            if flat := dataset_paths(self.folder):
                raise InputError(without_folder(self.folder, tissue, flat))
            hint = closest_name(tissue, known) or ", nor for any other (<tissue>/scrna_<tissue>_<id>.h5ad)"
            raise InputError(f"{self.folder}: no folder for tissue {tissue!r}{hint}.")
        return files_of_tissue(self.folder, tissue)

    def _settings_of(
        self, files: list[DatasetFile], names: list[tuple[int, Translation | None]]
    ) -> list[PipelineSettings]:
        """Return the settings of each dataset: of the genes of a list it gets those that it has."""
        if not self.settings.genes:
            return [self.settings] * len(files)
        genes = {str(file.path): file.renamed_genes(*how) for file, how in zip(files, names, strict=True)}
        return [replace(self.settings, genes=own) for own in listed_in(genes, self.settings, self.tables)]

    def _graph(
        self,
        file: DatasetFile,
        which: int,
        translation: Translation | None,
        settings: PipelineSettings,
        on_step: Callable[[str], None],
    ) -> tuple[GeneGraph, GeneGraph | None]:
        """Return the graph of a dataset, and that of the cells held out, if they are."""
        if file.adjacency is not None:
            graph = read_csv_pair(
                file.path, file.adjacency, name=file.name, tissue=file.tissue, modality=file.modality
            )
            return graph, None
        if not file.is_counts:
            return read_graph(file.path, name=file.name), None
        counts = self._counts(file, which, translation, settings, on_step)
        return dataset_graphs(counts, self.cache, holdout=self.holdout)

    def _counts(
        self,
        file: DatasetFile,
        which: int,
        translation: Translation | None,
        settings: PipelineSettings,
        on_step: Callable[[str], None],
    ) -> CountsToRead:
        sha256 = content_sha256(files_of(file.path))
        key: dict[str, object] = {"name": file.name, "sha256": sha256}
        if which:
            key["names"] = which
        if translation is not None:
            key["translation"] = translation.record

        def read() -> CountsRead:
            notes: list[str] = []
            counts, place = read_dataset(
                file.path, which, layer=file.layer, rounded=file.rounded, note=notes.append
            )
            provenance = {"file": file.path.name, "sha256": sha256, "counts_from": place, "notes": notes}
            guess = None if translation is None else translation.given.species
            return counts, species_of(counts, file.path, guess), provenance

        called = f"{file.path}, half of its cells" if self.holdout else str(file.path)
        dataset = CountedDataset(
            file.name, file.tissue, file.modality, settings, called, on_step, translation
        )
        return CountsToRead(dataset, read, key)


def _refuse_graphs(files: list[DatasetFile], need: str) -> None:
    """Refuse what is a graph already where counts are needed."""
    for file in files:
        if not file.is_counts:
            kind = "a prepared graph" if file.adjacency is None else "a published pair of tables"
            raise InputError(f"{file.path}: {need}, and this is {kind}.")


def _refuse_disjoint(graphs: list[GeneGraph], files: list[DatasetFile]) -> None:
    """Refuse datasets that common genes do not connect, over others or directly, with all others."""
    shared = [[graph.genes.isin(other.genes).any() for other in graphs] for graph in graphs]
    n_groups, group = connected_components(np.array(shared), directed=False)
    if n_groups == 1:
        return
    sizes = np.bincount(group)
    if 1 in sizes:
        alone = files[int(np.argmax(sizes[group] == 1))]
        raise InputError(f"{alone.path}: the graph shares no gene with any other dataset of the tissue.")
    names = [
        ", ".join(file.path.name for file, own in zip(files, group, strict=True) if own == number)
        for number in range(n_groups)
    ]
    raise InputError(
        f"{files[0].path.parent}: the datasets fall into groups that share no gene ({'; '.join(names)}); "
        "name genes alike, or accept it with --allow-disjoint."
    )
