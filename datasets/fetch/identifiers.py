"""Tables for ``--ids`` and ``--orthologs``, from those who assign the names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import READ_ERRORS, InputError, first_line
from geneboard.datasets.fetch.downloads import TIMEOUT, download
from geneboard.datasets.fetch.published import Fetched

LEAST_PAIRS = 10_000
"""A table with fewer rows is not what it should be: each of the three has many more."""


def human_identifiers(path: Path) -> pd.DataFrame:
    """Return the columns ensembl, symbol and entrez of HGNC's complete set."""
    columns = {"ensembl_gene_id": "ensembl", "symbol": "symbol", "entrez_id": "entrez"}
    table = pd.read_csv(path, sep="\t", dtype=str, usecols=list(columns)).rename(columns=columns)
    return table[list(columns.values())].dropna(subset=["ensembl", "symbol"])


def mouse_identifiers(path: Path) -> pd.DataFrame:
    """Return the columns ensembl and symbol of MGI's report MRK_ENSEMBL, which has no header."""
    table = pd.read_csv(path, sep="\t", dtype=str, header=None, usecols=[1, 5], quoting=3)
    ids = table[5].str.findall(r"ENSMUSG\d{11}")
    return pd.DataFrame({"ensembl": ids, "symbol": table[1]}).explode("ensembl").dropna()


def orthologs(path: Path) -> pd.DataFrame:
    """Return the columns mouse and human of MGI's report HOM_MouseHumanSequence, all pairs of each class."""
    columns = ["DB Class Key", "Common Organism Name", "Symbol"]
    table = pd.read_csv(path, sep="\t", dtype=str, usecols=columns, quoting=3).dropna()
    mouse = table[table["Common Organism Name"].str.startswith("mouse")]
    human = table[table["Common Organism Name"] == "human"]
    pairs = mouse.merge(human, on="DB Class Key", suffixes=("_mouse", "_human"))
    return pairs[["Symbol_mouse", "Symbol_human"]].set_axis(["mouse", "human"], axis=1)


TABLES: dict[str, tuple[str, Callable[[Path], pd.DataFrame]]] = {
    "gene_ids_human.tsv": (
        "https://storage.googleapis.com/public-download-files/hgnc/tsv/tsv/hgnc_complete_set.txt",
        human_identifiers,
    ),
    "gene_ids_mouse.tsv": (
        "https://www.informatics.jax.org/downloads/reports/MRK_ENSEMBL.rpt",
        mouse_identifiers,
    ),
    "mouse_human_symbols.tsv": (
        "https://www.informatics.jax.org/downloads/reports/HOM_MouseHumanSequence.rpt",
        orthologs,
    ),
}
"""Files that are made, where each table comes from, and what turns it into pairs."""


def fetch_identifiers(folder: Path, *, timeout: float = TIMEOUT) -> Fetched:
    """Download the tables that are not there yet.

    They are those of the day: HGNC and MGI publish no fixed versions with checksums. Records of results name
    the sha256 of the tables that were used.

    Parameters
    ----------
    folder
        Where the tables go.
    timeout
        Seconds to wait for a server.

    Raises
    ------
    InputError
        If a table cannot be got or is not of its form; those that were complete before stay.
    """
    new, present = [], []
    for name, (url, convert) in TABLES.items():
        path = folder / name
        if path.exists():
            present.append(path)
            continue
        arrived = path.with_name(f".{path.name}.fetched")
        download(url, arrived, timeout=timeout)
        try:
            pairs = convert(arrived).drop_duplicates()
        except READ_ERRORS as error:
            raise InputError(f"{url}: not the table expected ({first_line(error)}).") from error
        finally:
            arrived.unlink()
        if len(pairs) < LEAST_PAIRS:
            raise InputError(f"{url}: {len(pairs)} pairs of names, fewer than {LEAST_PAIRS}.")
        write_atomically(path, pairs.to_csv(sep="\t", index=False).encode())
        new.append(path)
    return Fetched(tuple(new), tuple(present))
