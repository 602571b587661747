"""What `check` says mends a fault does: what it names is there, and the advice followed keeps the rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from method_cases import trials_of

from geneboard.benchmark import cli
from geneboard.benchmark.commands.options import parser_of
from geneboard.benchmark.plugin_kit import cures
from geneboard.benchmark.plugin_kit.compliance import RULES, ComplianceError
from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES
from geneboard.benchmark.plugin_kit.cures import cure
from geneboard.datasets.base import Tissue
from geneboard.methods.base import GeneEmbeddings, Method, Progress
from geneboard.methods.training import seeded

EVERY = [(rule, words, mends) for rule, own in cures._CURES.items() for words, mends in own]


def test_every_rule_has_one_and_none_is_out_of_reach() -> None:
    assert set(cures._CURES) == set(RULES) - set(EDGE_CASES)
    assert all(own[-1][0] == "" for own in cures._CURES.values())
    assert all(cure(rule, f"about {words}") == mends for rule, words, mends in EVERY)


@pytest.mark.parametrize(("rule", "words", "mends"), EVERY)
def test_what_is_named_is_there(rule: str, words: str, mends: str) -> None:
    assert "\n" not in mends
    for module, name in re.findall(r"from ([\w.]+) import (\w+)", mends):
        assert module.startswith("geneboard.") or module == "dataclasses"
        assert hasattr(import_module(module), name)
    options = parser_of("check", *cli.functions_of("check"))._actions
    known = {flag for action in options for flag in action.option_strings}
    assert set(re.findall(r"--[a-z-]+", mends)) <= known
    assert set(re.findall(r"run_all\.py ([\w-]+)", mends)) <= set(cli.COMMANDS)


@pytest.mark.parametrize(
    ("rule", "fault", "begin"),
    [
        ("one dataset", "trains: IndexError: tuple index out of range", "handle such tissues, or decline"),
        ("one dataset", "trains: skip returns ' '; it must return words", "return a reason"),
        ("empty graph", "finiteness: scrna_lung__a: 12 of 160 values are NaN or infinite", "guard divisions"),
        ("empty graph", "not tested, see 'trains'", ""),
        ("another seed differs", "another run of the same fails: RuntimeError: x", "the traceback"),
        ("another seed differs", "declared deterministic, but the seed has an influence", "take `determin"),
        ("another seed differs", "another seed changes nothing; declare it deterministic", "draw from"),
        (
            "another seed differs",
            "another seed changes nothing, but another run does: the seed is not used",
            "draw from",
        ),
    ],
)
def test_fault_is_mended_by_what_it_says(rule: str, fault: str, begin: str) -> None:
    assert cure(rule, fault).startswith(begin)
    assert begin or not cure(rule, fault)


class Drawn(Method):
    """A method whose vectors are drawn in some way."""

    name = "drawn"
    title = "Drawn"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        values = [self.draw(graph.n_genes, seed, device) for graph in tissue.graphs]
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)

    def draw(self, n_genes: int, seed: int, device: str) -> np.ndarray:
        raise NotImplementedError


class FromTorch(Drawn):
    def draw(self, n_genes: int, seed: int, device: str) -> Any:
        torch.manual_seed(seed)
        return torch.randn(n_genes, 4)


class AsAdvised(Drawn):
    def draw(self, n_genes: int, seed: int, device: str) -> np.ndarray:
        with seeded(seed, device) as (_, place):
            vectors = torch.randn(n_genes, 4, device=place)
        return vectors.detach().cpu().numpy().astype(np.float32)


def broken(method: type[Method]) -> dict[str, str]:
    trials, found = trials_of(method), {}
    for rule, check in RULES.items():
        try:
            check(trials)
        except ComplianceError as error:
            found[rule] = cure(rule, str(error))
    return found


@pytest.mark.parametrize(
    ("rule", "word"),
    [("global state restored", "with seeded(seed, device)"), ("dtype", ".cpu().numpy()")],
)
def test_advice_that_is_followed_keeps_the_rule(rule: str, word: str) -> None:
    find: Callable[[type[Method]], dict[str, str]] = broken
    assert word in find(FromTorch)[rule]
    assert find(AsAdvised) == {}


class WithoutFit(Method):
    """A method that was begun."""

    name = "without_fit"
    title = "Without fit"


def test_a_missing_fit_embed_is_named_without_a_traceback() -> None:
    with pytest.raises(ComplianceError, match=r"^WithoutFit does not define fit_embed$") as told:
        RULES["trains"](trials_of(WithoutFit))
    assert told.value.traceback == ""
    assert cure("trains", str(told.value)).startswith("define it in the class: def fit_embed(")
