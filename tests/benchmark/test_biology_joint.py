"""`biology --joint`: which datasets of several tissues are alike, and which regulators they share."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_graphs import small_graph

from geneboard.benchmark.cli import main
from geneboard.benchmark.commands import methods_of_run
from geneboard.benchmark.tasks.biology import plan
from geneboard.datasets.graph_files import write_graph


@pytest.fixture(scope="module")
def two_tissues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three graphs of lung and two of heart, and regulators of their modules."""
    folder = tmp_path_factory.mktemp("two") / "small"
    for number, tissue in enumerate(["lung"] * 3 + ["heart"] * 2):
        (folder / tissue).mkdir(parents=True, exist_ok=True)
        write_graph(small_graph(number, tissue=tissue), folder / tissue / f"scrna_{tissue}_d{number}.h5ad")
    lines = [f"TF{i % 3}\tGENE{i}\tactivation" for i in range(110)]
    (folder.parent / "known.tsv").write_text("\n".join(["regulator\ttarget\teffect", *lines]))
    return folder


@pytest.fixture
def without_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods_of_run, "_own_controls", lambda _: [])  # five more rows


def words(two_tissues: Path, out: Path) -> list[str]:
    given = ["biology", "--joint", "lung,heart", "--data", two_tissues, "--methods", "pca,random"]
    given += [
        "--regulators",
        two_tissues.parent / "known.tsv",
        "--out",
        out,
        "--device",
        "cpu",
        "--no-pictures",
    ]
    return list(map(str, given))


@pytest.mark.slow
@pytest.mark.usefixtures("without_controls")
def test_joint_tissue_is_asked_what_its_tissues_share(
    two_tissues: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words(two_tissues, tmp_path), "--quiet"]) == 0
    folder = tmp_path / "files-small" / "quick" / "heart+lung" / "biology"
    board = pd.read_csv(folder / "leaderboard.csv", index_col="method")
    baselines = {"raw_graph", "raw_expression", "expression_and_degree"}
    assert set(board.index) == {"pca", "random", *baselines}
    own = board
    for column in ("dataset_tree_datasets", "dataset_tree_datasets_low", "dataset_tree_datasets_p_value"):
        assert own[column].between(0, 1).all()
    assert own.loc["pca", "shared_regulators_known"] == 3
    clades = pd.read_csv(folder / "dataset_clades.csv")
    assert len(clades) == 4
    assert clades["support"].dropna().between(0, 1).all()
    alike = pd.read_csv(folder / "tissues_alike.csv")
    assert set(zip(alike["tissue"], alike["other"], strict=True)) == {
        ("heart", "heart"), ("heart", "lung"), ("lung", "lung"),
    }  # fmt: skip
    shared = pd.read_csv(folder / "shared_regulators_known.csv")
    assert set(shared["tissues"]) <= {"heart", "lung", "heart;lung"}
    text = (folder / "leaderboard.md").read_text()
    assert "Datasets (5 of 2 tissues; two have " in text
    assert "smallest attainable 0.100" in text
    assert "Regulators of tissues (known) of " in text
    planned = [*words(two_tissues, tmp_path), "--dry-run"]
    assert main(planned) == 0
    assert "0 of " in capsys.readouterr().out
    run = ["run", *words(two_tissues, tmp_path)[1:5], "--methods", "pca", "--out", str(tmp_path), "--dry-run"]
    assert main([*run, "--device", "cpu"]) == 0
    (joint,) = [
        line
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("heart+lung") and "pca" in line
    ]
    assert "1 to score" in joint


@pytest.mark.slow
@pytest.mark.usefixtures("without_controls")
def test_synthetic_tissues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "truth_of", lambda _: [])  # other questions take longer
    given = ["biology", "--joint", "pancreas,thymus", "--methods", "random", "--out", str(tmp_path)]
    assert main([*given, "--no-pictures", "--quiet", "--device", "cpu"]) == 0
    folder = tmp_path / "synthetic" / "quick" / "pancreas+thymus" / "biology"
    board = pd.read_csv(folder / "leaderboard.csv", index_col="method")
    found = board["dataset_tree_datasets"]
    assert found["raw_graph"] > 0.9  # tissues are simulated with modules of their own
    ends = board.loc["random", ["dataset_tree_datasets_low", "dataset_tree_datasets_high"]]
    assert ends.iloc[0] <= 0.5 <= ends.iloc[1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("--joint lung", "--joint lung: needs two tissues or more; --tissue lung runs one"),
        ("--joint lung,hart", "no folder for tissue 'hart'; the closest name is 'heart'"),
        ("--tissue lung --joint lung,heart --conditions FILE", "compares datasets of one tissue; give one"),
    ],
)
def test_bad_input_is_one_sentence(
    two_tissues: Path, tmp_path: Path, given: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.csv").write_text("dataset,condition\na,1\nb,2\n")
    told = given.replace("FILE", str(tmp_path / "c.csv")).split()
    assert main(["biology", *told, "--data", str(two_tissues), "--out", str(tmp_path), "--quiet"]) == 2
    assert message in capsys.readouterr().err
