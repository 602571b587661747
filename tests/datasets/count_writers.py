"""The same counts in every format, written as the programs of laboratories write them."""

import gzip

import h5py
import numpy as np
import pandas as pd
from scipy import io, sparse

CELLS, GENES = 50, 70
IDS = [f"ENSG{k:011d}" for k in range(GENES)]
SYMBOLS = ["ACTB", "GAPDH", "B2M", "NA", "nan", *(f"GENE{k}" for k in range(5, GENES))]
BARCODES = ["".join("ACGT"[(k >> (2 * place)) & 3] for place in range(8)) + f"ACGT-{k}" for k in range(CELLS)]


def random_counts():
    rng = np.random.default_rng(4)
    level = rng.gamma(2, 0.5, (CELLS, GENES)) * rng.lognormal(0, 0.5, (CELLS, 1)) * 2
    return rng.poisson(level)


def strings(values):
    return np.array(values, dtype="S")


def write_h5(path, matrix, *, types=None, genomes=None, ids=IDS, symbols=SYMBOLS):
    """As Cell Ranger 3 and later write it: features x cells, compressed by cell."""
    columns = sparse.csr_matrix(matrix)
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        for name in ("data", "indices", "indptr"):
            group[name] = getattr(columns, name)
        group["shape"] = np.array(matrix.shape[::-1])
        group["barcodes"] = strings(BARCODES)
        features = group.create_group("features")
        features["id"], features["name"] = strings(ids), strings(symbols)
        features["feature_type"] = strings(types or ["Gene Expression"] * len(ids))
        features["genome"] = strings(genomes or ["GRCh38"] * len(ids))


def write_legacy_h5(path, matrix):
    """As Cell Ranger 2 wrote it."""
    columns = sparse.csr_matrix(matrix)
    with h5py.File(path, "w") as file:
        group = file.create_group("hg19")
        for name in ("data", "indices", "indptr"):
            group[name] = getattr(columns, name)
        group["shape"] = np.array(matrix.shape[::-1])
        group["barcodes"] = strings(BARCODES)
        group["genes"], group["gene_names"] = strings(IDS), strings(SYMBOLS)


def write_folder(path, matrix, *, compressed=True, features="features", columns=3, prefix=""):
    path.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join([i, s, "Gene Expression"][:columns]) for i, s in zip(IDS, SYMBOLS, strict=True)]
    texts = {f"{features}.tsv": "\n".join(lines) + "\n", "barcodes.tsv": "\n".join(BARCODES) + "\n"}
    io.mmwrite(path / f"{prefix}matrix.mtx", sparse.coo_matrix(matrix.T))
    for name, text in texts.items():
        (path / f"{prefix}{name}").write_text(text)
    if compressed:
        for file in [*path.glob("*.tsv"), *path.glob("*.mtx")]:
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()


def write_three(path, matrix):
    """As GEO has them: three files beside each other, with the sample before their names."""
    prefix = path.name.removesuffix("matrix.mtx.gz")
    write_folder(path.parent, matrix, features="genes", columns=2, prefix=prefix)


def write_geo_folder(path, matrix):
    write_folder(path, matrix, prefix="GSM1_s1_")
    (path / "._GSM1_s1_matrix.mtx.gz").touch()  # macOS leaves such beside every file


def write_below(place, write=write_folder):
    """Return what writes a dataset where a program of 10x leaves it in the folder of a sample."""

    def make(path, matrix):
        (path / place).parent.mkdir(parents=True)
        write(path / place, matrix)

    return make


def write_loom(path, matrix, *, cells="CellID", **rows):
    with h5py.File(path, "w") as file:
        file["matrix"] = matrix.T if matrix.dtype == np.float16 else matrix.T.astype(np.float32)
        file.create_group("layers")
        for name, values in (rows or {"Gene": SYMBOLS, "Accession": IDS}).items():
            file[f"row_attrs/{name}"] = strings(values)
        file[f"col_attrs/{cells}"] = strings(BARCODES)


def write_text(path, matrix, *, genes_in_rows, names=SYMBOLS, corner=True):
    frame = pd.DataFrame(matrix, index=BARCODES, columns=names)
    frame = frame.T if genes_in_rows else frame
    separator = "," if ".csv" in path.name.lower() else "\t"
    text = frame.to_csv(sep=separator)
    if not corner:  # as write.table of R does
        text = text[1:]
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def visium(path, matrix, *, header=True, order=1, folder=False, form="csv"):
    path.mkdir(parents=True, exist_ok=True)
    if folder:
        write_folder(path / "filtered_feature_bc_matrix", matrix)
    else:
        write_h5(path / "V1_filtered_feature_bc_matrix.h5", matrix)
    (path / "spatial").mkdir()
    k = np.arange(CELLS)
    table = pd.DataFrame(
        {
            "barcode": BARCODES,
            "in_tissue": 1,
            "array_row": k,
            "array_col": k,
            "row": 10 * k,
            "col": 7 * k % 31,
        }
    )[::order]
    name = "tissue_positions.csv" if header else "tissue_positions_list.csv"
    if form == "parquet":
        places = {"row": "pxl_row_in_fullres", "col": "pxl_col_in_fullres"}
        table.rename(columns=places).to_parquet(path / "spatial" / "tissue_positions.parquet")
    else:
        table.to_csv((path / "spatial" / name).with_suffix(f".{form}"), index=False, header=header)


WRITERS = {
    "10x.h5": write_h5,
    "legacy.h5": write_legacy_h5,
    "folder": write_folder,
    "plain_folder": lambda path, matrix: write_folder(path, matrix, compressed=False),
    "old_folder": lambda path, matrix: write_folder(
        path, matrix, compressed=False, features="genes", columns=2
    ),
    "geo_folder": write_geo_folder,
    "three_matrix.mtx.gz": write_three,
    "outs": write_below("outs/filtered_feature_bc_matrix"),
    "outs_h5": write_below("outs/filtered_feature_bc_matrix.h5", write_h5),
    "cell_ranger_2": write_below("outs/filtered_gene_bc_matrices/GRCh38"),
    "legacy_outs": write_below("filtered_gene_bc_matrices_h5.h5", write_legacy_h5),
    "one_of_many": write_below(
        "outs/per_sample_outs/s1/count/sample_filtered_feature_bc_matrix.h5", write_h5
    ),
    "velocyto.loom": write_loom,
    "other_names.loom": lambda path, matrix: write_loom(
        path, matrix, cells="Barcodes", ensembl_ids=IDS, **{"gene.name": SYMBOLS}
    ),
    "numbers.loom": lambda path, matrix: write_loom(path, matrix.astype(np.float16), Gene_Symbol=SYMBOLS),
    "CAPITALS.CSV": lambda path, matrix: write_text(path, matrix, genes_in_rows=True),
    "genes_in_rows.csv": lambda path, matrix: write_text(path, matrix, genes_in_rows=True),
    "cells_in_rows.tsv": lambda path, matrix: write_text(path, matrix, genes_in_rows=False),
    "packed.csv.gz": lambda path, matrix: write_text(path, matrix, genes_in_rows=True),
    "packed.tsv.gz": lambda path, matrix: write_text(path, matrix, genes_in_rows=False),
    "from_r.tsv": lambda path, matrix: write_text(path, matrix, genes_in_rows=True, corner=False),
}
