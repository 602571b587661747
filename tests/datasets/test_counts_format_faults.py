"""Every fault of a file of counts is one sentence, whatever the format."""

import gzip

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
    write_three,
)

from geneboard.datasets.counts_files import read_dataset
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.settings import PipelineSettings

MATRIX = random_counts()


def plain_folder(path, matrix):
    write_folder(path, matrix, compressed=False)


def places(path, matrix):
    visium(path, matrix, header=True)


def two_bins(path, matrix):
    for width in ("002", "008"):
        visium(path / "binned_outputs" / f"square_{width}um", matrix, header=True)


def two_samples(path, matrix):
    for sample in ("GSM1", "GSM2"):
        write_folder(path, matrix, prefix=f"{sample}_")


def rows_of_cells(path, matrix):
    write_text(path, matrix, genes_in_rows=False)


def other_hdf5(path, matrix):
    with h5py.File(path, "w") as file:
        file["table"] = matrix


def unclear(path, matrix):
    pd.DataFrame(matrix, columns=[f"f{k}" for k in range(GENES)]).to_csv(path)


def misnamed(path, matrix):
    rows_of_cells(path.with_suffix(".tsv"), matrix)
    path.with_suffix(".tsv").rename(path)


def of_too_many_cells(path):
    path.write_text("%%MatrixMarket matrix coordinate integer general\n70 999999999999999 1\n1 1 4\n")


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def twice(path):
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))


def without_last_line(path):
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))


def removed(path):
    path.unlink()


def quotes(path):
    """Put a quote before two of the cells."""
    text = path.read_text()
    path.write_text(text.replace(BARCODES[3], f'"{BARCODES[3]}').replace(BARCODES[7], f'"{BARCODES[7]}'))


def last_value(value):
    """Give the third line of a table a last value of its own."""

    def change(path):
        text = path.read_text().splitlines()
        text[3] = f"{text[3].rpartition(',')[0]},{value}"
        path.write_text("\n".join(text))

    return change


def writer(write, **options):
    return lambda path, matrix: write(path, matrix, **options)


two_genomes = writer(write_h5, genomes=["GRCh38"] * 30 + ["mm10"] * (GENES - 30))
antibodies = writer(write_h5, types=["Antibody Capture"] * GENES)
nameless = writer(write_loom, Chromosome=["1"] * GENES)
short = writer(write_loom, Gene=SYMBOLS[:-1])
positions = "spatial/tissue_positions.csv"
FAULTS = [  # dataset, what writes it, the file in it that is damaged and how, sentence
    ("x.h5", two_genomes, None, None, "holds genes of several genomes (GRCh38, mm10)."),
    ("x.h5", antibodies, None, None, "none of its 70 features is of the type 'Gene Expression'."),
    ("x.h5", write_h5, "", halved, "not a readable 10x .h5 file"),
    ("x.h5", other_hdf5, None, None, "an HDF5 file, but not one of 10x."),
    (
        *("x", plain_folder, "barcodes.tsv", without_last_line),
        "the matrix has 50 cells and 70 features, the lists 49 and 70.",
    ),
    ("x", plain_folder, "features.tsv", removed, "the folder lacks features.tsv or genes.tsv."),
    ("x", plain_folder, "barcodes.tsv", removed, "the folder lacks barcodes.tsv."),
    ("x", plain_folder, "matrix.mtx", twice, "is there twice, as it is and with .gz."),
    ("x", plain_folder, "matrix.mtx", halved, "not a readable matrix market file"),
    (
        "x",
        plain_folder,
        "matrix.mtx",
        of_too_many_cells,
        "not a readable matrix market file (Unable to",
    ),
    ("x", write_folder, "features.tsv.gz", halved, "cannot be read as a table"),
    ("x", places, positions, removed, "spatial: the folder lacks tissue_positions.csv or"),
    ("x", places, positions, without_last_line, f"has no place for spot {BARCODES[-1]!r}"),
    (
        *("x", places, "V1_filtered_feature_bc_matrix.h5", removed),
        "the folder lacks matrix.mtx or filtered_feature_bc_matrix.h5, as they are or in outs.",
    ),
    ("x", two_bins, None, None, "holds 2 matrices (binned_outputs/square_002um/V1_filtered_feature_bc_mat"),
    ("x", two_samples, None, None, "holds 2 matrices (GSM1_matrix.mtx.gz, GSM2_matrix.mtx.gz); a dataset is"),
    ("x.loom", nameless, None, None, "Gene (symbols) or Accession (Ensembl ids); there are Chromosome."),
    ("x.loom", short, None, None, "the matrix has 70 genes and 50 cells, the names 69 and 50."),
    ("x.loom", write_loom, "", halved, "not a readable .loom file"),
    ("x.csv", unclear, None, None, "whether rows or columns are genes is unclear"),
    ("x.csv", rows_of_cells, "", last_value("many"), "column 'GENE69' holds values that are no numbers."),
    ("x.csv", rows_of_cells, "", last_value(""), "holds NaN or infinite values"),
    ("x.csv", rows_of_cells, "", last_value("na"), "holds NaN or infinite values"),
    ("x.csv", rows_of_cells, "", quotes, "a quote is astray where"),
    (
        "x.csv",
        lambda path, matrix: rows_of_cells(path, np.log1p(matrix)),
        None,
        None,
        "looks log-transformed",
    ),
    ("x.csv", lambda path, _: path.write_text(""), None, None, "cannot be read as a table"),
    ("x.csv", misnamed, None, None, "its lines have one column; .csv has commas between values, .tsv tabs."),
    ("x.csv.gz", rows_of_cells, "", halved, "cannot be read as a table"),
]


@pytest.mark.parametrize(("name", "write", "part", "damage", "sentence"), FAULTS)
def test_faults_are_one_sentence(tmp_path, name, write, part, damage, sentence):
    path = tmp_path / name
    write(path, MATRIX)
    if damage is not None:
        damage(path / part if part else path)
    with pytest.raises(InputError) as caught:
        read_dataset(path)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_three_files_that_are_two(tmp_path):
    write_three(tmp_path / "x_matrix.mtx.gz", MATRIX)
    (tmp_path / "x_genes.tsv.gz").unlink()
    with pytest.raises(InputError, match=rf"{tmp_path}: the folder lacks x_features\.tsv or x_genes\.tsv\."):
        read_dataset(tmp_path / "x_matrix.mtx.gz")


def test_spots_in_a_format_without_places(tmp_path):
    (tmp_path / "lung").mkdir()
    write_text(tmp_path / "lung" / "spatial_lung_a.csv", MATRIX, genes_in_rows=True)
    with pytest.raises(InputError, match=r"spatial_lung_a\.csv: spatial data without coordinates"):
        Files(tmp_path, settings=PipelineSettings(n_genes=40, min_genes_per_cell=10)).load("lung")
