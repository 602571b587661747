"""Which files of a folder are the datasets of a tissue, what they are called, and how they name genes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geneboard.datasets.base import MODALITIES
from geneboard.datasets.counts_10x_files import TABLES
from geneboard.datasets.counts_checks import looks_like_genes, refuse_names
from geneboard.datasets.counts_files import H5AD, MATRICES, ending_of, gene_names, names_in_h5ad
from geneboard.datasets.csv_pairs import ADJACENCY, FEATURES, read_csv_genes
from geneboard.datasets.errors import InputError
from geneboard.datasets.graph_files import file_kind
from geneboard.datasets.graphs.feature_names import genes_among
from geneboard.datasets.graphs.gene_ids import ENTREZ, HUMAN_SYMBOLS, MOUSE_SYMBOLS, Naming, naming_of
from geneboard.datasets.graphs.gene_tables import GeneTables, Translation, options_needed
from geneboard.datasets.other_formats import why_unread

STRICT_ENDINGS = (".h5ad", ".h5", ".loom", ".zarr", ".h5mu", "matrix.mtx")
"""Endings, in small letters and without .gz, of what is nothing else than counts."""

ATLAS = "_atlas"
"""Ending of the folders that hold published CSV pairs."""


@dataclass(frozen=True)
class DatasetFile:
    """One dataset of a tissue: a file or folder of counts, a prepared graph, or a published CSV pair.

    Parameters
    ----------
    path
        The file or folder; of a CSV pair the features.
    name
        ``modality_tissue__id``.
    tissue, modality
        As in the name.
    layer, rounded
        How counts are read, as for `datasets.counts_files.read_dataset`.
    """

    path: Path
    name: str
    tissue: str
    modality: str
    layer: str | None = None
    rounded: bool = False

    @property
    def adjacency(self) -> Path | None:
        """The second file of a CSV pair."""
        if not self.path.name.endswith(FEATURES):
            return None
        return self.path.with_name(self.path.name.removesuffix(FEATURES) + ADJACENCY)

    @property
    def is_counts(self) -> bool:
        """Whether it holds counts, and no graph already made of them."""
        if self.adjacency is not None:
            return False
        return ending_of(self.path) != H5AD or file_kind(self.path) == "counts"

    def genes(self) -> list[pd.Index]:
        """Names of the genes (`genes_among`); some files of counts have them in two systems.

        Raises
        ------
        InputError
            If the file cannot be read, or has genes in place of cells.
        """
        if self.adjacency is not None:
            return [genes_among(read_csv_genes(self.path), self.path).genes]
        if self.is_counts:
            names = gene_names(self.path, self.layer, rounded=self.rounded)
            # Before names are compared with those of others, whose advice would be wrong for barcodes. The
            # other formats say which axis is which, or are told by their names where they are read.
            if ending_of(self.path) == H5AD and looks_like_genes(names[0]) < 1:
                refuse_names(names[0], names_in_h5ad(self.path, "obs"), self.path)
        else:
            names = [names_in_h5ad(self.path, "obs")]
        return [genes_among(given, self.path).genes for given in names]

    def renamed_genes(self, which: int, translation: Translation | None) -> pd.Index:
        """Names that the genes of its graph can have: those of one system in the file, translated."""
        genes = self.genes()[which]
        return genes if translation is None else pd.Index(translation.names(genes).dropna().unique())


def dataset_paths(folder: Path) -> list[Path]:
    """Return what in the folder of a tissue is meant as a dataset, whether it can be read or not.

    That is what begins with a modality, or ends as nothing but counts does. What has the name of a dataset
    that can be read and some other ending (its picture, its checksum, what it was unpacked from) belongs to
    that.
    """
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    meant = [path for path in found if not path.name.startswith(".") and _is_meant(path)]
    read = [path for path in meant if ending_of(path) is not None]
    tables = {f"{stem_of(path)}_{table}" for path in read if ending_of(path) in MATRICES for table in TABLES}
    return [
        path
        for path in meant
        if path.name not in tables and (path in read or not any(_belongs_to(path, other) for other in read))
    ]


def _is_meant(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith(MODALITIES) or name.removesuffix(".gz").endswith(STRICT_ENDINGS)


def _belongs_to(path: Path, dataset: Path) -> bool:
    same_stem = path.name.rpartition(".")[0] == stem_of(dataset)
    return same_stem or (dataset.is_file() and path.name.startswith(f"{dataset.name}."))


def files_of_tissue(folder: Path, tissue: str) -> list[DatasetFile]:
    """Return the datasets of a tissue, from ``<tissue>/`` and ``<tissue>_atlas/``.

    Raises
    ------
    InputError
        If there are none, one cannot be read, a name is not of the form, two have the same name, or a pair is
        not complete.
    """
    files = [_named(path, tissue, format_of(path)) for path in dataset_paths(folder / tissue)]
    files += _csv_pairs(folder, tissue)
    if not files:
        raise InputError(f"{folder / (tissue + ATLAS)}: the folder holds no {FEATURES} file.")
    return distinct(files)


def without_folder(folder: Path, tissue: str, flat: Sequence[Path]) -> str:
    """Return what to do with datasets that lie in a folder itself, not in one of a tissue."""
    endings = {ending_of(path) for path in flat}
    ending = endings.pop() if len(endings) == 1 else None
    one, number = len(flat) == 1, len(flat)
    kind = f"{ending} file{'' if one else 's'}" if ending else f"dataset{'' if one else 's'}"
    return (
        f"{folder}: holds {number} {kind} but no folder {tissue}/: name the file{'' if one else 's'} "
        f"(`prepare --counts {folder}/*{ending or ''} --tissue {tissue} --out GRAPHS`)."
    )


def format_of(path: Path) -> str:
    """Return the ending of a dataset.

    Raises
    ------
    InputError
        If it is in no format that is read.
    """
    ending = ending_of(path)
    if ending is None:
        raise InputError(f"{path}: {why_unread(path)}.")
    return ending


def stem_of(path: Path) -> str:
    """Return the name of a dataset's file without the ending."""
    return path.name[: len(path.name) - len(ending_of(path) or "")]


