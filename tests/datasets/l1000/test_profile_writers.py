"""Profiles in every format: read back by our readers and cmapPy, worked out by hand, the same bytes twice."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geneboard.datasets.l1000.profiles import WRITERS, Profiles
from geneboard.datasets.l1000.reading import read_matrix

VALUES = np.array([[0.1, -2, 30.25], [1 / 3, 4, 5]], dtype=np.float32)
GENES = pd.DataFrame(
    {"symbol": ["AARS", "ABCF1", ""], "status": "inferred", "half": [0.5, np.nan, np.inf]},
    index=["16", "23", "900"],
)
SAMPLES = pd.DataFrame({"cell": ["A\t549", "Zürich"], "id": ["u", "v"]}, index=["s1", "s2"])
MEASURED = pd.DataFrame([[7.0], [8.0]], index=SAMPLES.index, columns=["16"])
PROFILES = Profiles(VALUES, SAMPLES, GENES, MEASURED, {"model": {"seed": 0}})


@pytest.mark.parametrize("ending", WRITERS)
def test_our_readers_read_it(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"full{ending}"
    assert WRITERS[ending](path, PROFILES)[0] == path
    found = read_matrix(path)
    np.testing.assert_array_equal(found.values, VALUES)
    assert found.samples is not None
    assert found.genes is not None
    assert (list(found.samples.index), list(found.genes.index)) == (["s1", "s2"], ["16", "23", "900"])
    if ending in (".gct", ".gctx", ".h5ad"):
        assert list(found.genes.symbol) == ["AARS", "ABCF1", ""]
        assert list(found.samples.cell) == ["A 549", "Zürich"]


def test_a_gct_by_hand(tmp_path: Path) -> None:
    WRITERS[".gct"](tmp_path / "full.gct", PROFILES)
    assert (tmp_path / "full.gct").read_text() == (
        "#1.3\n3\t2\t3\t2\nid\tsymbol\tstatus\thalf\ts1\ts2\n"
        "cell\tna\tna\tna\tA 549\tZürich\nid\tna\tna\tna\tu\tv\n"
        "16\tAARS\tinferred\t0.5\t0.1\t0.33333334\n23\tABCF1\tinferred\tNaN\t-2.0\t4.0\n"
        "900\t\tinferred\tinf\t30.25\t5.0\n"
    )


def test_tables_beside_a_text(tmp_path: Path) -> None:
    written = WRITERS[".csv"](tmp_path / "full.csv", PROFILES)
    assert [path.name for path in written] == ["full.csv", "full.genes.csv", "full.samples.csv"]
    genes = pd.read_csv(written[1], dtype={"id": str}, index_col="id", keep_default_na=False)
    assert list(genes.half) == ["0.5", "NaN", "inf"]


def test_what_was_measured_is_kept(tmp_path: Path) -> None:
    import anndata

    WRITERS[".h5ad"](tmp_path / "full.h5ad", PROFILES)
    table = anndata.read_h5ad(tmp_path / "full.h5ad")
    pd.testing.assert_frame_equal(table.obsm["measured"], MEASURED)
    assert table.uns["about"] == '{"model": {"seed": 0}}'


def test_the_same_bytes_a_second_later(tmp_path: Path) -> None:
    def written(name: str) -> dict[str, bytes]:
        folder = tmp_path / name
        for ending, write in WRITERS.items():
            write(folder / f"full{ending}", PROFILES)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    once = written("once")
    time.sleep(1.1)  # time stamps of HDF5 are whole seconds
    assert written("twice") == once


@pytest.mark.parametrize("ending", [".gct", ".gctx"])
def test_cmappy_reads_it(tmp_path: Path, ending: str) -> None:
    """All but letters outside ASCII, which it cannot read from .gctx."""
    parse = pytest.importorskip("cmapPy.pandasGEXpress.parse", reason="cmapPy is not installed")
    plain = SAMPLES.replace("Zürich", "Zurich").rename(columns={"id": "name"})
    WRITERS[ending](tmp_path / f"full{ending}", Profiles(VALUES, plain, GENES, MEASURED))
    found = parse.parse(str(tmp_path / f"full{ending}"))
    np.testing.assert_array_equal(found.data_df.to_numpy(dtype=np.float32).T, VALUES)
    assert (list(found.data_df.index), list(found.data_df.columns)) == (["16", "23", "900"], ["s1", "s2"])
    assert list(found.row_metadata_df.symbol)[:2] == ["AARS", "ABCF1"]
    assert found.row_metadata_df.half.iloc[0] == 0.5
    assert np.isnan(found.row_metadata_df.half.iloc[1])
    assert list(found.col_metadata_df.cell) == ["A 549", "Zurich"]
