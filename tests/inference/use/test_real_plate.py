"""A real plate of the Connectivity Map, with a model of real RNA-seq."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geneboard.benchmark.cli import main
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.l1000.matrix_files import read_gct, read_gctx

SHARED = Path(__file__).resolve().parents[4] / "shared" / "l1000"
PLATE = SHARED / "cmapPy_test_l1000_n377x978.gct"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there"),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("real") / "ridge.npz"
    given = ["--data", str(SHARED / "tcga_rnaseq"), "--targets", "100", "--model", str(path)]
    assert main(["infer", "train", *given]) == 0
    return path


def infer(model: Path, plate: Path, output: Path) -> int:
    return main(["infer", "predict", "--model", str(model), "--input", str(plate), "--output", str(output)])


def test_the_plate(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert infer(model, PLATE, tmp_path / "full.gctx") == 0
    printed = capsys.readouterr()
    assert "landmarks: 978 of 978 by Entrez id (column pr_gene_id)" in printed.out
    assert "are taken for logarithms (3.23 to 15)" in printed.err
    assert "distributed otherwise than those of any training sample" in printed.err
    assert "377 of 377 samples are beyond" in printed.err
    assert "377 of 377 samples get no interval" in printed.err
    own = read_gctx(tmp_path / "full.gctx")
    assert own.values.shape == (377, 1078)
    parse = pytest.importorskip("cmapPy.pandasGEXpress.parse", reason="cmapPy is not installed")
    found, plate = parse.parse(str(tmp_path / "full.gctx")), parse.parse(str(PLATE))
    np.testing.assert_array_equal(found.data_df.to_numpy().T, own.values)
    assert list(found.data_df.columns) == list(plate.data_df.columns)
    assert list(found.col_metadata_df["pert_iname"]) == list(plate.col_metadata_df["pert_iname"])
    assert found.row_metadata_df["quality_pearson"].notna().sum() == 100
    measured = plate.data_df.set_axis(plate.row_metadata_df["pr_gene_id"].astype(str))
    passed = found.data_df.loc[measured.index]
    assert (passed.rank().corrwith(measured.rank()) > 1 - 1e-9).all()


def test_names(model: Path, tmp_path: Path) -> None:
    """Entrez ids, the plate's own symbols of 2013, and today's symbols and Ensembl ids give the same."""
    plate = read_gct(PLATE)
    assert plate.genes is not None
    platform = landmark_table().set_index("entrez").loc[plate.genes["pr_gene_id"]]
    names = {
        "entrez": plate.genes["pr_gene_id"],
        "former": plate.genes["pr_gene_symbol"],
        "symbol": platform["symbol"],
        "ensembl": platform["ensembl"],
    }
    assert (names["former"].to_numpy() != names["symbol"].to_numpy()).sum() == 35
    found = {}
    for system, columns in names.items():
        table = pd.DataFrame(plate.values[:20], columns=columns.to_numpy())
        table.rename("s{}".format).to_csv(tmp_path / f"{system}.tsv", sep="\t")
        assert infer(model, tmp_path / f"{system}.tsv", tmp_path / f"full_{system}.csv") == 0
        found[system] = (tmp_path / f"full_{system}.csv").read_bytes()
    assert len(set(found.values())) == 1
