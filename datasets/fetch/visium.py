"""Visium samples of 10x Genomics: counts and spot coordinates from the published files of Space Ranger.

The files are those that scanpy's deprecated ``scanpy.datasets.visium_sge`` reads, without the images.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.base import InputError
from datasets.fetch.downloads import TIMEOUT, download

if TYPE_CHECKING:
    import anndata
    import pandas as pd

SERVER = "https://cf.10xgenomics.com/samples/spatial-exp"

COUNTS = "filtered_feature_bc_matrix.h5"
IMAGES = "spatial.tar.gz"
"""Archive with the coordinates (and images, which are not unpacked)."""

POSITIONS = ("tissue_positions_list.csv", "tissue_positions.csv")
"""Coordinates of the spots, up to Space Ranger 1 (without a header) and from 2 on."""

COLUMNS = ("barcode", "in_tissue", "array_row", "array_col", "pxl_row_in_fullres", "pxl_col_in_fullres")


def fetch_visium(
    sample: str,
    version: str,
    folder: Path,
    *,
    species: str = "human",
    server: str = SERVER,
    timeout: float = TIMEOUT,
) -> anndata.AnnData:
    """Download a Visium sample and return its counts.

    Parameters
    ----------
    sample, version
        Name of the sample and version of Space Ranger, for example ``"V1_Human_Heart"`` and ``"1.1.0"``.
    folder
        Where the downloaded files are kept; those that are there are not fetched again.
    species
        Noted in ``uns["source"]``.
    server, timeout
        Address of the samples, and seconds to wait for it.

    Returns
    -------
    anndata.AnnData
        Counts (spots x genes) as int32 CSR, var indexed by Ensembl ids, ``obsm["spatial"]`` of shape
        (n_spots, 2) with column and row in pixels of the full image, and ``uns["source"]``.

    Raises
    ------
    InputError
        If a download fails, or the files are not those of Space Ranger.
    """
    import pooch

    urls = {name: f"{server}/{version}/{sample}/{sample}_{name}" for name in (COUNTS, IMAGES)}
    for name, url in urls.items():
        download(url, folder / name, timeout=timeout)
    try:
        table = _counts(folder / COUNTS, urls[COUNTS])
        positions = _positions(folder / IMAGES, urls[IMAGES])
        without = table.obs_names.difference(positions.index)
        if len(without):
            raise InputError(f"{urls[IMAGES]}: has no coordinates of {len(without)} spots, as {without[0]}.")
    except InputError:
        for name in urls:  # complete and of no use: to be fetched anew, not read again
            (folder / name).unlink()
        raise
    pixels = positions.loc[table.obs_names, ["pxl_col_in_fullres", "pxl_row_in_fullres"]]
    table.obsm["spatial"] = pixels.to_numpy(dtype=float)
    table.uns["source"] = {
        "name": "10x Genomics Visium",
        "sample": sample,
        "version": version,
        "species": species,
        "urls": list(urls.values()),
        "sha256": [pooch.file_hash(folder / name) for name in urls],
    }
    return table


def _counts(path: Path, url: str) -> anndata.AnnData:
    import anndata
    import numpy as np
    import pandas as pd
    import scanpy
    from scipy import sparse

    from datasets.counts_checks import not_counts
    from datasets.graph_files import READ_ERRORS, first_line

    try:
        read = scanpy.read_10x_h5(path)
        genes = pd.Index(read.var["gene_ids"].astype(str))
    except READ_ERRORS as error:
        raise InputError(f"{url}: not a count matrix of 10x Genomics ({first_line(error)}).") from error
    fault = not_counts(read.X)
    if fault is not None:
        raise InputError(f"{url}: the matrix {fault}.")
    var = pd.DataFrame({"symbol": read.var_names.to_numpy(dtype=str)}, index=genes)
    obs = pd.DataFrame(index=read.obs_names)
    return anndata.AnnData(sparse.csr_matrix(read.X).astype(np.int32), obs=obs, var=var)


def _positions(path: Path, url: str) -> pd.DataFrame:
    """Return the coordinates of all spots, indexed by barcode."""
    import pandas as pd

    try:
        with tarfile.open(path) as archive:
            names = [name for name in archive.getnames() if name.rsplit("/", 1)[-1] in POSITIONS]
            file = archive.extractfile(names[0]) if names else None
            content = b"" if file is None else file.read()
    except (OSError, EOFError, tarfile.TarError) as error:
        raise InputError(f"{url}: not a readable archive ({error}).") from error
    if not content:
        raise InputError(f"{url}: the archive holds no {' or '.join(POSITIONS)}.")
    header = 0 if content.startswith(COLUMNS[0].encode()) else None
    try:
        table = pd.read_csv(io.BytesIO(content), header=header, names=list(COLUMNS), index_col=0)
        pixels = table[list(COLUMNS[4:])].astype(float)
    except ValueError as error:
        raise InputError(f"{url}: {names[0]} is not a table of {', '.join(COLUMNS)}.") from error
    if pixels.isna().any(axis=None) or not table.index.is_unique:
        raise InputError(f"{url}: {names[0]} lacks coordinates, or has a spot twice.")
    return pixels
