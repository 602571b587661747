from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from geneboard.benchmark import registry
from geneboard.benchmark.cli import main
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS

PLUGINS = Path(__file__).parent / "plugins.py"
Run = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("controls_there")]


@pytest.fixture(scope="module")
def finished(graph_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A result folder made by the command line, and what it printed."""
    out = tmp_path_factory.mktemp("finished")
    printed = io.StringIO()
    arguments = ["--tissue", "lung", "--data", str(graph_folder), "--out", str(out), "--seeds", "2"]
    with contextlib.redirect_stdout(printed):
        status = main([*arguments, "--methods", "tiny,pca,random,raises", "--plugin", str(PLUGINS)])
    assert status == 1  # one method raises
    return out, printed.getvalue()


def test_leaderboard_is_printed_and_written(finished: tuple[Path, str]) -> None:
    out, printed = finished
    folder = out / "files-small" / "quick" / "lung"
    frame = pd.read_csv(folder / "leaderboard.csv").set_index("method")
    assert frame.columns[:13].tolist() == [
        "title",
        "kind",
        "status",
        "seeds",
        *METRICS,
        "average_score",
        "average_rank",
        "ASW_low",
    ]
    assert frame.loc["tiny", "seeds"] == 2
    assert frame.loc["raises", "status"] == "failed"
    for title in ("PCA", "Tiny", "Random", "Raises"):
        assert title in printed
        assert title in (folder / "leaderboard.md").read_text()
    assert "source files:small" in printed


def test_tables_are_rebuilt_to_the_same_bytes(finished: tuple[Path, str], command: Run) -> None:
    out, _ = finished
    board = out / "files-small" / "quick" / "lung" / "leaderboard.csv"
    before = board.read_bytes()
    board.unlink()
    assert command("tables", "--out", out).returncode == 0
    assert board.read_bytes() == before


def test_packed_records_make_the_same_tables(
    finished: tuple[Path, str], command: Run, tmp_path: Path
) -> None:
    out, _ = finished
    assert command("tables", "--out", out, "--pack", tmp_path, "--no-pictures").returncode == 0
    assert not (tmp_path / "runs").exists()
    assert not [*tmp_path.rglob("*.png"), *tmp_path.rglob("*.html")]
    for name in ("results.csv", "files-small/quick/lung/leaderboard.md"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()
    (tmp_path / "results.csv").unlink()
    assert command("tables", "--out", tmp_path, "--no-pictures").returncode == 0
    assert (tmp_path / "results.csv").read_bytes() == (out / "results.csv").read_bytes()


def test_score_gives_the_scores_of_the_record(
    finished: tuple[Path, str], graph_folder: Path, command: Run
) -> None:
    out, _ = finished
    records = [json.loads(path.read_text()) for path in out.glob("runs/*/result.json")]
    record = next(record for record in records if record["method"] == "pca")
    embedding = out / "runs" / record["key"] / "embedding.h5ad"
    done = command("score", embedding, "--tissue", "lung", "--data", graph_folder, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert list(printed)[:6] == list(METRICS)
    for metric in METRICS:
        assert printed[metric]["status"] == record["scores"][metric]["status"]
        assert printed[metric]["value"] == pytest.approx(record["scores"][metric]["value"], abs=1e-6)
    table = command("score", embedding, "--tissue", "lung", "--data", graph_folder, "--out", out).stdout
    assert f"{'AUC':<12}{printed['AUC']['value']:.4f}" in table


def test_help_lists_and_public_functions_import_nothing_heavy() -> None:
    """What takes seconds to load is loaded by the functions that need it."""
    program = """
import sys
from contextlib import suppress
import geneboard
from geneboard.benchmark import cli

heavy = {"torch", "scanpy", "anndata", "pandas", "sklearn", "scipy", "matplotlib", "pooch", "tiledbsoma"}
lists = ("methods", "inference-methods", "datasets --data .", "metrics")
for given in ("--help", "infer --help", *(f"list {what}" for what in lists)):
    with suppress(SystemExit):
        assert cli.main(given.split()) == 0
    assert not heavy & set(sys.modules), (given, heavy & set(sys.modules))
assert callable(geneboard.run)
for command in cli.COMMANDS:
    cli.functions_of(command)
    assert not heavy & set(sys.modules), (command, heavy & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=registry.ROOT, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in ("usage: ", "predict", "musegnn", "ridge", "iLISI"))


def test_list_as_json(command: Run) -> None:
    methods = json.loads(command("list", "methods", "--json").stdout)
    assert {"name": "pca", "title": "PCA", "kind": "published"}.items() <= methods[
        [row["name"] for row in methods].index("pca")
    ].items()
    datasets = json.loads(command("list", "datasets", "--tissue", "lung", "--json").stdout)
    assert len(datasets) == 10
    assert len(json.loads(command("list", "tissues", "--json").stdout)) == 10


def test_lists_of_several_columns_have_heads(command: Run) -> None:
    head, *lines = [line.split() for line in command("list", "metrics").stdout.splitlines()]
    assert head == ["name", "title", "use"]
    use = {line[0]: line[-1] for line in lines}
    assert [name for name in use if use[name] == "published"] == ["ASW", "AUC", "iLISI", "GC", "CGR", "NO"]
    assert [name for name in use if use[name] == "ranks"] == ["joint_score"]
    assert use["module_nmi"] == "further"
    assert json.loads(command("list", "metrics", "--json").stdout)[0]["headline"] is True
    assert re.split("  +", command("list").stdout.splitlines()[0]) == ["name of the list", "what is in it"]
    assert command("list", "tissues").stdout.splitlines()[0] == "heart"


def test_list_shows_what_is_there_and_how_to_get_the_rest(command: Run, tmp_path: Path) -> None:
    (tmp_path / "heart").mkdir()
    (tmp_path / "heart" / "scrna_heart_D4.h5ad").touch()
    listed = command("list", "datasets", "--tissue", "heart", "--data", tmp_path, "--json").stdout
    rows = {row["id"]: row for row in json.loads(listed)}
    assert rows["D4"]["there"] == "there"
    assert rows["H2"]["there"] == "missing"
    assert rows["H2"]["access"] == "census"
    assert rows["H2"]["how"].endswith("donor H2")
    assert rows["visiumse"]["how"] == "10x Genomics, Visium sample V1_Human_Heart, Space Ranger 1.1.0"
    assert rows["mousep7"]["how"].startswith("Get the droplet data of Tabula Muris")


def truncated(folder: Path) -> None:
    path = folder / "lung" / "scrna_lung_d1.h5ad"
    path.write_bytes(path.read_bytes()[:5000])


def renamed(folder: Path) -> None:
    path = folder / "lung" / "scrna_lung_d1.h5ad"
    path.rename(path.with_name("lung_d1.h5ad"))


def emptied(folder: Path) -> None:
    for path in (folder / "lung").iterdir():
        path.unlink()


@pytest.mark.parametrize("spoil", [truncated, renamed, emptied])
def test_bad_data_gives_one_sentence(
    graph_folder: Path, tmp_path: Path, command: Run, spoil: Callable[[Path], None]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(graph_folder, data)
    spoil(data)
    done = command("--tissue", "lung", "--data", data, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    assert str(data) in lines[0]
    assert not (tmp_path / "out" / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--tissue", "lungs"], "'lung'"),
        (["--tissue", "lung", "--methods", "musegn"], "unknown method 'musegn'; did you mean 'musegnn'?"),
        (["--tissue", "lung", "--set", "musegnn.epoch=5"], "unknown hyper-parameter 'epoch'"),
        (["--tissue", "lung", "--set", "epochs=5"], "expected METHOD.HYPERPARAMETER=VALUE"),
        (["--tissue", "lung", "--data", "/nowhere"], "/nowhere"),
        (["--tissue", "lung", "--plugin", "/nowhere.py"], "/nowhere.py: cannot be read"),
        (["--tissue", "lung", "--device", "tpu"], "--device tpu: expected auto, cpu, cuda or cuda:NUMBER"),
        (["--tissue", "lung", "--methods", ","], "--methods names no method"),
        (["--tissue", "lung", "--seed", "1"], "--seed 1; did you mean --seeds?"),
        (["--tissue", "lung", "--counts=a"], "--counts=a; --counts is an option of `prepare` (see"),
        (["--tissue", "lung", "--time-limit", "soon"], "'soon' is not a positive number"),
        (["--tissue", "lung", "--jobs", "0"], "'0' is not a positive whole number"),
        (["--tissue", "lung", "--seeds", "x"], "'x' is not a positive whole number"),
        (["--tissue", "lung", "--preset", "slow"], "--preset"),
        (["--tissue"], "--tissue"),
        ([], "--tissue"),
        (["scores"], "unknown command 'scores'; did you mean 'score'?"),
        (["tables", "--out", "/nowhere"], "/nowhere: there is no such result folder"),
        (["score", "/nowhere.h5ad", "--tissue", "lung"], "/nowhere.h5ad: no such file"),
        (["list", "metrics", "--tissue", "lung"], "--tissue goes with `list datasets` only"),
        (["list", "datasets", "--tissue", "lungs"], "did you mean 'lung'?"),
        (["list", "methods", "--data", "."], "--data goes with `list datasets` only"),
        (["list", "datasets", "--data", "/nowhere"], "--data /nowhere: no such folder"),
        (["fetch", "--tissue", "lungs"], "the closest name is 'lung'"),
        (["--tissue", "lung", "--data", "census:"], "name a tissue, for example census:lung"),
    ],
)
def test_bad_usage_gives_one_sentence(arguments: list[str], fault: str, command: Run, tmp_path: Path) -> None:
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert fault in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert "Traceback" not in done.stderr


def test_result_folder_that_cannot_be_made(graph_folder: Path, command: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = command("--tissue", "lung", "--data", graph_folder, "--out", tmp_path / "file" / "out")
    assert done.returncode == 2
    assert done.stderr == f"error: --out {tmp_path}/file/out: the folder cannot be made (Not a directory)\n"
