"""Every fault of a file of counts is one sentence, whatever the format."""

import gzip
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from count_writers import (
    BARCODES,
    GENES,
    SYMBOLS,
    random_counts,
    visium,
    write_folder,
    write_h5,
    write_loom,
    write_text,
)

from geneboard.datasets.counts_formats import read_dataset
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.settings import PipelineSettings

SETTINGS = PipelineSettings(n_genes=40, min_genes_per_cell=10)


@pytest.fixture(scope="module")
def matrix():
    return random_counts()


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