def distinct(files: list[DatasetFile]) -> list[DatasetFile]:
    """Return datasets as they are.

    Raises
    ------
    InputError
        If two have the same name.
    """
    seen: dict[str, Path] = {}
    for file in files:
        if file.name in seen:
            raise InputError(
                f"{file.path}: the dataset {file.name} is also in {seen[file.name]}; call one otherwise."
            )
        seen[file.name] = file.path
    return files


def _csv_pairs(folder: Path, tissue: str) -> list[DatasetFile]:
    """Return the pairs of a tissue; half a pair is refused."""
    atlas = folder / (tissue + ATLAS)
    for ending, other_ending in ((ADJACENCY, FEATURES), (FEATURES, ADJACENCY)):
        for path in sorted(atlas.glob(f"*{ending}")):
            other = path.with_name(path.name.removesuffix(ending) + other_ending)
            if not path.is_file():
                raise InputError(f"{path}: {why_unread(path)}.")
            if not other.is_file():
                raise InputError(f"{path}: its other half {other.name} is missing.")
    return [_named(path, tissue, FEATURES) for path in sorted(atlas.glob(f"*{FEATURES}"))]


def _named(path: Path, tissue: str, ending: str) -> DatasetFile:
    """Read modality, tissue and id from a file name."""
    if any("\ud800" <= sign <= "\udfff" for sign in f"{tissue}{path.name}"):
        raise InputError(f"{path}: the name is not in UTF-8; rename it.")
    modality, _, rest = path.name[: len(path.name) - len(ending)].partition("_")
    expected = f"<modality>_{tissue}_<id>{ending}"
    if modality not in MODALITIES or "_" not in rest:
        raise InputError(f"{path}: the name is not of the form {expected} with {', '.join(MODALITIES)}.")
    if not rest.startswith(f"{tissue}_"):
        raise InputError(f"{path}: the name says tissue {rest.partition('_')[0]!r}, the folder {tissue!r}.")
    identifier = rest.removeprefix(f"{tissue}_")
    if not identifier:
        raise InputError(f"{path}: the name is not of the form {expected}; the id is missing.")
    return DatasetFile(path, f"{modality}_{tissue}__{identifier}", tissue, modality)


def names_of_genes(files: Sequence[DatasetFile], tables: GeneTables) -> list[tuple[int, Translation | None]]:
    """Bring the datasets of a tissue to one system of gene identifiers.

    If all files have a system in common, it is taken, and no table is used. Otherwise, and always for Entrez
    ids, human symbols are (mouse symbols, if all are of mice), by the tables.

    Returns
    -------
    list of tuple
        For each file, which of the names in it to take (`DatasetFile.genes`), and what to do with them then;
        None if they stay as they are.

    Raises
    ------
    InputError
        If a table that is needed was not given or knows no gene of a file, if a dataset is neither of human
        nor of mouse, or if it is a graph already.
    """
    offered = [_namings(file, tables) for file in files]
    for naming in offered[0]:
        if naming.ids != ENTREZ and all(naming in others for others in offered):
            return [(others.index(naming), None) for others in offered]
    of_mice = all(namings[0].species == "mouse" for namings in offered)
    wanted = MOUSE_SYMBOLS if of_mice else HUMAN_SYMBOLS
    chosen = [namings.index(wanted) if wanted in namings else 0 for namings in offered]
    given = [namings[which] for namings, which in zip(offered, chosen, strict=True)]
    _refuse_without_tables(files, given, wanted, tables)
    return [
        (which, None if naming == wanted else Translation(naming, wanted, tables))
        for which, naming in zip(chosen, given, strict=True)
    ]


def species_of_names(file: DatasetFile, tables: GeneTables) -> str:
    """Return the species that the names of a file are of."""
    return _namings(file, tables)[0].species


def _namings(file: DatasetFile, tables: GeneTables) -> list[Naming]:
    """Return the systems in which a file names genes; the tables say whether numbers are Entrez ids."""
    namings = [(naming_of(names), names) for names in file.genes()]
    return [
        tables.naming_of_numbers(names, file.path) if naming.ids == ENTREZ else naming
        for naming, names in namings
    ]


def _refuse_without_tables(
    files: Sequence[DatasetFile], given: Sequence[Naming], wanted: Naming, tables: GeneTables
) -> None:
    """Tell the first fault that keeps the datasets from one system."""
    number = next((k for k, naming in enumerate(given) if naming != given[0]), 0)
    mixed = f"{files[number].path}: has {given[number]} where {files[0].path} has {given[0]}; "
    options = [option for naming in given for option in options_needed(naming, wanted, tables)]
    for file, naming in zip(files, given, strict=True):
        if naming.species not in ("human", "mouse"):
            raise InputError(f"{mixed}only ids of human and mouse can be brought to one system.")
        if naming != wanted and not file.is_counts and not options:
            raise InputError(
                f"{file.path}: a graph with {naming}, where the tissue gets {wanted}; prepare it from counts "
                "together with the others."
            )
    if options:
        raise InputError(
            f"{mixed}a tissue needs one identifier system: give {' and '.join(dict.fromkeys(options))}."
        )
