"""Which files in the folder of a tissue are datasets, which belong to one, and which are named as unread."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lung_counts import counts, write

from geneboard.datasets.dataset_files import files_of_tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.given_files import files_given

THREE = ("matrix.mtx.gz", "features.tsv.gz", "barcodes.tsv.gz")


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith("/") else path.touch()


def three(prefix: str) -> list[str]:
    return [prefix + name for name in THREE]


@pytest.mark.parametrize(
    ("names", "datasets"),
    [
        (["scrna_lung_a.H5AD", "scatac_lung_a.Csv.gz"], ["scatac_lung__a", "scrna_lung__a"]),
        (three("scrna_lung_a_"), ["scrna_lung__a"]),
        (three("scrna_lung_a/GSM1_"), ["scrna_lung__a"]),
        (three("scrna_lung_a/outs/filtered_feature_bc_matrix/"), ["scrna_lung__a"]),
        (three("scrna_lung_a/"), ["scrna_lung__a"]),
        (["scrna_lung_a.h5ad", "scrna_lung_a.h5ad.md5", "scrna_lung_a.png"], ["scrna_lung__a"]),
        (["scrna_lung_a.h5ad", "scrna_lung_a.h5ad.gz", "scrna_lung_a.rds"], ["scrna_lung__a"]),
        (["scrna_lung_a.h5ad", "notes.txt", "quality.csv", "plots/umap.png", ".scrna"], ["scrna_lung__a"]),
    ],
)
def test_datasets(tmp_path: Path, names: list[str], datasets: list[str]) -> None:
    touch(tmp_path / "lung", *names)
    assert [file.name for file in files_of_tissue(tmp_path, "lung")] == datasets
    assert Files(tmp_path).tissues() == ("lung",)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("scrna_lung_b.zarr/", "is a Zarr store; write it as .h5ad"),
        ("scrna_lung_b.h5ad.gz", "is packed; unpack it."),
        ("sample.h5ad.gz", "is packed; unpack it."),
        ("scrna_lung_b.rds", "is an object of R"),
        ("scrna_lung_b.RData", "is an object of R"),
        ("scrna_lung_b.h5mu", "holds several modalities"),
        ("scrna_lung_b.txt.gz", "call it .tsv if tabs stand between its values"),
        ("scrna_lung_b.mtx", "is a matrix without names; call it <modality>_<tissue>_<id>_matrix.mtx"),
        ("scrna_lung_b.tar.gz", "is packed; unpack it."),
        ("scrna_lung_b.xlsx", "is a spreadsheet"),
        ("scrna_lung_b.feather", "is in no format that is read"),
        ("scrna_lung_a.b.png", "is in no format that is read"),
        ("spatial_lung_b/", "is a folder without counts of 10x"),
        ("scrna_lung_b.h5ad/", "is a folder without counts of 10x"),
        (
            "scRNA_lung_b.csv",
            "the name is not of the form <modality>_lung_<id>.csv with scrna, scatac, spatial.",
        ),
        ("GSM1_matrix.mtx.gz", "the name is not of the form <modality>_lung_<id>_matrix.mtx.gz"),
        ("matrix.mtx.gz", "is a matrix without names"),
        ("scrna_lung_a.csv", "the dataset scrna_lung__a is also in"),
    ],
)
def test_what_begins_like_a_dataset_is_never_passed_over(tmp_path: Path, name: str, sentence: str) -> None:
    touch(tmp_path / "lung", "scrna_lung_a.h5ad", name)
    with pytest.raises(InputError) as caught:
        Files(tmp_path).load("lung")
    assert sentence in str(caught.value)
    assert f"{tmp_path / 'lung' / name.removesuffix('/')}" in str(caught.value)


def test_a_version_is_no_ending(tmp_path: Path) -> None:
    touch(tmp_path / "lung", *three("scrna_lung_v1/"), "scrna_lung_v1.1.zarr/")
    with pytest.raises(InputError, match=r"scrna_lung_v1\.1\.zarr: is a Zarr store"):
        files_of_tissue(tmp_path, "lung")


@pytest.mark.parametrize("place", ["lung/scrna_lung_b.csv", "lung_atlas/scrna_lung_b_pvalue.csv"])
def test_pipes_and_links_that_lead_nowhere(tmp_path: Path, place: str) -> None:
    """A pipe would be waited for without end."""
    for make in (os.mkfifo, lambda path: path.symlink_to("/nowhere")):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        make(path)
        with pytest.raises(InputError, match=f"{path}: is neither a file nor a folder"):
            Files(tmp_path).load("lung")
        path.unlink()


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["a.h5", "b.csv.gz", "x_matrix.mtx"], ["scrna_lung__a", "scrna_lung__b", "scrna_lung__x"]),
        (["scatac_lung_a.h5", "scatac_7.csv"], ["scatac_lung__a", "scatac_lung__7"]),
        (
            ["s1/outs/filtered_feature_bc_matrix.h5", "s2/sample_filtered_feature_bc_matrix.h5"],
            ["scrna_lung__s1", "scrna_lung__s2"],
        ),
        (["GSM1_filtered_feature_bc_matrix.h5"], ["scrna_lung__GSM1"]),
    ],
)
def test_files_of_any_name(tmp_path: Path, given: list[str], names: list[str]) -> None:
    touch(tmp_path, *given)
    files = files_given([tmp_path / name for name in given], "lung")
    assert [file.name for file in files] == names
    assert [file.path for file in files] == [tmp_path / name for name in given]


def test_folders_of_any_name(tmp_path: Path) -> None:
    place = tmp_path / "s1" / "outs"
    touch(place, "filtered_feature_bc_matrix.h5")
    assert files_given([place], "lung")[0].name == "scrna_lung__s1"
    assert files_given([place], "lung", "scatac")[0].name == "scatac_lung__s1"
    touch(place, "spatial/tissue_positions.csv")
    assert files_given([place], "lung")[0].name == "spatial_lung__s1"


def test_places_tell_the_modality(tmp_path: Path) -> None:
    table = counts()
    plain = write(table, tmp_path, "a")
    table.obsm["spatial"] = table.X[:, :2].toarray()
    spots = write(table, tmp_path, "b")
    assert [file.modality for file in files_given([plain, spots], "lung")] == ["scrna", "spatial"]
    assert files_given([spots], "lung", "scrna")[0].modality == "scrna"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["a.h5", "nowhere.h5"], "nowhere.h5: no such file or folder."),
        (["a.h5", "folder"], "folder: is a folder without counts of 10x"),
        (["a.h5", "a.csv"], "the dataset scrna_lung__a is also in"),
        (["a.rds"], "is an object of R"),
    ],
)
def test_given_files_that_cannot_be_used(tmp_path: Path, given: list[str], sentence: str) -> None:
    touch(tmp_path, "a.h5", "a.csv", "a.rds", "folder/")
    with pytest.raises(InputError) as caught:
        files_given([tmp_path / name for name in given], "lung")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_a_transposed_matrix_is_told_before_names_are_compared(tmp_path: Path, names: str) -> None:
    table = counts(genes=[f"ENSG{number:011d}" for number in range(90)])
    table.obs_names = [f"ACGTACGTACGT{'ACGT'[k % 4]}-{k}" for k in range(60)]
    turned, right = (tmp_path / f"{name}.h5ad" for name in names)
    table.T.write_h5ad(turned)
    table.write_h5ad(right)
    files = files_given(sorted([turned, right]), "lung")
    with pytest.raises(InputError, match=r"cells are named like genes .*has to be transposed") as caught:
        Files(tmp_path).load_files("lung", files)
    assert str(turned) in str(caught.value)
