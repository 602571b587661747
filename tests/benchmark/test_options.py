"""Every command has the options that users know; what they do comes from the public functions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import geneboard
from geneboard.benchmark import cli
from geneboard.benchmark.commands.device import resolve_device, resolve_devices
from geneboard.benchmark.commands.options import descriptions_of, parser_of
from geneboard.benchmark.tasks.embedding.sources import tissues_of
from geneboard.datasets.errors import InputError
from geneboard.datasets.synthetic import Synthetic

DATA, TABLES = "--data --out", "--ids --orthologs --allow-disjoint"
CELLS = (
    "--jobs --scheduler --device --devices --time-limit --memory-limit "
    "--no-pictures --force --dry-run --quiet --explain"
)
METHODS = "--methods --method --seeds --preset --set --plugin"
COLUMNS = " ".join(
    f"--{name}-column" for name in ("sample", "group", "organ", "gene", "symbol", "entrez", "feature-space")
)
READING = f"{COLUMNS} --logged --missing --targets"
QUALITY = (
    "--min-genes-per-cell --max-genes-per-cell --max-mitochondrial-share --min-cells-per-gene "
    "--min-cell-share --layer --round-counts --residuals --genes"
)
INFER = f"--experiment --test-data {READING} --split-column --no-quantile --budgets --selection --organ"

STORED = "--tissue --method --out --preset --source --seed --to"

OPTIONS = {
    "run": f"--tissue {DATA} {METHODS} --external --embedding --beside --groups {TABLES} {QUALITY} "
    f"{CELLS} --joint --holdout --ablations --species-apart",
    "prepare": "--tissue --counts --out --edges --p-threshold --top-k --max-cells "
    f"{QUALITY} --modality --quiet {TABLES} --species-apart",
    "score": f"embedding --tissue {DATA} {TABLES} --groups --holdout --beside --json",
    "rescore": f"embeddings --tissue {DATA} {TABLES} --holdout --into",
    "sensitivity": f"--tissue {DATA} --method --preset --repeats --jobs --device {TABLES} --quiet",
    "infer": f"{DATA} {INFER} {METHODS} {CELLS}",
    "infer train": f"--data --model --method --set --plugin {READING} --seed --device --quiet",
    "infer predict": "--model --input --output --impute --organ --organ-column --standard --logged --plugin",
    "biology": f"--tissue {DATA} --genesets --labels --regulators --conditions --models --embedding "
    f"--joint --external --methods --method --seeds --preset --set --plugin --genes {TABLES} "
    f"--species-apart {CELLS}",
    "techniques": f"--tissue {DATA} --seeds --groups --ids --orthologs --no-pictures --quiet --explain",
    "tables": "--out --pack --embeddings --pdf --add --beside --no-pictures --compare --explain",
    "fetch": "identifiers --tissue --to --census --donors --assay --census-version --catalogue --time-limit",
    "list": "what --tissue --data --plugin --external --json",
    "check": "method --plugin --external --time-limit --json",
    "new-method": "name --dir",
    "submit": "method --out --to",
    "show": "method --tissue --out --beside",
    "neighbours": f"genes {STORED} --top --ids --orthologs --genesets --picture",
    "clusters": f"{STORED} --top",
    "export": f"{STORED} --mean --data",
    "doctor": "--out --clean",
    "bench": f"--tissue {DATA} --threads --l1000 --json",
}
CHOICES = {
    ("run", "--preset"): ["quick", "paper"],
    ("prepare", "--edges"): ["p", "bh", "top"],
    ("infer", "--experiment"): ["comparison", "landmarks", "organs", "platform", "organ-covariate", "graph"],
    ("infer", "--missing"): ["refuse", "fill", "drop"],
    ("infer train", "--logged"): ["yes", "no"],
    ("infer predict", "--standard"): ["training", "plate"],
    ("list", "what"): ["methods", "inference-methods", "datasets", "metrics", "tissues"],
}
DEFAULTS = {
    ("run", "--out"): "results",
    ("run", "--preset"): "quick",
    ("prepare", "--p-threshold"): "0.005",
    ("sensitivity", "--method"): "consensus_spectral",
    ("sensitivity", "--repeats"): "3",
    ("techniques", "--seeds"): "3",
    ("infer train", "--seed"): "0",
    ("infer train", "--method"): "ridge",
    ("fetch", "--to"): "data",
    ("check", "--time-limit"): "120",
    ("bench", "--threads"): "2",
}


def options_of(command: str) -> dict[str, object]:
    actions = parser_of(command, *cli.functions_of(command))._actions[1:]
    return {flag: action for action in actions for flag in action.option_strings or [action.dest]}


def test_every_command_has_its_options() -> None:
    assert {command: set(options_of(command)) for command in cli.COMMANDS} == {
        command: set(words.split()) for command, words in OPTIONS.items()
    }


def test_choices_and_defaults() -> None:
    for (command, flag), choices in CHOICES.items():
        assert list(options_of(command)[flag].choices) == choices  # type: ignore[attr-defined]
    for (command, flag), default in DEFAULTS.items():
        assert options_of(command)[flag].help.endswith(f"(default: {default})")  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_parameter_is_described(command: str) -> None:
    work, _ = cli.functions_of(command)
    described = descriptions_of(work)
    assert set(described) == set(work.__annotations__) - {"return"}
    assert all(described.values())


def test_what_is_given_reaches_the_function_as_it_is_meant() -> None:
    given = "--tissue lung --tissue pbmc heart --method a,b --set x.y=1 --set x.z=2 --no-pictures --jobs 3"
    read = parser_of("run", *cli.functions_of("run")).read(given.split())
    assert read == {
        "tissues": ["lung", "pbmc", "heart"],
        "methods": ["a", "b"],
        "sets": ["x.y=1", "x.z=2"],
        "pictures": False,
        "jobs": 3,
    }
    given = "--logged no --organ-column tissue --feature-space-column kind --budgets 5,10"
    assert parser_of("infer", *cli.functions_of("infer")).read(given.split()) == {
        "logged": False,
        "columns": {"organ": "tissue", "feature_space": "kind"},
        "budgets": [5, 10],
    }


def test_one_tissue_may_be_given_as_text() -> None:
    """As in a notebook: geneboard.run("lung")."""
    assert tissues_of(Synthetic(), "lung") == tissues_of(Synthetic(), ["lung"]) == ["lung"]
    assert tissues_of(Synthetic(), "lung,pbmc") == ["lung", "pbmc"]
    with pytest.raises(InputError, match="has no tissue"):
        tissues_of(Synthetic(), "")


def test_help_version_and_what_there_is_to_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"geneboard {geneboard.__version__}\n"
    assert cli.main(["help"]) == 0
    told = capsys.readouterr().out
    assert all(f"\n  {command} " in told for command in cli.COMMANDS)
    assert "--tissue NAME" in told  # those of `run`
    with pytest.raises(SystemExit, match="0"):
        cli.main(["help", "infer", "predict"])
    assert "--impute" in capsys.readouterr().out
    assert cli.main(["list", "--json"]) == 0
    assert [row["list"] for row in json.loads(capsys.readouterr().out)] == CHOICES["list", "what"]


def test_a_mistyped_option_is_told_with_the_closest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["--tissue", "lung", "--thread-limit", "3"])
    assert "--thread-limit 3; did you mean --time-limit?" in capsys.readouterr().err


@pytest.mark.usefixtures("controls_there")
def test_plan_boards_on_the_way_and_what_was_there(
    graph_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--tissue", "lung", "--data", str(graph_folder), "--methods", "random,pca"]
    options += ["--out", str(tmp_path), "--no-pictures"]
    assert cli.main([*options, "--dry-run"]) == 0
    planned = capsys.readouterr().out
    assert "lung     pca     1 to train" in planned
    assert "2 of 2 cells would run, 0 are there already; about " in planned
    assert not (tmp_path / "runs").exists()
    assert cli.main([*options, "--methods", "random,degree", "--jobs", "1"]) == 0
    first = capsys.readouterr()
    (board,) = tmp_path.rglob("leaderboard.csv")
    early, late = first.err.split("[2/2]")
    assert "-- controls --" in early  # a board as soon as a method had ended
    assert "controls" not in late  # but after the last one, which the whole board follows
    assert "were there already" not in first.out
    board.unlink()
    assert cli.main(options) == 0
    assert "1 of 2 cells were there already" in capsys.readouterr().out
    assert board.is_file()
    assert cli.main([*options, "--dry-run"]) == 0
    assert "0 of 2 cells would run, 2 are there already" in capsys.readouterr().out


def test_a_mistyped_option_is_told_before_the_one_that_is_missing_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["--tisue", "lung"])
    assert "unrecognized arguments: --tisue lung; did you mean --tissue?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("build", "device", "found"),
    [
        ("2.13.0+cpu", "auto", "cpu"),
        ("2.13.0", "auto", "cuda:0"),
        ("2.13.0", "cuda", "cuda:0"),
        ("2.13.0+cu130", "cuda:1", "cuda:1"),
        ("2.13.0", "cpu", "cpu"),
    ],
)
def test_devices(build: str, device: str, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build for the CPU alone is not asked for a GPU, all others are."""
    monkeypatch.setattr("geneboard.benchmark.commands.device.version", lambda _: build)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert resolve_device(device) == found


def test_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geneboard.benchmark.commands.device.version", lambda _: "2.13.0+cpu")
    with pytest.raises(InputError, match="--device cuda: torch finds no CUDA device on this machine"):
        resolve_device("cuda")


def test_gpus_that_cells_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geneboard.benchmark.commands.device.version", lambda _: "2.13.0")
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert resolve_devices("auto", ()) == ("cuda:0", ())
    assert resolve_devices("auto", ["cuda:1", "cuda:0"]) == ("cuda:0", (1, 0))
    for wrong in (["cpu"], ["cuda"], ["cuda:0", "cuda:0"]):
        with pytest.raises(InputError, match="expected different GPUs, as cuda:0,cuda:1"):
            resolve_devices("auto", wrong)
    with pytest.raises(InputError, match="torch finds 2 CUDA devices, from cuda:0 on"):
        resolve_devices("auto", ["cuda:2"])
    for device, here in (("cpu", True), ("auto", False)):
        with pytest.raises(InputError, match="give no --device and no --scheduler"):
            resolve_devices(device, ["cuda:0"], here=here)
