from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from geneboard.benchmark.commands.check import check
from geneboard.benchmark.plugin_kit.check import RULES, Verdict, methods_named, setting
from geneboard.benchmark.plugin_kit.cures import cure
from geneboard.benchmark.registry import ROOT

PLUGINS = Path(__file__).parent / "plugins.py"
Run = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.slow

MISBEHAVING = '''
import os, time
from dataclasses import dataclass

import numpy as np
from geneboard.methods.base import GeneEmbeddings, Method

@dataclass(frozen=True)
class Moody(Method):
    """Good on an ordinary tissue; the last line decides what it does on another one."""

    name = "moody"
    title = "Moody"

    def fit_embed(self, tissue, *, seed, device, progress):
        print("a line from the method")
        rng = np.random.default_rng(seed)
        values = [rng.standard_normal((graph.n_genes, 4)).astype(np.float32) for graph in tissue.graphs]
        progress(1, 1)
        self.do(tissue, values)
        return GeneEmbeddings.of(tissue, values)

    def do(self, tissue, values):
        ACTION
'''


@pytest.fixture
def misbehaving(tmp_path: Path) -> Callable[[str], Path]:
    def write(action: str) -> Path:
        path = tmp_path / "moody.py"
        path.write_text(MISBEHAVING.replace("ACTION", action))
        return path

    return write


def faults(found: Iterable[Verdict]) -> dict[str, str]:
    verdicts = list(found)
    assert [verdict.rule for verdict in verdicts] == list(RULES)
    return {verdict.rule: verdict.remark for verdict in verdicts if not verdict.passed}


def test_only_the_rule_that_is_broken_fails(misbehaving: Callable[[str], Path]) -> None:
    """A process that dies or hangs is replaced, and the second of two equal runs has other hashes."""
    plugin = misbehaving(
        "if len(tissue.graphs) == 1: os._exit(3) if tissue.truth is not None else time.sleep(600)\n"
        "        values[0][0, 0] = hash(tissue.graphs[0].genes[0]) % 1000"
    )
    assert faults(check(plugin, time_limit=3)) == {
        "same seed, same bytes": "two runs with the same seed differ",
        "one dataset": "trains: it ends the process with exit status 3",
        "no known truth": "trains: it takes more than the time limit of 3 s",
    }


def test_method_that_kills_its_process_is_told_once() -> None:
    told = faults(check("dies", plugins=[PLUGINS]))
    assert told.pop("trains") == "it ends the process by signal 9"
    assert set(told) == set(RULES) - {"imports", "description", "trains"}
    assert set(told.values()) == {"not tested, see 'trains'"}


def test_module_that_ends_its_process(misbehaving: Callable[[str], Path]) -> None:
    path = misbehaving("pass")
    path.write_text(path.read_text() + "\nos._exit(4)\n")
    told = faults(check(path))
    assert told.pop("imports") == "it ends the process with exit status 4"
    assert set(told.values()) == {"not tested, see 'imports'"}


def test_lines_and_traceback(command: Run) -> None:
    done = command("check", "raises", "--plugin", PLUGINS)
    assert done.returncode == 1
    first, *lines, last = done.stdout.splitlines()
    cures = [lines.pop(place) for place in range(len(lines) - 1, 0, -1) if lines[place].startswith("  ")]
    assert cures == [f"      mend it: {cure('trains', 'RuntimeError: the matrix is singular')}"]
    assert first == f"raises ({PLUGINS}), trained with its defaults on small generated tissues"
    assert [line[6:].split("  ")[0] for line in lines] == list(RULES)
    assert [line[:4] for line in lines] == ["PASS", "PASS", *["FAIL"] * (len(RULES) - 2)]
    assert lines[2].split("  ")[-1] == "RuntimeError: the matrix is singular"
    assert last == f"2 of {len(RULES)} rules kept"
    assert done.stderr.count("in fit_embed") == 1
    assert done.stderr.endswith("RuntimeError: the matrix is singular\n")


def test_json(misbehaving: Callable[[str], Path], command: Run) -> None:
    fault = "import torch; torch.manual_seed(len(tissue.graphs)); values[-1][0, 0] = np.nan"
    done = command("check", misbehaving(fault), "--json")
    assert done.returncode == 1
    rows = json.loads(done.stdout)
    assert [(row["method"], row["rule"]) for row in rows] == [("moody", rule) for rule in RULES]
    assert {row["rule"]: row["remark"] for row in rows if not row["passed"]} == {
        "finiteness": "scatac_lung__c: 1 of 180 values are NaN or infinite",
        "global state restored": "fit_embed changes the random state of torch",
    }
    cures = {row["rule"]: row["cure"] for row in rows if row["cure"]}
    assert set(cures) == {"finiteness", "global state restored"}
    assert "from geneboard.methods.training import seeded" in cures["global state restored"]
    assert "a line from the method" in done.stderr  # and not in the JSON


def test_brief_training_is_said() -> None:
    (entry,) = methods_named("gae")
    assert setting(entry) == "gae (methods/gae.py), trained briefly (epochs: 3) on small generated tissues"


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["pcaa"], "unknown method 'pcaa'; did you mean 'pca'?"),
        (["/nowhere.py"], "/nowhere.py: cannot be read (No such file or directory)"),
        ([__file__], "defines no class with a literal `name` and `title`"),
        ([], "METHOD"),
    ],
)
def test_bad_usage(arguments: list[str], fault: str, command: Run) -> None:
    done = command("check", *arguments)
    assert done.returncode == 2
    assert fault in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_file_of_a_registered_method_is_that_method() -> None:
    assert [entry.name for entry in methods_named(str(ROOT / "methods" / "pca.py"))] == ["pca"]
    names = [entry.name for entry in methods_named(str(PLUGINS), [PLUGINS])]
    assert names == [entry.name for entry in methods_named(str(PLUGINS))]
    assert {"tiny", "nan"} <= set(names)
