"""Cells of the CELLxGENE Census: which ones, and their raw counts in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.errors import InputError, closest_name
from geneboard.datasets.fetch.downloads import innermost_reason

VERSION = "2025-11-08"
"""The pinned Census: a release with long-term support."""

INSTALL = 'pip install -c constraints.txt ".[census]"'

BUFFER_BYTES = 128 << 20
"""Bytes of one column that tiledbsoma reads at once; its default of 1 GiB is much for a small machine."""

ORGANISM = "homo_sapiens"

TISSUES = {"pbmc": "blood"}
"""What the Census calls tissues that have another name here."""

CELL_COLUMNS = ("donor_id", "dataset_id", "assay", "suspension_type", "tissue", "cell_type")
"""What is kept of a cell."""

NO_DONOR = ("unknown", "na", "pooled", "")
"""Values of donor_id that stand for no single donor."""


@dataclass(frozen=True)
class Donor:
    """The cells of one donor in one tissue.

    Parameters
    ----------
    collection, donor
        Identifier of the CELLxGENE collection, and donor_id in it.
    tissue
        Name of the tissue, as here or as in the Census.
    assays
        Assays to take; empty for all.
    """

    collection: str
    donor: str
    tissue: str
    assays: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"donor {self.donor} of collection {self.collection}, {self.tissue}"


class Census:
    """An open Census; made by `open_census`.

    Parameters
    ----------
    soma
        The open SOMA collection.
    version
        Version of the Census, or the address of a copy.
    """

    def __init__(self, soma: Any, version: str) -> None:
        self.version = version
        self._info = soma["census_info"]
        self._experiment = soma["census_data"][ORGANISM]

    def filter_of(self, donor: Donor) -> str:
        """Return the filter that selects a donor's cells, in the language of tiledbsoma.

        Raises
        ------
        InputError
            If the Census has no such collection.
        """
        chosen = f"collection_id == {donor.collection!r}"
        datasets = sorted(self._table(self._info, "datasets", ["dataset_id"], chosen)["dataset_id"])
        if not datasets:
            raise InputError(f"the Census {self.version} has no collection {donor.collection}.")
        parts = [_primary(donor.tissue), f"donor_id == {donor.donor!r}", f"dataset_id in {datasets!r}"]
        if donor.assays:
            parts.append(f"assay in {list(donor.assays)!r}")
        return " and ".join(parts)

    def cells(self, value_filter: str) -> pd.DataFrame:
        """Return `CELL_COLUMNS` of the selected cells, indexed by their number in the Census, ascending."""
        table = self._table(self._experiment, "obs", ["soma_joinid", *CELL_COLUMNS], value_filter)
        return table.set_index("soma_joinid").sort_index()[list(CELL_COLUMNS)].astype(str)

    def genes(self) -> pd.DataFrame:
        """Return symbol and number (``soma_joinid``) of all genes, indexed by Ensembl id."""
        columns = ["soma_joinid", "feature_id", "feature_name"]
        table = self._table(self._experiment, "ms/RNA/var", columns).sort_values("soma_joinid")
        return table.rename(columns={"feature_name": "symbol"}).set_index("feature_id").rename_axis(None)

    def block(self, cells: np.ndarray, genes: np.ndarray) -> sparse.csr_matrix:
        """Return the raw counts of some cells.

        Parameters
        ----------
        cells, genes
            Their numbers (soma_joinid), ascending, of shape (n_cells,) and (n_genes,).

        Returns
        -------
        scipy.sparse.csr_matrix
            Counts of shape (n_cells, n_genes), int32.

        Raises
        ------
        InputError
            If the Census cannot be read, or what it holds are no counts.
        """
        with _one_sentence(self.version):
            tables = list(self._experiment.ms["RNA"].X["raw"].read((cells, slice(None))).tables())
        if not tables:
            return sparse.csr_matrix((len(cells), len(genes)), dtype=np.int32)
        rows, columns, values = (
            np.concatenate([table[name].to_numpy() for table in tables])
            for name in ("soma_dim_0", "soma_dim_1", "soma_data")
        )
        if (values < 0).any() or (values != np.rint(values)).any():
            raise InputError(f"the Census {self.version} holds values that are no counts for these cells.")
        return sparse.csr_matrix(
            (values.astype(np.int32), (np.searchsorted(cells, rows), np.searchsorted(genes, columns))),
            shape=(len(cells), len(genes)),
        )

    def largest_donors(self, tissue: str, number: int, assay: str) -> list[Donor]:
        """Return the donors with the most primary cells of a tissue.

        Parameters
        ----------
        tissue
            A value of tissue_general or tissue in the Census, or one of the ten tissues here.
        number
            How many donors.
        assay
            Beginning of the names of the assays that count, for example ``"10x 3'"``.

        Raises
        ------
        InputError
            If the Census has no such tissue, or no such cells.
        """
        known = "organism == 'Homo sapiens' and category in ['tissue', 'tissue_general']"
        columns = ["organism", "category", "label"]
        names = sorted(set(self._table(self._info, "summary_cell_counts", columns, known)["label"]))
        if TISSUES.get(tissue, tissue) not in names:
            raise InputError(
                f"the Census {self.version} has no tissue {tissue!r}{closest_name(tissue, names)}."
            )
        with _one_sentence(self.version):
            keys = ["dataset_id", "donor_id", "assay"]
            rows = self._experiment.obs.read(column_names=keys, value_filter=_primary(tissue))
            # Counted table by table: the lung alone has millions of cells.
            counted = [table.to_pandas().astype(str).value_counts(keys) for table in rows]
        datasets = self._table(self._info, "datasets", ["dataset_id", "collection_id"])
        collections = datasets.set_index("dataset_id")["collection_id"]
        counts = pd.concat(counted).reset_index()
        counts = counts[counts["assay"].str.startswith(assay) & ~counts["donor_id"].isin(NO_DONOR)]
        if counts.empty:
            raise InputError(
                f"the Census {self.version} has no primary cells of {tissue} "
                f"with an assay that begins with {assay!r}."
            )
        counts["collection"] = counts["dataset_id"].map(collections)
        assays = tuple(sorted(counts["assay"].unique()))
        sizes = counts.groupby(["collection", "donor_id"])["count"].sum().reset_index()
        sizes = sizes.sort_values(["count", "collection", "donor_id"], ascending=[False, True, True])
        pairs = zip(sizes["collection"], sizes["donor_id"], strict=True)
        return [Donor(collection, donor, tissue, assays) for collection, donor in list(pairs)[:number]]

    def _table(
        self, collection: Any, path: str, columns: list[str], value_filter: str | None = None
    ) -> pd.DataFrame:
        """Return some columns of a table that is somewhere below a collection."""
        with _one_sentence(self.version):
            for part in path.split("/"):
                collection = collection[part]
            rows = collection.read(column_names=columns, value_filter=value_filter).concat()
        table: pd.DataFrame = rows.to_pandas()
        return table


@contextmanager
def open_census(version: str = VERSION) -> Iterator[Census]:
    """Open a version of the Census, or a copy of one.

    Parameters
    ----------
    version
        Date of a release, or the folder or address (``s3://…``) of a copy.

    Raises
    ------
    InputError
        If the libraries are not installed, there is no such version, or it cannot be reached.
    """
    try:
        import cellxgene_census
        import tiledbsoma  # noqa: F401  # named in the message if it is what is missing
    except ModuleNotFoundError as error:
        raise InputError(f"the Census needs the package {error.name}: {INSTALL}") from error
    place = "uri" if "/" in version or Path(version).is_dir() else "census_version"
    config = {"soma.init_buffer_bytes": BUFFER_BYTES}
    with _one_sentence(version):
        try:
            soma = cellxgene_census.open_soma(**{place: version}, tiledb_config=config)
        except ValueError as error:
            raise InputError(f"the Census has no version {version!r}.") from error
    with soma:
        with _one_sentence(version):
            try:
                census = Census(soma, version)
            except KeyError as error:
                raise InputError(f"{version}: not a Census; it has no {error}.") from error
        yield census


def _primary(tissue: str) -> str:
    name = TISSUES.get(tissue, tissue)
    return f"is_primary_data == True and (tissue_general == {name!r} or tissue == {name!r})"


@contextmanager
def _one_sentence(version: str) -> Iterator[None]:
    """Turn what the libraries raise while they read into an `InputError`."""
    import requests
    import tiledbsoma

    try:
        yield
    except requests.JSONDecodeError as error:
        raise InputError(f"the Census {version}: its list of versions is not readable ({error}).") from error
    except requests.RequestException as error:
        raise InputError(f"the Census {version} cannot be reached ({_first(error)}).") from error
    except (tiledbsoma.SOMAError, RuntimeError) as error:
        raise InputError(f"the Census {version} cannot be read ({_first(error)}).") from error


def _first(error: Exception) -> str:
    return innermost_reason(error).splitlines()[0]
