"""What is said of a file that begins like a dataset and is in no format that is read."""

from __future__ import annotations

from pathlib import Path

FORMATS = ".h5ad, .h5 and folders of 10x, _matrix.mtx with its tables, .loom, .csv, .tsv"

OTHER_FORMATS = {
    (".zarr",): "is a Zarr store; write it as .h5ad (anndata.read_zarr, then write_h5ad)",
    (".h5mu",): 'holds several modalities; write one of them as .h5ad (mudata.read(...)["rna"].write_h5ad)',
    (
        ".rds",
        ".rdata",
        ".rda",
        ".robj",
        ".qs",
        ".h5seurat",
    ): "is an object of R; write its counts as a folder of 10x (DropletUtils::write10xCounts)",
    (
        ".mtx",
        ".mtx.gz",
    ): "is a matrix without names; call it <modality>_<tissue>_<id>_matrix.mtx, and begin "
    "features.tsv and barcodes.tsv likewise",
    (
        ".txt",
        ".txt.gz",
        ".tab",
        ".tab.gz",
    ): "is a table of unknown form; call it .tsv if tabs stand between its values, .csv if commas do",
    (".xlsx", ".xls", ".ods"): "is a spreadsheet; save it as .csv",
    (".gz", ".tgz", ".zip", ".tar", ".bz2", ".xz", ".zst", ".7z", ".rar"): "is packed; unpack it",
}
"""Endings in small letters, of which the first that fits counts, and what to do about them."""


def why_unread(path: Path) -> str:
    """Return why a file or folder is no dataset, with the way out, for the end of a sentence."""
    for endings, reason in OTHER_FORMATS.items():
        if path.name.lower().endswith(endings):
            return reason
    if path.is_dir():
        return "is a folder without counts of 10x (matrix.mtx or filtered_feature_bc_matrix.h5, or in outs)"
    if not path.is_file():
        return "is neither a file nor a folder, or leads nowhere"
    return f"is in no format that is read ({FORMATS}); convert it, or call it otherwise if it is no dataset"
