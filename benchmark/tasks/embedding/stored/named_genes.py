"""Genes of stored embeddings by other names: identifiers, symbols of another species, names in gene sets."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geneboard.benchmark.external.matching import positions_among
from geneboard.benchmark.tasks.embedding.stored.find import StoredEmbedding
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_tables import GeneTables, read_identifiers, read_tables
from geneboard.datasets.knowledge.symbols import human_symbols

CLOSE_NAMES = 3


@dataclass(frozen=True, eq=False)
class OtherNames:
    """What tables say of names of genes.

    Attributes
    ----------
    ids
        Ensembl ids and symbols (`read_identifiers`); None without a table.
    tables
        The same with orthologs, to get human symbols.
    """

    ids: pd.DataFrame | None
    tables: GeneTables

    @classmethod
    def read(cls, identifiers: Sequence[Path], orthologs: Path | None) -> OtherNames:
        """Read the tables of --ids and --orthologs.

        Raises
        ------
        InputError
            If one is not usable.
        """
        ids = read_identifiers(*identifiers) if identifiers else None
        return cls(ids, read_tables(identifiers, orthologs))

    def symbols_of(self, embedding: StoredEmbedding) -> dict[str, str]:
        """Return what gene sets call each gene of an embedding; its own name where no table knows it."""
        genes = pd.Index(embedding.genes).unique()
        symbols = genes
        if self.tables.files:
            symbols = human_symbols(genes, self.tables, str(embedding.path))
        return dict(zip(genes, symbols, strict=True))

    def names_of(
        self, gene: str, found: Sequence[StoredEmbedding], symbols: Sequence[Mapping[str, str]]
    ) -> dict[str, str | None]:
        """Return what each tissue calls a gene, None where it does not have it.

        Parameters
        ----------
        gene
            Its name, an identifier, or its symbol in the other species.
        found, symbols
            The embeddings, and `symbols_of` each.

        Raises
        ------
        InputError
            If none has it.
        """
        names: dict[str, str | None] = {}
        known: dict[str, str] = {}
        for embedding, of_sets in zip(found, symbols, strict=True):
            here = pd.Index(list(of_sets))
            position = int(positions_among(here, pd.Index([gene]), self.ids)[0])
            names[embedding.board.tissue] = self._by_symbol(gene, of_sets) if position < 0 else here[position]
            known |= {str(name).lower(): str(name) for name in here}
        if not any(names.values()):
            close = difflib.get_close_matches(gene.lower(), known, n=CLOSE_NAMES, cutoff=0.0)
            raise InputError(
                f"{gene}: there is no such gene in {' or '.join(names)}; the closest names are "
                f"{', '.join(known[name] for name in close)}"
            )
        return names

    def _by_symbol(self, gene: str, of_sets: Mapping[str, str]) -> str | None:
        """Return the gene whose human symbol is that of another one."""
        if self.tables.orthologs is None:
            return None
        (wanted,) = human_symbols(pd.Index([gene]), self.tables, gene)
        return next((name for name, symbol in of_sets.items() if symbol == wanted), None)
