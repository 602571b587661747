"""Folders of expression: every format gives the same set, every fault one sentence."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from expression_folders import GENES, SAMPLES, VALUES, WRITERS, write_npz, write_tables

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.columns import Columns
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.l1000.logarithms import looks_logged
from geneboard.datasets.l1000.reading import read_expression, read_matrix

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


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("number", [-666, -999, -9999])
def test_numbers_for_what_is_missing(folder: Path, ending: str, number: float) -> None:
    WRITERS[ending](folder / f"a.{ending}", with_value(1, 2, number))
    assert "1 values (8.33%) of 1 genes are missing" in fault(folder)
    found = read_expression(folder, missing="fill")
    np.testing.assert_array_equal(found.values, with_value(1, 2, np.nan))
    assert not found.logged


@pytest.mark.parametrize("word", ["#N/A", "na", "null", "n/a", "-", "", "NaN", "-666.0"])
@pytest.mark.parametrize("ending", ["tsv", "gct"])
def test_words_for_what_is_missing(folder: Path, ending: str, word: str) -> None:
    path = folder / f"a.{ending}"
    WRITERS[ending](path, with_value(1, 2, 777))
    path.write_text(path.read_text().replace("777.0", "777").replace("777", word))
    np.testing.assert_array_equal(read_expression(folder, missing="fill").values, with_value(1, 2, np.nan))


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


@pytest.mark.parametrize("word", ["NA", "nan", "-", "n/a", "-666", "Unknown", "[Not Available]"])
def test_what_is_not_known_is_no_name(folder: Path, word: str) -> None:
    write_npz(folder / "a.npz")
    write_tables(
        folder,
        SAMPLES.assign(organ=["lung", word, ""]),
        GENES.assign(
            symbol=["AARS", "ABCF1", "T1", word],
            entrez=["16.0", "23.0", word, word],
            l1000_feature_space=["landmark", "landmark", "inferred", word],
        ),
    )
    found = read_expression(folder)
    assert list(found.organs) == ["lung", "unknown", "unknown"]
    assert list(found.genes.symbol) == ["AARS", "ABCF1", "T1", ""]
    assert list(found.genes.entrez) == ["16", "23", "", ""]
    assert list(found.genes.feature_space) == ["landmark", "landmark", "inferred", ""]
    write_tables(folder, SAMPLES.assign(patient=["p1", word, word]))
    assert "names no patient or donor of 2 of 3 samples, as of 's2'; fill that in" in fault(folder)


def test_names_that_look_like_numbers_or_like_nothing(folder: Path) -> None:
    names = ["007", "NA", "1e3"]
    write_tables(folder, SAMPLES.assign(barcode=names))
    table = pd.DataFrame(VALUES, index=names, columns=GENES.column)
    table.to_csv(folder / "a.tsv", sep="\t")
    assert list(read_expression(folder).samples) == names


@pytest.mark.parametrize("table", ["samples.tsv", "genes.tsv"])
def test_quotes_and_tabs_astray(folder: Path, table: str) -> None:
    """A quote swallowed the lines up to the next one, and tabs at the ends of lines moved the columns."""
    write_npz(folder / "a.npz")
    expected = read_expression(folder).digest
    first, *rows = (folder / table).read_text().splitlines()
    for changed in ([f'"{row}' for row in rows], [f"{row}\t" for row in rows]):
        (folder / table).write_text("\n".join([first, *changed]) + "\n")
        assert read_expression(folder).digest == expected


class TestLevels:
    """Values that have lost the levels of the genes are no logarithms, whatever their range."""

    LEVELS = np.linspace(-3, 3, 40) + np.random.default_rng(0).normal(size=(30, 40))

    @staticmethod
    def centred(values: np.ndarray) -> np.ndarray:
        return values - values.mean(axis=0)

    def looks(self, values: np.ndarray) -> bool:
        return looks_logged(Path("a.npz"), values.astype(np.float32))

    def test_logarithms_and_ratios_have_them(self) -> None:
        assert self.looks(self.LEVELS)
        ratios = self.centred(self.LEVELS) + np.random.default_rng(1).normal(size=40)
        assert self.looks(ratios)
        assert self.looks(self.centred(self.LEVELS)[:9])  # too few to tell

    def test_others_do_not(self) -> None:
        centred = self.centred(self.LEVELS)
        middle = self.LEVELS - np.median(self.LEVELS, axis=0)
        holes = np.where(np.arange(40) == 3, np.nan, centred)
        for values in (centred, centred / centred.std(axis=0), middle / np.abs(middle).mean(axis=0), holes):
            with pytest.raises(
                InputError, match=r"a\.npz: all genes have about the same mean, as in z-scores"
            ):
                self.looks(values)

    def test_the_user_may_know_better(self, tmp_path: Path) -> None:
        names = landmark_table().symbol[:40].to_numpy(dtype=str)
        samples = np.array([f"s{number}" for number in range(30)])
        np.savez(tmp_path / "a.npz", x=self.centred(self.LEVELS), genes=names, samples=samples)
        table = pd.DataFrame({"sample": samples, "patient": samples})
        table.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
        assert "--logged yes takes them as they are" in fault(tmp_path)
        assert read_expression(tmp_path, logged=True).logged

    def test_a_value_that_is_too_low(self) -> None:
        with pytest.raises(InputError, match="a value of -99 is neither a count nor a logarithm"):
            self.looks(np.array([[1, -99]]))


ENTREZ = np.array([16, 23, 900001, 7])


@pytest.mark.parametrize("ids", [ENTREZ, ENTREZ.astype(float), ENTREZ.astype("S"), list(map(str, ENTREZ))])
def test_numeric_ids(folder: Path, ids: Any) -> None:
    """A .gctx may hold numbers where names belong, of any type, and so may a .npz."""
    write_tables(folder, genes=GENES.assign(column=list(map(str, ENTREZ))))
    WRITERS["gctx"](folder / "a.gctx")
    with h5py.File(folder / "a.gctx", "a") as file:
        del file["0/META/ROW/id"]
        file["0/META/ROW/id"] = ids
        file["0/META/ROW/title"] = np.array(["ä".encode()] * 4)
        file["0/META/COL/age"] = np.array([12.5, np.nan, 30])
        file["0/META/COL/more"] = np.zeros((3, 2))
    found = read_expression(folder)
    assert list(found.genes.index) == ["16", "23", "900001", "7"]
    read = read_matrix(folder / "a.gctx")
    assert read.samples is not None
    assert (list(read.samples), list(read.samples.age)) == (["age"], ["12.5", "", "30.0"])
    np.savez(folder / "b.npz", x=VALUES, genes=np.asarray(ids), samples=np.array(["s1", "s2", "s3"]))
    (folder / "a.gctx").unlink()
    assert read_expression(folder).digest == found.digest


@pytest.mark.parametrize("name", ["a.gct", "a.gct.gz", "A.GCT"])
@pytest.mark.parametrize("change", ["", "mark", "windows", "quotes", "quoted"])
def test_other_ways_to_write_a_gct(folder: Path, name: str, change: str) -> None:
    WRITERS["gct"](folder / "a.gct")
    expected = read_expression(folder).digest
    content = (folder / "a.gct").read_bytes()
    (folder / "a.gct").unlink()
    content = {
        "": content,
        "mark": b"\xef\xbb\xbf" + content,
        "windows": content.replace(b"\n", b"\r\n"),
        "quotes": content.replace(b"\nA", b'\n"A'),
        "quoted": content.replace(b"120", b'"120"').replace(b"T1\t", b'"T1"\t'),
    }[change]
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert read_expression(folder).digest == expected


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
