"""A method that breaks a rule of the compliance suite is caught, and its fault named as what it is."""

import contextlib
import dataclasses
import functools
import random
import socket
from typing import ClassVar

import numpy as np
import pytest
import torch
from method_cases import trials_of

from geneboard.benchmark.plugin_kit.compliance import RULES, ComplianceError, Trials, answer
from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, usual_tissue
from geneboard.benchmark.plugin_kit.cures import cure
from geneboard.benchmark.plugin_kit.trial import USUAL, Run
from geneboard.methods.base import GeneEmbeddings, Method

NOT_TESTED = "not tested, see "


@dataclasses.dataclass(frozen=True)
class Obedient(Method):
    name = "obedient"
    title = "Obedient"

    def fit_embed(self, tissue, *, seed, device, progress):
        values = self.values(tissue, np.random.default_rng(seed))
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)

    def values(self, tissue, rng):
        return [rng.standard_normal((g.n_genes, 4)).astype(np.float32) for g in tissue.graphs]


def that(*, does=None, arrays=None, made=None, report=None, **attributes):
    """Return a method that does something to the tissue, or changes its arrays, embeddings or progress."""

    class Faulty(Obedient):
        def values(self, tissue, rng):
            if does:
                does(tissue)
            values = super().values(tissue, rng)
            return arrays(tissue, values) if arrays else values

        def fit_embed(self, tissue, *, seed, device, progress):
            told = functools.partial(report, progress) if report else progress
            embeddings = super().fit_embed(tissue, seed=seed, device=device, progress=told)
            return made(embeddings) if made else embeddings

    for name, value in attributes.items():
        setattr(Faulty, name, value)
    return Faulty


class PanicError(BaseException):
    """As libraries in Rust and C++ raise."""


def panics(tissue):
    raise PanicError("index out of bounds")


def changes_features(tissue):
    tissue.graphs[0].features[0, 0] += 1


def changes_adjacency(tissue):
    tissue.graphs[0].adjacency.data[:1] = False


def phones(tissue):
    socket.create_connection(("127.0.0.1", 9))


def phones_in_vain(tissue):
    with contextlib.suppress(OSError):
        phones(tissue)


def raises(tissue):
    raise RuntimeError("the matrix\nis singular")


def with_nan(tissue, arrays):
    arrays[-1][2, 3] = np.nan
    return arrays


def divided_by_degrees(tissue, arrays):
    degrees = [np.asarray(graph.adjacency.sum(axis=1), np.float32) for graph in tissue.graphs]
    with np.errstate(divide="ignore", invalid="ignore"):
        return [array * (degree / degree) for array, degree in zip(arrays, degrees, strict=True)]


def swapped(made):
    return GeneEmbeddings(made.datasets[::-1], made.genes[::-1], made.values[::-1])


def with_sorted_genes(made):
    return GeneEmbeddings(made.datasets, tuple(genes.sort_values() for genes in made.genes), made.values)


class UsesGlobalState(Obedient):
    def values(self, tissue, rng):
        return super().values(tissue, np.random)  # the module draws from the global state


class IgnoresSeed(Obedient):
    def values(self, tissue, rng):
        return super().values(tissue, np.random.default_rng(0))


@dataclasses.dataclass(frozen=True)
class QuickNonsense(Obedient):
    quick: ClassVar = {"epochs": 3}


class NotFrozen(Obedient):
    width: int = 4


def reason_for_one(reason):
    """Return a method that declines single datasets."""
    return that(skip=lambda self, tissue: reason if len(tissue.graphs) == 1 else None)


ONE = {"one dataset", "no known truth"}
ISOLATED = {"isolated genes", "empty graph", "empty graphs, disjoint genes"}
FAULTS = [
    (that(does=changes_features), {"input not mutated"}, "fit_embed changes the features of scrna_lung__a"),
    (that(does=changes_adjacency), {"input not mutated"}, "fit_embed changes the adjacency of scrna_lung__a"),
    (
        UsesGlobalState,
        {"same seed, same bytes", "another seed differs", "global state restored"},
        "fit_embed changes the random state of NumPy",
    ),
    (IgnoresSeed, {"another seed differs"}, "another seed changes nothing; declare it deterministic"),
    (
        that(deterministic=True),
        {"another seed differs"},
        "declared deterministic, but the seed has an influence",
    ),
    (
        that(does=lambda _: random.seed(99)),
        {"global state restored"},
        "fit_embed changes the random state of Python",
    ),
    (
        that(does=lambda _: torch.manual_seed(99)),
        {"global state restored"},
        "fit_embed changes the random state of torch",
    ),
    (that(does=phones_in_vain), {"no network"}, "it uses the network (create_connection)"),
    (that(made=swapped), {"dataset order"}, "the datasets are scatac_lung__c, "),
    (
        that(made=with_sorted_genes),
        {"gene order"},
        "scrna_lung__a: the genes are not those of its graph in its order",
    ),
    (
        that(arrays=lambda _, arrays: [array[1:] for array in arrays]),
        {"shape"},
        "scrna_lung__a: an embedding of shape (49, 4) for 50 genes",
    ),
    (that(arrays=lambda _, arrays: arrays[1:]), {"shape"}, "2 embedding arrays for 3 datasets"),
    (
        that(arrays=lambda _, arrays: [arrays[0][:, :2], *arrays[1:]]),
        {"shape"},
        "the embeddings of the datasets have different numbers of dimensions",
    ),
    (
        that(arrays=lambda _, arrays: [array.astype(np.float64) for array in arrays]),
        {"dtype"},
        "scrna_lung__a: float64 instead of float32",
    ),
    (that(arrays=with_nan), {"finiteness"}, "scatac_lung__c: 1 of 180 values are NaN or infinite"),
    (
        that(arrays=lambda _, arrays: [array * np.float32(1e20) for array in arrays]),
        {"finiteness"},
        "scrna_lung__a: 200 of 200 values are above 1e+12 (a training that has diverged)",
    ),
    (that(does=panics), {"trains"}, "PanicError: index out of bounds"),
    (
        that(arrays=divided_by_degrees),
        ISOLATED,
        "finiteness: scrna_lung__a: 12 of 160 values are NaN or infinite",
    ),
    (that(does=lambda tissue: tissue.graphs[1]), ONE, "trains: IndexError: tuple index out of range"),
    (that(report=lambda *_: None), {"progress"}, "it reports no progress"),
    (
        that(report=lambda progress, *_: progress(1, 2)),
        {"progress"},
        "the last report of progress is not that all is done",
    ),
    (QuickNonsense, {"description", "trains"}, "the quick settings name no hyper-parameter: epochs"),
    (
        that(kind="miracle"),
        {"description"},
        "the kind 'miracle' is not one of published, baseline, control, plugin",
    ),
    (NotFrozen, {"description"}, "NotFrozen is not a frozen dataclass"),
    (reason_for_one(" "), ONE, "trains: skip returns ' '; it must return a reason"),
]


