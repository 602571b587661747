"""What the READMEs tell to type is there: commands, options, functions, files; what is cheap is run."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shlex
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import geneboard
from geneboard.benchmark import cli
from geneboard.benchmark.commands.options import parser_of
from geneboard.benchmark.registry import ROOT, methods
from geneboard.benchmark.tasks.embedding.stored import clusters as of_embedding

READMES = sorted(
    path.relative_to(ROOT)
    for pattern in ("README.md", "*/README.md", "benchmark/**/README.md", "results/*/README.md")
    for path in ROOT.glob(pattern)
    if not path.relative_to(ROOT).parts[0].startswith((".", "build"))
)
REFERENCE = ROOT / "results" / "reference"
LENT = ("neighbours", "clusters", "export", "list", "show", "doctor", "new-method")
"""Commands that take seconds on the reference run."""


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """Every command line in a block or between backticks, without the program."""
    found = []
    for path in READMES:
        text = (ROOT / path).read_text("utf-8")
        lines = [line for block in blocks(text, "bash") for line in block.splitlines()]
        inline = re.findall(r"`([^`]+)`", prose(text))
        for line in [*lines, *inline]:
            words = shlex.split(line, comments=True) if "run_all.py" in line else []
            if words and words[0] != "python3":  # the two commands that .ci/run runs
                words = words[words.index("run_all.py") + 1 :] if "run_all.py" in words else []
                found += [shlex.join(words)] if words else []
    return list(dict.fromkeys(found))


def command_of(words: list[str]) -> tuple[str, list[str]]:
    if words[0].startswith("-"):
        return "run", words
    n_words = 2 if " ".join(words[:2]) in cli.COMMANDS else 1
    return " ".join(words[:n_words]), words[n_words:]


def options_read(words: list[str]) -> dict[str, object]:
    command, given = command_of(words)
    return parser_of(command, *cli.functions_of(command)).read(given)


def test_every_room_has_a_readme_and_the_first_is_short() -> None:
    assert {
        Path(room, "README.md") for room in ("methods", "datasets", "metrics", "benchmark", "results")
    } <= {*READMES}
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 200


@pytest.mark.parametrize("line", commands())
def test_command_is_understood(line: str) -> None:
    words = line.split()
    if words[0] == "help":
        assert words[1:] == ["COMMAND"]
    elif len(words) == 1:
        assert line in {*cli.COMMANDS, "--help"}
    else:
        options = options_read(shlex.split(line))
        named = [name for name in options.get("methods", ()) if name not in ("mine", "theirs")]  # type: ignore[attr-defined]
        known = {entry.name for entry in methods()} | {"ridge"}
        assert set(named) <= known


@pytest.mark.slow  # the first of a process to cluster compiles
@pytest.mark.parametrize(
    "line", [line for line in commands() if line.split()[0] in LENT and not line.startswith("show mine")]
)
def test_cheap_command_does_what_it_says(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results").symlink_to(REFERENCE)
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    whole = of_embedding.cluster_table  # takes ten seconds, nearly all of them in leidenalg
    monkeypatch.setattr(of_embedding, "cluster_table", lambda *rows: whole(*(one[::8] for one in rows)))
    stored = line.split()[0] in ("neighbours", "clusters", "export")
    of_real_data = ["--source", "files:data"] if stored else []
    assert cli.main([*shlex.split(line), *of_real_data]) == 0, capsys.readouterr().err
    assert capsys.readouterr().out
    to = options_read(shlex.split(line)).get("to")
    assert to is None or Path(str(to)).is_file()


@pytest.mark.parametrize("path", READMES, ids=str)
def test_options_functions_and_tables_are_there(path: Path, tmp_path: Path) -> None:
    text = (ROOT / path).read_text("utf-8")
    every = {
        flag
        for command in cli.COMMANDS
        for action in parser_of(command, *cli.functions_of(command))._actions
        for flag in action.option_strings
    }
    shown = {
        word
        for code in re.findall(r"`([^`]+)`", prose(text))
        if not code.startswith("dask worker")
        for word in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", code)
    }
    assert shown <= every
    for block in blocks(text, "toml"):
        (tmp_path / "external.toml").write_text(block)
        assert all({"name", "command"} <= set(table) for table in tomllib.loads(block)["method"])
    for block in blocks(text, "python"):
        for call in (node for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Call)):
            owner = getattr(getattr(call.func, "value", None), "id", "")
            if owner in ("geneboard", "benchmark"):
                function = getattr(geneboard, call.func.attr)  # type: ignore[attr-defined]
                inspect.signature(function).bind(*call.args, **{word.arg: 0 for word in call.keywords})  # type: ignore[misc]


@pytest.mark.parametrize("path", READMES, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    text = (ROOT / path).read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith("http"):
            name, _, anchor = target.partition("#")
            file = Path(os.path.normpath(ROOT / path.parent / name)) if name else ROOT / path
            assert file.exists(), target
            heads = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE) if anchor else []
            anchors = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
            assert not anchor or anchor in anchors, target


def test_functions_for_notebooks_are_all_named() -> None:
    text = (ROOT / "benchmark" / "README.md").read_text("utf-8")
    (named,) = re.findall(r"with the same options: (.*?)\.\n", text, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", named)) == set(geneboard.benchmark.PUBLIC)


def test_columns_of_results_csv_are_all_told() -> None:
    text = (ROOT / "results" / "README.md").read_text("utf-8")
    section = text.split("## Columns of results.csv")[1].split("\n\n", 2)[1]
    told = {name for line in section.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert told == set(pd.read_csv(REFERENCE / "results.csv", nrows=1).columns)


def test_verdicts_on_the_claims_are_those_of_the_records() -> None:
    verdicts = pd.read_csv(REFERENCE / "claims.csv")["verdict"].value_counts().to_dict()
    assert verdicts == {"cannot be told": 3, "does not hold": 5, "holds": 3}
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert "three hold here" in text
    assert "five do not (" in text
    assert "three cannot be told" in text


def test_what_is_cited_is_this_version() -> None:
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {geneboard.__version__}\n" in text
    for published in ("2310.02275", "10.1093/bib/bbaf273"):
        assert published in text
        assert published in (ROOT / "README.md").read_text("utf-8")
