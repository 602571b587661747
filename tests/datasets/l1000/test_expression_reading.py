"""Folders of expression: every format gives the same set, every fault one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
from expression_folders import GENES, SAMPLES, VALUES, WRITERS, write_npz, write_tables

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.columns import Columns
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.l1000.reading import read_expression

SHARED = Path(__file__).resolve().parents[4] / "shared" / "l1000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "set"
    place.mkdir()
    write_tables(place)
    return place


def fault(place: Path, **options: object) -> str:
    with pytest.raises(InputError) as raised:
        read_expression(place, **options)
    sentence = str(raised.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_gives_the_same_set(folder: Path, ending: str) -> None:
    WRITERS[ending](folder / f"values.{ending}")
    found = read_expression(folder)
    assert found.values.dtype == np.float32
    np.testing.assert_array_equal(found.values, VALUES)
    assert list(found.samples) == ["s1", "s2", "s3"]
    assert list(found.groups) == ["p1", "p1", "p2"]
    assert list(found.organs) == ["lung", "lung", "unknown"]
    assert list(found.genes.symbol) == ["AARS", "ABCF1", "T1", ""]
    assert list(found.genes.entrez) == ["16", "23", "900001", ""]
    assert list(found.genes.feature_space) == ["landmark", "landmark", "best inferred", ""]
    assert list(found.landmarks) == [0, 1]
    assert not found.logged


@pytest.mark.parametrize("ending", ["tsv", "h5ad", "gct", "gctx"])
def test_rows_are_matched_by_name(folder: Path, ending: str) -> None:
    WRITERS[ending](folder / f"values.{ending}")
    write_tables(folder, SAMPLES[::-1], GENES.iloc[[2, 0, 1]])
    found = read_expression(folder)
    np.testing.assert_array_equal(found.values, VALUES[::-1][:, [2, 0, 1]])
    assert list(found.groups) == ["p2", "p1", "p1"]


def test_a_file_alone_says_what_it_can(tmp_path: Path) -> None:
    obs = SAMPLES.set_index("barcode").rename(columns={"patient": "Donor_ID", "organ": "tissue"})
    anndata.AnnData(VALUES, obs=obs, var=pd.DataFrame(index=["AARS", "ABCF1", "T1", "T2"])).write_h5ad(
        tmp_path / "a.h5ad"
    )
    found = read_expression(tmp_path / "a.h5ad")
    assert list(found.genes.feature_space) == ["landmark", "landmark", "inferred", "inferred"]
    assert list(found.groups) == ["p1", "p1", "p2"]
    assert list(found.organs) == ["lung", "lung", "unknown"]


def test_columns_can_be_named(folder: Path) -> None:
    write_npz(folder / "a.npz")
    found = read_expression(folder, columns=Columns(group="barcode", organ="patient", gene="symbol"))
    assert list(found.groups) == ["s1", "s2", "s3"]
    assert list(found.organs) == ["p1", "p1", "p2"]
    assert "has no column 'age'" in fault(folder, columns=Columns(group="age"))


def test_logarithms_are_recognised(folder: Path) -> None:
    write_npz(folder / "a.npz", with_value(0, 1, -1))
    assert "neither counts nor logarithms" in fault(folder)
    for values in (np.minimum(VALUES, 20) - 3, np.minimum(VALUES, 20)):
        write_npz(folder / "a.npz", values)
        assert read_expression(folder).logged
    assert not read_expression(folder, logged=False).logged


def test_missing_values(folder: Path) -> None:
    values = with_value(1, 2, np.nan)
    write_npz(folder / "a.npz", values)
    assert "1 values (8.33%) of 1 genes are missing" in fault(folder)
    assert read_expression(folder, missing="fill").missing.sum() == 1
    dropped = read_expression(folder, missing="drop")
    assert list(dropped.genes.index) == ["AARS|16", "ABCF1|23", "T2"]
    np.testing.assert_array_equal(dropped.values, VALUES[:, [0, 1, 3]])
    values[:, 2] = np.nan
    write_npz(folder / "a.npz", values)
    assert "'T1' has no value at all" in fault(folder, missing="fill")


def with_value(row: int, column: int, value: float) -> np.ndarray:
    values = VALUES.copy()
    values[row, column] = value
    return values


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"values": with_value(1, 1, np.inf)}, "infinity"),
        ({"values": with_value(2, 1, -4), "logged": False}, "'ABCF1|23' in the sample 's3'"),
        ({"values": VALUES.T}, "must be transposed"),
        ({"values": VALUES[:2]}, "holds 2 samples, but the table has 3"),
        ({"genes": GENES.assign(column=["G", "G", "T1", "T2"])}, "'G' appears twice"),
        ({"genes": GENES.assign(entrez=["16", "16", "900001", ""])}, "'16' appears twice"),
        ({"samples": SAMPLES.assign(barcode=["s1", "s2", "s1"])}, "the sample 's1' appears twice"),
        ({"samples": SAMPLES.drop(columns="patient")}, "no column says which patient"),
        ({"genes": GENES.assign(l1000_feature_space="inferred")}, "none of the genes"),
        ({"genes": GENES.assign(l1000_feature_space=["landmark", "lm", "", ""])}, "'lm' is none of"),
    ],
)
def test_faults_of_a_folder(folder: Path, files: dict[str, Any], sentence: str) -> None:
    write_tables(folder, files.get("samples", SAMPLES), files.get("genes", GENES))
    write_npz(folder / "a.npz", files.get("values", VALUES))
    assert sentence in fault(folder, logged=files.get("logged"))


def test_wrong_orientation_of_a_square_table(folder: Path) -> None:
    names = ["AARS|16", "ABCF1|23", "T1"]
    square = pd.DataFrame(VALUES[:, :3].T, index=names, columns=SAMPLES.barcode)
    square.to_csv(folder / "a.tsv", sep="\t")
    write_tables(folder, genes=GENES.head(3))
    assert "must be transposed" in fault(folder)


def test_no_file_and_two_files(folder: Path) -> None:
    assert "holds 0 files" in fault(folder)
    write_npz(folder / "a.npz")
    write_npz(folder / "b.npz")
    assert "holds 2 files of expression (a.npz, b.npz)" in fault(folder)
    np.savez(folder / "a.npz", one=VALUES, two=VALUES)
    assert "2 numerical matrices" in fault(folder / "a.npz")
    assert "no such file" in fault(folder / "c.npz")
    (folder / "d.xlsx").write_bytes(b"")
    assert "its ending is none of" in fault(folder / "d.xlsx")


@pytest.mark.parametrize("ending", WRITERS)
def test_damaged_files(folder: Path, ending: str) -> None:
    (folder / f"a.{ending}").write_bytes(b"\x00\x01nothing of this\x00")
    fault(folder)


@pytest.mark.parametrize(
    ("ending", "old", "new", "sentence"),
    [
        ("tsv", "T2", "T1", "the gene 'T1' appears twice"),
        ("tsv", "T2", "T9", "has no gene 'T2'"),
        ("tsv", "120.0", "many", "'ABCF1|23' holds values that are no numbers"),
        ("gct", "T2\t?\t1\t4\t7\n", "", "says that it holds 4 genes and 3 samples, but has 3 and 3"),
    ],
)
def test_faults_of_a_text(folder: Path, ending: str, old: str, new: str, sentence: str) -> None:
    path = folder / f"a.{ending}"
    WRITERS[ending](path)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    assert sentence in fault(folder)


def test_landmarks_are_named_once_in_every_system() -> None:
    table = landmark_table()
    assert len(table) == 978
    for system in ("symbol", "entrez", "ensembl"):
        assert table[system].is_unique
        assert (table[system] != "").all()


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")
class TestRealSets:
    def test_rnaseq(self) -> None:
        found = read_expression(SHARED / "tcga_rnaseq")
        assert found.values.shape == (350, 20531)
        assert (len(found.landmarks), len(found.positions("best inferred", "inferred"))) == (978, 11298)
        assert (len(set(found.groups)), len(set(found.organs)), found.logged) == (341, 6, False)

    def test_agilent(self) -> None:
        found = read_expression(SHARED / "tcga_agilent", missing="fill")
        assert (found.values.shape, len(found.landmarks), found.missing.sum()) == ((273, 17814), 939, 2143)
        assert found.logged

    def test_plate(self) -> None:
        plate = read_expression(SHARED / "cmapPy_test_l1000_n377x978.gct", columns=Columns(group="cell_id"))
        assert (plate.values.shape, len(plate.landmarks)) == ((377, 978), 978)

    def test_landmarks_are_those_of_the_platform(self) -> None:
        platform = pd.read_csv(SHARED / "gene_info.tsv", sep="\t", dtype=str)
        platform = platform[platform.feature_space == "landmark"].sort_values("gene_id", key=pd.to_numeric)
        assert list(landmark_table().entrez) == list(platform.gene_id)
        assert list(landmark_table().symbol) == list(platform.gene_symbol)
