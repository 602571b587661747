"""The same counts in every format give the same gene graph, and every fault is one sentence."""

import gzip
import shutil
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import io, sparse

from datasets.base import InputError
from datasets.counts_formats import gene_names, read_dataset
from datasets.files import Files
from datasets.graphs.settings import PipelineSettings

SETTINGS = PipelineSettings(n_genes=40, min_genes_per_cell=10)
CELLS, GENES = 50, 70
IDS = [f"ENSG{k:011d}" for k in range(GENES)]
SYMBOLS = ["ACTB", "GAPDH", "B2M", "NA", "nan", *(f"GENE{k}" for k in range(5, GENES))]
BARCODES = ["".join("ACGT"[(k >> (2 * place)) & 3] for place in range(8)) + f"ACGT-{k}" for k in range(CELLS)]


@pytest.fixture(scope="module")
def matrix():
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


def write_folder(path, matrix, *, compressed=True, features="features", columns=3):
    path.mkdir(parents=True)
    lines = ["\t".join([i, s, "Gene Expression"][:columns]) for i, s in zip(IDS, SYMBOLS, strict=True)]
    texts = {f"{features}.tsv": "\n".join(lines) + "\n", "barcodes.tsv": "\n".join(BARCODES) + "\n"}
    io.mmwrite(path / "matrix.mtx", sparse.coo_matrix(matrix.T))
    for name, text in texts.items():
        (path / name).write_text(text)
    if compressed:
        for file in list(path.iterdir()):
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()


def write_loom(path, matrix, **rows):
    with h5py.File(path, "w") as file:
        file["matrix"] = matrix.T.astype(np.float32)
        file.create_group("layers")
        for name, values in (rows or {"Gene": SYMBOLS, "Accession": IDS}).items():
            file[f"row_attrs/{name}"] = strings(values)
        file["col_attrs/CellID"] = strings(BARCODES)


def write_text(path, matrix, *, genes_in_rows, names=SYMBOLS, corner=True):
    frame = pd.DataFrame(matrix, index=BARCODES, columns=names)
    frame = frame.T if genes_in_rows else frame
    separator = "," if ".csv" in path.suffixes else "\t"
    text = frame.to_csv(sep=separator)
    if not corner:  # as write.table of R does
        text = text[1:]
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


WRITERS = {
    "10x.h5": write_h5,
    "legacy.h5": write_legacy_h5,
    "folder": write_folder,
    "plain_folder": lambda path, matrix: write_folder(path, matrix, compressed=False),
    "old_folder": lambda path, matrix: write_folder(
        path, matrix, compressed=False, features="genes", columns=2
    ),
    "velocyto.loom": write_loom,
    "genes_in_rows.csv": lambda path, matrix: write_text(path, matrix, genes_in_rows=True),
    "cells_in_rows.tsv": lambda path, matrix: write_text(path, matrix, genes_in_rows=False),
    "packed.csv.gz": lambda path, matrix: write_text(path, matrix, genes_in_rows=True),
    "packed.tsv.gz": lambda path, matrix: write_text(path, matrix, genes_in_rows=False),
    "from_r.tsv": lambda path, matrix: write_text(path, matrix, genes_in_rows=True, corner=False),
}


@pytest.mark.parametrize("name", WRITERS)
def test_same_counts_same_graph(tmp_path, matrix, name):
    """Beside an .h5ad file of the same counts, in one tissue."""
    (tmp_path / "lung").mkdir()
    WRITERS[name](tmp_path / "lung" / f"scrna_lung_{name}", matrix)
    table = anndata.AnnData(sparse.csr_matrix(matrix), var=pd.DataFrame(index=SYMBOLS))
    table.obs_names = BARCODES
    table.write_h5ad(tmp_path / "lung" / "scrna_lung_h5ad.h5ad")
    tissue = Files(tmp_path, tmp_path / "cache", SETTINGS).load("lung")
    (other,) = (graph for graph in tissue.graphs if not graph.name.endswith("__h5ad"))
    plain = next(graph for graph in tissue.graphs if graph.name.endswith("__h5ad"))
    assert other.name == f"scrna_lung__{name.partition('.')[0]}"
    assert other.genes.equals(plain.genes)
    assert np.array_equal(other.features, plain.features)
    assert (other.adjacency != plain.adjacency).nnz == 0
    assert Files(tmp_path, tmp_path / "cache", SETTINGS).load("lung").data_hashes == tissue.data_hashes


@pytest.mark.parametrize("name", ["10x.h5", "folder", "velocyto.loom"])
def test_files_with_two_namings_take_the_one_that_the_others_have(tmp_path, matrix, name):
    (tmp_path / "lung").mkdir()
    WRITERS[name](tmp_path / "lung" / f"scrna_lung_{name}", matrix)
    table = anndata.AnnData(sparse.csr_matrix(matrix), var=pd.DataFrame(index=IDS))
    table.obs_names = BARCODES
    table.write_h5ad(tmp_path / "lung" / "scrna_lung_h5ad.h5ad")
    tissue = Files(tmp_path, settings=SETTINGS).load("lung")
    assert len(tissue.common_genes) == 40
    assert tissue.common_genes.str.startswith("ENSG").all()


