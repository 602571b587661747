"""Genes that a user lists, to be put into graphs: embedded labels and sets by name, or files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from geneboard.datasets.errors import InputError, closest, reading
from geneboard.datasets.graphs.gene_ids import without_version
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.knowledge.gene_sets import read_gene_sets
from geneboard.datasets.knowledge.sources import GENE_SETS, LABELS, TIME_SPLIT, embedded
from geneboard.datasets.knowledge.symbols import human_symbols
from geneboard.datasets.tables import read_table

COLUMNS = ("gene", "symbol")
"""Columns of a table that may hold the genes, the likeliest first, in any case."""


def with_listed_genes(
    settings: PipelineSettings, lists: Sequence[str | Path], tables: GeneTables
) -> PipelineSettings:
    """Return settings whose graphs also get the genes of some lists.

    Parameters
    ----------
    settings
        Those without the lists.
    lists
        Names of what is embedded (``"essential"``, ``"go_time_split"``), or files: gene sets (.gmt), a table
        with a column gene, or one gene a line.
    tables
        What gives genes human symbols; a gene is known by its own name and by that.

    Raises
    ------
    InputError
        If something is neither a name nor a file that can be read.
    """
    if not lists:
        return settings
    known = {_stem(one.path): one.path for kind in (LABELS, TIME_SPLIT, GENE_SETS) for one in embedded(kind)}
    names, genes = [], set()
    for given in map(str, lists):
        path = known.get(given) or Path(given).expanduser()
        if not path.exists():
            raise InputError(f"--genes {given}: no such file{closest(given, known)}")
        own = without_version(pd.Index(sorted(_genes_in(path)), dtype=object))
        genes |= {*own, *human_symbols(own, tables, given)}
        names.append(given if given in known else path.name)
    return replace(settings, genes=tuple(sorted(genes)), genes_from=", ".join(names))


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]


def _genes_in(path: Path) -> frozenset[str]:
    if path.name.removesuffix(".gz").endswith(".gmt"):
        return read_gene_sets(path).genes
    with reading(path, "cannot be read as a list of genes"):
        table = read_table(path)
    columns = {str(column).strip().lower(): column for column in reversed(table.columns)}
    column = next((columns[name] for name in COLUMNS if name in columns), None)
    if column is not None:
        genes = frozenset(table[column].str.strip()) - {""}
    elif table.shape[1] == 1:  # no header: the first line is a gene
        genes = frozenset(map(str.strip, [*table.columns, *table.iloc[:, 0]])) - {""}
    else:
        raise InputError(f"{path}: a table of genes needs a column 'gene'; a list has one gene a line.")
    if not genes:
        raise InputError(f"{path}: the file holds no gene.")
    return genes
