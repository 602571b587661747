"""Methods that run as commands: their file, their runs, their failures."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from external_methods import external_file, has_ended

from geneboard import benchmark
from geneboard.benchmark.engine.run import Outcome
from geneboard.benchmark.external.commands import read_commands
from geneboard.benchmark.records import store
from geneboard.datasets.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("controls_there")]


def run(graph_folder: Path, out: Path, external: Path, methods: list[str], **options) -> Outcome:
    settings = {"seeds": 2, "jobs": 2, "quiet": True, "device": "cpu", **options}
    return benchmark.run(
        ["lung"], data=graph_folder, out=out, methods=methods, external=external, pictures=False, **settings
    )


@pytest.fixture(scope="module")
def outcome(graph_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("external")
    modes = {"broken": "fail", "quiet": "silent", "short": "short", "heavy": "heavy"}
    path = external_file(folder / "with space", good="good", **modes)
    good = run(graph_folder, folder / "out", path, ["good", "pca"])
    bad = run(graph_folder, folder / "out", path, [*modes], seeds=1)
    return folder, path, [*good.records, *bad.records]


def test_a_command_is_a_method_like_any_other(outcome):
    folder, _, cells = outcome
    records = {(r["method"], r["seed"]): r for r in cells}
    for seed in (0, 1):
        good = records["good", seed]
        assert (good["status"], good["dim"], good["kind"], good["title"]) == ("ok", 5, "plugin", "The good")
        assert set(good["settings"]["files"]) == {"method.py"}
        log = store.run_folder(folder / "out", good["key"]) / "log.txt"
        assert "a line from the command" in log.read_text()
    assert records["good", 0]["scores"] != records["good", 1]["scores"]
    assert records["pca", 0]["status"] == "ok"
    board = (folder / "out/files-small/quick/lung/leaderboard.md").read_text()
    assert "The good" in board


def test_rows_come_out_in_the_order_of_the_graphs(outcome, graph_folder):
    """The script multiplies the adjacency with numbers drawn from the seed: do the same here."""
    import anndata

    folder, _, cells = outcome
    record = next(r for r in cells if r["method"] == "good")
    made = anndata.read_h5ad(store.run_folder(folder / "out", record["key"]) / "embedding.h5ad")
    from geneboard.benchmark.cells.seeds import derived_seed

    random = np.random.default_rng(derived_seed("lung", "good", index=0))
    for path in sorted((graph_folder / "lung").glob("*.h5ad")):
        graph = anndata.read_h5ad(path)
        expected = graph.obsp["adjacency"].astype(np.float64) @ random.normal(size=(graph.n_obs, 5))
        own = made[made.obs.dataset == graph.uns["geneboard"]["name"]]
        assert own.obs.gene.tolist() == graph.obs_names.tolist()
        np.testing.assert_allclose(own.X, expected, rtol=1e-6)


def test_the_cost_is_that_of_the_command(outcome):
    (record,) = [r for r in outcome[2] if r["method"] == "heavy"]
    assert record["status"] == "ok"
    assert record["cost"]["peak_mb"] > 650
    assert record["cost"]["cpu_seconds"] > 1.5
    assert record["cost"]["wall_seconds"] < 55  # the process that it leaves behind holds nothing up


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("broken", "RuntimeError: the command ended with exit status 1: the licence has expired"),
        ("quiet", "RuntimeError: the command ended well, but wrote no file to {output}"),
        ("short", "1 of 210 (gene, dataset) pairs have no row"),
    ],
)
def test_a_command_that_fails_fails_alone(outcome, method, reason):
    (record,) = [r for r in outcome[2] if r["method"] == method]
    assert record["status"] == "failed"
    assert reason in record["reason"]


def test_finished_cells_run_again_only_when_the_script_changes(outcome, graph_folder):
    folder, path, _ = outcome
    assert run(graph_folder, folder / "out", path, ["good"]).ran == 0
    script = path.parent / "method.py"
    script.write_text(script.read_text() + "\n# changed\n")
    plan = run(graph_folder, folder / "out", path, ["good"], dry_run=True).plan
    assert [planned.todo for planned in plan] == ["train", "train"]


def test_a_given_file_runs_whole_and_nothing_of_it_when_one_is_named(graph_folder, tmp_path):
    path = external_file(tmp_path, good="good", second="good")

    def planned(methods):
        plan = run(graph_folder, tmp_path / "out", path, methods, seeds=1, dry_run=True).plan
        return {planned.cell.entry.name for planned in plan}

    assert planned(["random"]) == {"good", "second", "random"}
    assert planned(["random", "second"]) == {"second", "random"}


def test_a_command_that_hangs_ends_with_the_limit(graph_folder, tmp_path):
    path = external_file(tmp_path, slow="hang")
    result = run(graph_folder, tmp_path / "out", path, ["slow"], seeds=1, time_limit=5)
    assert [r["status"] for r in result.records] == ["timeout"]
    wait_until(lambda: has_ended(int((tmp_path / "pid").read_text())))
    folder = Path((tmp_path / "folder").read_text())  # the one with the copies of the graphs
    assert folder.name.startswith("geneboard-")
    assert not folder.exists()


def wait_until(condition, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_the_command_does_not_see_this_checkout(monkeypatch):
    """Another project's `datasets` must not be shadowed by ours."""
    from geneboard.benchmark.external.run_as import _environment

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), "/elsewhere"]))
    assert _environment()["PYTHONPATH"] == "/elsewhere"
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    assert "PYTHONPATH" not in _environment()