@pytest.mark.parametrize("name", WRITERS)
def test_names_are_read_without_the_counts(tmp_path, matrix, name):
    path = tmp_path / f"scrna_lung_{name}"
    WRITERS[name](path, matrix)
    names = gene_names(path)
    assert names[0].tolist() == SYMBOLS
    assert [index.tolist() for index in names[1:]] in ([], [IDS])
    counts, place = read_dataset(path)
    assert counts.var_names.tolist() == SYMBOLS
    assert counts.obs_names.tolist() == BARCODES
    assert counts.X.dtype == np.int32
    assert np.array_equal(counts.X.toarray(), matrix)
    assert place == "matrix"


def test_other_features_are_left_out(tmp_path, matrix):
    types = ["Gene Expression"] * (GENES - 2) + ["Antibody Capture"] * 2
    write_h5(tmp_path / "a.h5", matrix, types=types)
    counts, _ = read_dataset(tmp_path / "a.h5")
    assert counts.var_names.tolist() == SYMBOLS[:-2]
    assert np.array_equal(counts.X.toarray(), matrix[:, :-2])


def visium(path, matrix, *, header, order=1, folder=False):
    path.mkdir(parents=True)
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
    table.to_csv(path / "spatial" / name, index=False, header=header)


@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize(("header", "order"), [(False, 1), (True, -1)])
def test_visium(tmp_path, matrix, header, order, folder):
    path = tmp_path / "lung" / "spatial_lung_V1"
    visium(path, matrix, header=header, order=order, folder=folder)
    counts, _ = read_dataset(path)
    k = np.arange(CELLS)
    assert np.array_equal(counts.obsm["spatial"], np.column_stack([7 * k % 31, 10 * k]))
    graph = Files(tmp_path, settings=SETTINGS).load("lung").graphs[0]
    assert graph.name == "spatial_lung__V1"
    assert graph.provenance["steps"]["gene_selection"]["by"] == "SPARK-X"


def test_tables_and_notes_beside_the_data_are_no_datasets(tmp_path, matrix):
    (tmp_path / "lung" / "plots").mkdir(parents=True)
    (tmp_path / "lung" / "quality.csv").write_text("a,b\n1,2\n")
    write_text(tmp_path / "lung" / "scrna_lung_a.csv", matrix, genes_in_rows=True)
    assert [graph.name for graph in Files(tmp_path, settings=SETTINGS).load("lung").graphs] == [
        "scrna_lung__a"
    ]


def test_an_edited_folder_is_read_again(tmp_path, matrix):
    path = tmp_path / "lung" / "scrna_lung_a"
    write_folder(path, matrix)
    first = Files(tmp_path, tmp_path / "cache", SETTINGS).load("lung").graphs[0]
    shutil.rmtree(path)
    write_folder(path, matrix[::-1])
    second = Files(tmp_path, tmp_path / "cache", SETTINGS).load("lung").graphs[0]
    assert first.provenance["sha256"] != second.provenance["sha256"]
    assert first.digest != second.digest


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def fault_barnyard(path, matrix):
    write_h5(path / "x.h5", matrix, genomes=["GRCh38"] * 30 + ["mm10"] * (GENES - 30))
    return path / "x.h5"


def fault_antibodies(path, matrix):
    write_h5(path / "x.h5", matrix, types=["Antibody Capture"] * GENES)
    return path / "x.h5"


def fault_truncated_h5(path, matrix):
    write_h5(path / "x.h5", matrix)
    halved(path / "x.h5")
    return path / "x.h5"


def fault_other_hdf5(path, matrix):
    with h5py.File(path / "x.h5", "w") as file:
        file["table"] = matrix
    return path / "x.h5"


def fault_barcodes(path, matrix):
    write_folder(path / "x", matrix, compressed=False)
    (path / "x" / "barcodes.tsv").write_text("\n".join(BARCODES[:-1]))
    return path / "x"


def fault_no_features(path, matrix):
    write_folder(path / "x", matrix, compressed=False)
    (path / "x" / "features.tsv").unlink()
    return path / "x"


def fault_no_barcodes(path, matrix):
    write_folder(path / "x", matrix, compressed=False)
    (path / "x" / "barcodes.tsv").unlink()
    return path / "x"


def fault_twice(path, matrix):
    write_folder(path / "x", matrix, compressed=False)
    (path / "x" / "matrix.mtx.gz").write_bytes(gzip.compress((path / "x" / "matrix.mtx").read_bytes()))
    return path / "x"


def fault_truncated_matrix(path, matrix):
    write_folder(path / "x", matrix, compressed=False)
    halved(path / "x" / "matrix.mtx")
    return path / "x"


