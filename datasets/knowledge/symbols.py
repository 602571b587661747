"""The genes of a tissue under the names that gene sets and labels have: human symbols."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geneboard.datasets.graphs.gene_ids import ENTREZ, HUMAN_SYMBOLS, naming_of, without_version
from geneboard.datasets.graphs.gene_tables import GeneTables, Translation, options_needed


def human_symbols(genes: pd.Index, tables: GeneTables, origin: str) -> pd.Index:
    """Return a human symbol for each gene; a gene that the tables do not know keeps its own name.

    Of two genes with the same symbol the first gets it, so that names stay unique.

    Parameters
    ----------
    genes
        Symbols, Ensembl or Entrez ids, human or mouse; shape (n_genes,).
    tables
        Tables of identifiers and orthologs (``--ids``, ``--orthologs``).
    origin
        What to call the genes in a complaint: a tissue or a file.

    Raises
    ------
    InputError
        If genes are numbers and no table says which gene each is.
    """
    names = without_version(genes)
    given = naming_of(names)
    if given.ids == ENTREZ:
        given = tables.naming_of_numbers(names, Path(origin))
    known = Translation(given, HUMAN_SYMBOLS, tables).names(names)
    own = pd.Series(genes.to_numpy(dtype=object))
    refused = known.isna() | known.duplicated() | ((known != own) & known.isin(own))
    symbols: pd.Index = pd.Index(known.mask(refused, own).to_numpy(dtype=object))
    return symbols


def options_for_symbols(genes: pd.Index, tables: GeneTables) -> list[str]:
    """Return the options of the command line that would give genes human symbols and were not given."""
    return options_needed(naming_of(without_version(genes)), HUMAN_SYMBOLS, tables)
