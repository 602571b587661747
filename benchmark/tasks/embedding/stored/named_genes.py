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
from geneboard.datasets.graphs.gene_ids import naming_of, without_version
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
        in_other_case: dict[str, str | None] = {}
        known: dict[str, str] = {}
        for embedding, of_sets in zip(found, symbols, strict=True):
            here = pd.Index(list(of_sets))
            position = int(positions_among(here, pd.Index([gene]), self.ids)[0])
            told = of_sets if self.ids is None else self._symbols_by_id(here)
            by_letters = {str(symbol).lower(): name for name, symbol in told.items()}
            by_letters |= {str(name).lower(): name for name in here}
            found_name = self._by_symbol(gene, of_sets) if position < 0 else here[position]
            names[embedding.board.tissue] = found_name
            in_other_case[embedding.board.tissue] = by_letters.get(gene.lower())
            shown = told.values() if self.ids is not None else here
            known |= {str(name).lower(): str(name) for name in shown}
        if not any(names.values()):  # else Sox2 of mice would be taken for SOX2, whatever a table says
            names = in_other_case
        if not any(names.values()):
            are_ids = any(
                naming_of(without_version(pd.Index(list(one)))).ids.startswith("ENS") for one in symbols
            )
            if self.ids is None and are_ids and not gene.upper().startswith("ENS"):
                raise InputError(
                    f"{gene}: the genes of {' or '.join(names)} are Ensembl ids: give --ids FILE"
                )
            close = difflib.get_close_matches(gene.lower(), known, n=CLOSE_NAMES, cutoff=0.0)
            raise InputError(
                f"{gene}: there is no such gene in {' or '.join(names)}; the closest names are "
                f"{', '.join(known[name] for name in close)}"
            )
        return names

    def _symbols_by_id(self, here: pd.Index) -> dict[str, str]:
        """Return what the table calls each gene; its own name where it does not know it."""
        assert self.ids is not None
        symbols = self.ids.drop_duplicates("ensembl").set_index("ensembl")["symbol"]
        found = symbols.reindex(without_version(here)).to_numpy(dtype=object)
        return {name: name if pd.isna(symbol) else symbol for name, symbol in zip(here, found, strict=True)}

    def _by_symbol(self, gene: str, of_sets: Mapping[str, str]) -> str | None:
        """Return the gene whose human symbol is that of another one."""
        if self.tables.orthologs is None:
            return None
        (wanted,) = human_symbols(pd.Index([gene]), self.tables, gene)
        return next((name for name, symbol in of_sets.items() if symbol == wanted), None)
