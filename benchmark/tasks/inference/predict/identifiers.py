"""Which gene of a plate is which landmark of a model, whatever system the plate names genes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.columns import as_text
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.tables import without_fraction

SYSTEMS: Mapping[str, str] = {"entrez": "Entrez id", "ensembl": "Ensembl id", "symbol": "symbol"}
"""Systems of names and what they are called; where two match as many landmarks, the first is taken."""

ROW_NAMES = ""
"""Stands for the names of the rows, where a table column could be named."""


@dataclass(frozen=True, eq=False)
class Match:
    """Where the landmarks are in a table of genes.

    Parameters
    ----------
    system
        One of `SYSTEMS`.
    column
        Column of the table that names them so, or `ROW_NAMES`.
    rows
        Row of every landmark in the table, -1 where it is not there, shape (n_landmarks,).
    """

    system: str
    column: str
    rows: np.ndarray

    @property
    def present(self) -> np.ndarray:
        """Which landmarks are there, bool of shape (n_landmarks,)."""
        present: np.ndarray = self.rows >= 0
        return present

    @property
    def number(self) -> int:
        """Number of landmarks that are there."""
        return int(self.present.sum())

    @property
    def described(self) -> str:
        """The system and where it was found, in words."""
        where = f"column {self.column}" if self.column else "names of the genes"
        return f"{SYSTEMS[self.system]} ({where})"


def with_platform_names(genes: pd.DataFrame) -> pd.DataFrame:
    """Add the column `ensembl`, and fill the Entrez ids of landmarks that only have a symbol.

    Parameters
    ----------
    genes
        Columns symbol, entrez and feature_space, as in `ExpressionSet.genes`.
    """
    platform = landmark_table()
    of_symbol = platform.set_index("symbol")["entrez"]
    is_landmark = genes["feature_space"] == "landmark"
    entrez = genes["entrez"].where(
        (genes["entrez"] != "") | ~is_landmark, genes["symbol"].map(of_symbol).fillna("")
    )
    ensembl = entrez.map(platform.set_index("entrez")["ensembl"]).where(is_landmark).fillna("")
    return genes.assign(entrez=entrez, ensembl=ensembl)


def match_landmarks(landmarks: pd.DataFrame, genes: pd.DataFrame, where: str) -> Match:
    """Find the landmarks by the names, or the column, and the system that give most of them.

    Parameters
    ----------
    landmarks
        Columns symbol, entrez and ensembl, as `with_platform_names` gives them.
    genes
        The plate's table of genes, indexed by their names; any column may hold what identifies them.
    where
        The plate, for messages.

    Raises
    ------
    InputError
        If two genes of the plate are the same landmark.
    """
    tables = {system: _landmark_by_name(landmarks, system) for system in SYSTEMS}
    columns = {ROW_NAMES: genes.index.to_series(), **{str(name): genes[name] for name in genes}}
    found: list[tuple[Match, np.ndarray]] = []
    for column, series in columns.items():
        names = as_text(series)
        for system, table in tables.items():
            landmark = _plain(names, system).map(table).fillna(-1).to_numpy(dtype=np.intp)
            rows = np.full(len(landmarks), -1)
            hits = np.flatnonzero(landmark >= 0)
            rows[landmark[hits]] = hits
            found.append((Match(system, column, rows), landmark))
    match, landmark = max(found, key=lambda item: item[0].number)
    if (landmark >= 0).sum() > match.number:
        twice = next(place for place in landmark if place >= 0 and (landmark == place).sum() > 1)
        symbol = landmarks["symbol"].iloc[twice] or landmarks["entrez"].iloc[twice]
        repeated = columns[match.column].index[landmark == twice]
        raise InputError(
            f"{where}: the landmark {symbol!r} appears {len(repeated)} times by {match.described}, first in"
            f" the rows {repeated[0]!r} and {repeated[1]!r}; one row of each gene is needed."
        )
    return match


def _landmark_by_name(landmarks: pd.DataFrame, system: str) -> dict[str, int]:
    """Return the place of every landmark by its names in a system, leaving out names of two landmarks."""
    names = _plain(landmarks[system], system).to_numpy()
    by_name = pd.Series(np.arange(len(landmarks)), index=names)
    by_name = by_name[(by_name.index != "") & ~by_name.index.duplicated(keep=False)]
    found = {str(name): int(place) for name, place in by_name.items()}
    return _platform_symbols(landmarks) | found if system == "symbol" else found


def _platform_symbols(landmarks: pd.DataFrame) -> dict[str, int]:
    """Return the place of every landmark by the platform's symbols: a training set may have older ones."""
    platform = landmark_table()
    place = pd.Series(np.arange(len(landmarks)), index=landmarks["entrez"])
    places = platform["entrez"].map(place[(place.index != "") & ~place.index.duplicated(keep=False)])
    symbols = platform["symbol"] + " " + platform["former_symbols"]
    known = places.notna()
    return {
        symbol: int(number)
        for number, texts in zip(places[known], symbols[known], strict=True)
        for symbol in texts.split()
    }


def _plain(names: pd.Series, system: str) -> pd.Series:
    """Return names without what some files add: the version of an Ensembl id, the ".0" of an Entrez id."""
    if system == "ensembl":
        return names.str.replace(r"^(ENSG\d+)\.\d+$", r"\1", regex=True)
    return without_fraction(names) if system == "entrez" else names
