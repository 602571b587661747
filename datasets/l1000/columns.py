"""Which column of samples.tsv and genes.tsv says what: named by the user, or guessed from usual names."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geneboard.datasets.errors import InputError
from geneboard.datasets.tables import is_missing, without_fraction

GUESSES = {
    "sample": ("barcode", "sample", "sample_id", "sampleid", "id", "cell_id", "index"),
    "group": ("patient", "patient_id", "donor", "donor_id", "subject", "subject_id", "individual", "group"),
    "organ": ("organ", "tissue", "primary_site", "smts", "organ_name"),
    "gene": ("column", "gene", "gene_id", "id", "index"),
    "symbol": ("symbol", "gene_symbol", "pr_gene_symbol", "hgnc_symbol"),
    "entrez": ("entrez", "entrez_id", "entrezgene", "pr_gene_id", "ncbi_gene_id"),
    "feature_space": ("l1000_feature_space", "feature_space"),
}
"""Usual names of each column, the likeliest first; capital letters do not matter."""


@dataclass(frozen=True)
class Columns:
    """Names of columns; an empty one is guessed.

    Parameters
    ----------
    sample, group, organ, split
        Columns of the samples: name, patient or donor, organ, and the part of a split of the user's own; the
        last is never guessed.
    gene, symbol, entrez, feature_space
        Columns of the genes: name in the matrix, symbol, Entrez id, and what the gene is to the platform.
    """

    sample: str = ""
    group: str = ""
    organ: str = ""
    split: str = ""
    gene: str = ""
    symbol: str = ""
    entrez: str = ""
    feature_space: str = ""

    def find(self, table: pd.DataFrame, role: str, where: str) -> pd.Series | None:
        """Return the column of a role as text, or None if none was named and no guess fits.

        Words for what is not known, such as NA, become ""; but names of samples and genes are names.

        Parameters
        ----------
        table
            Samples or genes.
        role
            One of the fields of this class.
        where
            The table, for messages.

        Raises
        ------
        InputError
            If the column that was named is not there.
        """
        named: str = getattr(self, role)
        if named and named not in table:
            known = ", ".join(map(str, table.columns))
            raise InputError(f"{where}: has no column {named!r} for the {role}; it has {known}.")
        by_lower = {str(column).lower(): column for column in reversed(table.columns)}
        guesses = (
            [named] if named else [by_lower[guess] for guess in GUESSES.get(role, ()) if guess in by_lower]
        )
        if not guesses:
            return None
        texts = as_text(table[guesses[0]])
        if role == "entrez":
            texts = without_fraction(texts)
        return texts if role in ("sample", "gene") else texts.mask(is_missing(texts), "")


def as_text(column: pd.Series) -> pd.Series:
    """Return a column as text, "" where it is missing; 12.0, a whole number beside missing ones, is 12."""
    if pd.api.types.is_float_dtype(column):
        column = column.convert_dtypes()
    return column.astype("string").fillna("").astype(str).str.strip()
