"""Visium samples of 10x Genomics: counts and spot coordinates from the published files of Space Ranger.

The files are those that scanpy's deprecated ``scanpy.datasets.visium_sge`` reads, without the images.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.counts_10x import read_10x, read_positions
from geneboard.datasets.counts_10x_files import POSITION_FILES
from geneboard.datasets.counts_checks import not_counts
from geneboard.datasets.errors import InputError
from geneboard.datasets.fetch.downloads import TIMEOUT, download

SERVER = "https://cf.10xgenomics.com/samples/spatial-exp"

COUNTS = "filtered_feature_bc_matrix.h5"
IMAGES = "spatial.tar.gz"
"""Archive with the coordinates (and images, which are not unpacked)."""


def fetch_visium(
    sample: str,
    version: str,
    folder: Path,
    *,
    species: str,
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
    timeout
        Seconds to wait for the server.

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

    urls = {name: f"{SERVER}/{version}/{sample}/{sample}_{name}" for name in (COUNTS, IMAGES)}
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
    pixels = positions.loc[table.obs_names, ["pxl_col", "pxl_row"]]
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
    try:
        read = read_10x(path)
    except InputError as error:
        reason = str(error).removeprefix(f"{path}: ").rstrip(".")
        raise InputError(f"{url}: not a count matrix of 10x Genomics ({reason}).") from error
    fault = not_counts(read.X)
    if fault is not None:
        raise InputError(f"{url}: the matrix {fault}.")
    genes = pd.Index(read.var["id"].to_numpy(dtype=str))
    var = pd.DataFrame({"symbol": read.var_names.to_numpy(dtype=str)}, index=genes)
    obs = pd.DataFrame(index=read.obs_names)
    return anndata.AnnData(sparse.csr_matrix(read.X).astype(np.int32), obs=obs, var=var)


def _positions(path: Path, url: str) -> pd.DataFrame:
    """Return the coordinates of all spots, indexed by barcode."""
    try:
        with tarfile.open(path) as archive:
            names = [name for name in archive.getnames() if name.rsplit("/", 1)[-1] in POSITION_FILES]
            file = archive.extractfile(names[0]) if names else None
            content = b"" if file is None else file.read()
    except (OSError, EOFError, tarfile.TarError) as error:
        raise InputError(f"{url}: not a readable archive ({error}).") from error
    if not content:
        raise InputError(f"{url}: the archive holds no {' or '.join(reversed(POSITION_FILES))}.")
    return read_positions(content, f"{url}: {names[0]}")