def fault_truncated_gzip(path, matrix):
    write_folder(path / "x", matrix)
    halved(path / "x" / "features.tsv.gz")
    return path / "x"


def fault_no_places(path, matrix):
    visium(path / "x", matrix, header=True)
    (path / "x" / "spatial" / "tissue_positions.csv").unlink()
    return path / "x"


def fault_missing_place(path, matrix):
    visium(path / "x", matrix, header=True)
    file = path / "x" / "spatial" / "tissue_positions.csv"
    file.write_text("\n".join(file.read_text().splitlines()[:-1]))
    return path / "x"


def fault_no_visium_counts(path, matrix):
    visium(path / "x", matrix, header=True)
    (path / "x" / "V1_filtered_feature_bc_matrix.h5").unlink()
    return path / "x"


def fault_loom_names(path, matrix):
    write_loom(path / "x.loom", matrix, Chromosome=["1"] * GENES)
    return path / "x.loom"


def fault_loom_shape(path, matrix):
    write_loom(path / "x.loom", matrix, Gene=SYMBOLS[:-1])
    return path / "x.loom"


def fault_truncated_loom(path, matrix):
    write_loom(path / "x.loom", matrix)
    halved(path / "x.loom")
    return path / "x.loom"


def fault_unclear(path, matrix):
    names = [f"f{k}" for k in range(GENES)]
    pd.DataFrame(matrix, columns=names).to_csv(path / "x.csv")
    return path / "x.csv"


def with_last_value(path, matrix, value):
    """A table whose third line ends in a value of its own."""
    write_text(path / "x.csv", matrix, genes_in_rows=False)
    text = (path / "x.csv").read_text().splitlines()
    text[3] = f"{text[3].rpartition(',')[0]},{value}"
    (path / "x.csv").write_text("\n".join(text))
    return path / "x.csv"


def fault_word(path, matrix):
    return with_last_value(path, matrix, "many")


def fault_gap(path, matrix):
    return with_last_value(path, matrix, "")


def fault_log(path, matrix):
    write_text(path / "x.csv", np.log1p(matrix), genes_in_rows=False)
    return path / "x.csv"


def fault_empty(path, matrix):
    (path / "x.csv").write_text("")
    return path / "x.csv"


def fault_separator(path, matrix):
    write_text(path / "x.tsv", matrix, genes_in_rows=False)
    (path / "x.tsv").rename(path / "x.csv")
    return path / "x.csv"


def fault_packed_text(path, matrix):
    write_text(path / "x.csv.gz", matrix, genes_in_rows=False)
    halved(path / "x.csv.gz")
    return path / "x.csv.gz"


FAULTS = {
    fault_barnyard: "holds genes of several genomes (GRCh38, mm10).",
    fault_antibodies: "none of its 70 features is of the type 'Gene Expression'.",
    fault_truncated_h5: "not a readable 10x .h5 file",
    fault_other_hdf5: "an HDF5 file, but not one of 10x.",
    fault_barcodes: "the matrix has 50 cells and 70 features, the lists 49 and 70.",
    fault_no_features: "the folder lacks features.tsv or genes.tsv.",
    fault_no_barcodes: "the folder lacks barcodes.tsv.",
    fault_twice: "is there twice, as it is and with .gz.",
    fault_truncated_matrix: "not a readable matrix market file",
    fault_truncated_gzip: "cannot be read as a table",
    fault_no_places: "lacks tissue_positions.csv.",
    fault_missing_place: "has no place for spot",
    fault_no_visium_counts: "a Visium folder that lacks filtered_feature_bc_matrix.h5.",
    fault_loom_names: "names no genes; row_attrs has neither Gene nor Accession.",
    fault_loom_shape: "the matrix has 70 genes and 50 cells, the names 69 and 50.",
    fault_truncated_loom: "not a readable .loom file",
    fault_unclear: "whether rows or columns are genes is unclear",
    fault_word: "column 'GENE69' holds values that are no numbers.",
    fault_gap: "holds NaN or infinite values",
    fault_log: "looks log-transformed",
    fault_empty: "cannot be read as a table",
    fault_separator: "its lines have one column; .csv has commas between values, .tsv tabs.",
    fault_packed_text: "cannot be read as a table",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.removeprefix("fault_"))
def test_faults_are_one_sentence(tmp_path, matrix, fault):
    path = fault(tmp_path, matrix)
    with pytest.raises(InputError) as caught:
        read_dataset(path)
    assert FAULTS[fault] in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_spots_in_a_format_without_places(tmp_path, matrix):
    (tmp_path / "lung").mkdir()
    write_text(tmp_path / "lung" / "spatial_lung_a.csv", matrix, genes_in_rows=True)
    with pytest.raises(InputError, match=r"spatial_lung_a\.csv: spatial data without coordinates"):
        Files(tmp_path, settings=SETTINGS).load("lung")