def faults_of(method):
    trials, told = trials_of(method), {}
    for rule, check in RULES.items():
        try:
            check(trials)
        except ComplianceError as error:
            told[rule] = str(error)
    assert "\n" not in "".join(told.values())
    return told


@pytest.mark.parametrize(("method", "broken", "sentence"), FAULTS)
def test_fault_is_named_as_what_it_is(method, broken, sentence):
    """The rules that a fault breaks are these, and no other."""
    told = {rule: text for rule, text in faults_of(method).items() if not text.startswith(NOT_TESTED)}
    assert set(told) == broken
    assert any(text.startswith(sentence) for text in told.values()), told
    assert all(cure(rule, text) for rule, text in told.items())


def test_obedient_method_breaks_no_rule():
    assert faults_of(Obedient) == {}


@pytest.mark.parametrize(
    ("method", "stopped", "sentence"),
    [
        (that(does=raises), "trains", "RuntimeError: the matrix is singular"),
        (
            that(made=lambda made: list(made.values)),
            "trains",
            "fit_embed returns list instead of GeneEmbeddings",
        ),
        (
            that(skip=lambda *_: "no wish to"),
            "trains",
            "it declines an ordinary tissue of three datasets (no wish to)",
        ),
        (
            that(does=phones),
            "no network",
            "it uses the network (create_connection) and stops: ConnectionRefused",
        ),
    ],
)
def test_method_without_result_is_told_once(method, stopped, sentence):
    told = faults_of(method)
    assert told.pop(stopped).startswith(sentence)
    assert set(told) == set(RULES) - {"imports", "description", stopped}
    assert not any(cure(rule, text) for rule, text in told.items())
    assert set(told.values()) == {f"{NOT_TESTED}'{stopped}'"}


def test_traceback_is_kept():
    with pytest.raises(ComplianceError) as caught:
        RULES["trains"](trials_of(that(does=raises)))
    assert "in raises" in caught.value.traceback
    assert "RuntimeError: the matrix\nis singular" in caught.value.traceback


def test_module_that_cannot_be_imported():
    def load():
        raise ValueError("nonsense")

    trials = Trials(functools.partial(answer, load))
    with pytest.raises(ComplianceError, match="nonsense") as caught:
        RULES["imports"](trials)
    assert "in load" in caught.value.traceback
    for rule in set(RULES) - {"imports"}:
        with pytest.raises(ComplianceError, match="not tested, see 'imports'"):
            RULES[rule](trials)


def test_reason_to_decline_is_told():
    trials = trials_of(reason_for_one("needs two datasets"))
    assert RULES["one dataset"](trials) == "it declines: needs two datasets"
    assert RULES["disjoint genes"](trials) == ""


def test_runs_are_shared():
    """The rules on the usual tissue need three runs, each edge case one."""
    asked = []

    def ask(run):
        asked.append(run)
        return answer(lambda: Obedient, run)

    trials = Trials(ask)
    for rule in RULES.values():
        rule(trials)
    usual = [Run(), Run(repeat=1), Run(seed=8, repeat=1)]
    assert asked == [None, *usual, *(Run(case) for case in EDGE_CASES)]
    assert usual[0].case == USUAL


def test_network_works_again_afterwards():
    originals = socket.create_connection, socket.socket.connect
    RULES["no network"](trials_of(Obedient))
    assert (socket.create_connection, socket.socket.connect) == originals


def test_usual_tissue_has_what_the_rules_need():
    tissue = usual_tissue()
    assert len({graph.n_genes for graph in tissue.graphs}) == 3
    assert len(tissue.common_genes) > 0
    assert all(set(a.genes) - set(b.genes) for a in tissue.graphs for b in tissue.graphs if a is not b)