GOOD = 'name = "a"\ncommand = "run {input} {output} {seed}"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "is not valid TOML"),
        ("", "expected one table [[method]] per method"),
        ("[method]\n" + GOOD, "expected one table [[method]] per method"),
        ("[[method]]\n" + GOOD + "[[method]]\n" + GOOD, "there are two methods 'a'"),
        ("[[method]]\n" + GOOD + "speed = 3\n", "method 1: unknown key 'speed'"),
        ("[[method]]\n" + GOOD + 'trained_on = "all"\n', "trained_on of a is 'all', which is none of"),
        ("[[method]]\n" + GOOD + "title = 3\n", "method 1: title must be a str, not 3"),
        ("[[method]]\n" + GOOD + 'title = " "\n', "the title ' ' of a must be words"),
        ("[[method]]\n" + GOOD + 'title = "a\\u001b[2J"\n', "must be words that can be printed"),
        ('[[method]]\nname = "a"\ncommand = "run {input} {output} {seed:zz}"\n', "not well-formed"),
        ('[[method]]\nname = "a"\n', "method 1: there is no command"),
        ('[[method]]\nname = "A b"\ncommand = "x"\n', "the name 'A b' must be of small letters"),
        ('[[method]]\nname = "a"\ncommand = "run {input} {seed}"\n', "the command lacks {output}"),
        ('[[method]]\nname = "a"\ncommand = "run {input} {output}"\n', "lacks {seed} (or say deterministic"),
        ('[[method]]\nname = "a"\ncommand = "run {input} {output} {seed} {x}"\n', "unknown place {x}"),
        ('[[method]]\nname = "a"\ncommand = "run \'{input} {output} {seed}"\n', "not well-formed"),
    ],
)
def test_faulty_files(text, sentence, tmp_path):
    path = tmp_path / "external.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_commands(path)
    assert sentence in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_program_is_told_before_anything_runs(graph_folder, tmp_path):
    path = tmp_path / "external.toml"
    path.write_text("[[method]]\n" + GOOD.replace("run", "no_such_program"))
    with pytest.raises(InputError, match="the program 'no_such_program' of a is not there"):
        run(graph_folder, tmp_path / "out", path, ["a", "pca"])
    assert not (tmp_path / "out" / "runs").exists()


def test_what_is_run_cannot_be_set(graph_folder, tmp_path):
    path = external_file(tmp_path, good="good")
    with pytest.raises(InputError, match=r"--set good\.command: the settings of .*external\.toml are fixed"):
        run(graph_folder, tmp_path / "out", path, ["good"], sets=["good.command=ls"])


def test_files_behind_an_option_and_words_that_are_no_names(tmp_path):
    (tmp_path / "conf.yaml").write_text("a: 1")
    path = tmp_path / "external.toml"
    long = "x" * 5000
    path.write_text(
        f'[[method]]\nname = "a"\ncommand = "sh -c {long} --config=conf.yaml {{input}} {{output}} {{seed}}"\n'
    )
    assert set(read_commands(path)["a"].files()) == {"conf.yaml"}


def test_names_must_be_new(graph_folder, tmp_path):
    path = external_file(tmp_path, pca="good")
    with pytest.raises(InputError, match="the method 'pca' is already defined by"):
        run(graph_folder, tmp_path / "out", path, ["pca"])
