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

from geneboard.benchmark.plugin_kit.compliance import RULES, ComplianceError, Trials, answer
from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, usual_tissue
from geneboard.benchmark.plugin_kit.trial import USUAL, Run
from geneboard.methods.base import GeneEmbeddings, Method


def trials_of(kind):
    return Trials(functools.partial(answer, lambda: kind))


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


class ChangesFeatures(Obedient):
    def values(self, tissue, rng):
        tissue.graphs[0].features[0, 0] += 1
        return super().values(tissue, rng)


class ChangesAdjacency(Obedient):
    def values(self, tissue, rng):
        tissue.graphs[0].adjacency.data[:1] = False
        return super().values(tissue, rng)


class UsesGlobalState(Obedient):
    def values(self, tissue, rng):
        return super().values(tissue, np.random)  # the module draws from the global state


class IgnoresSeed(Obedient):
    def values(self, tissue, rng):
        return super().values(tissue, np.random.default_rng(0))


class ClaimsDeterminism(Obedient):
    deterministic = True


class SeedsPython(Obedient):
    def values(self, tissue, rng):
        random.seed(99)
        return super().values(tissue, rng)


class SeedsTorch(Obedient):
    def values(self, tissue, rng):
        torch.manual_seed(99)
        return super().values(tissue, rng)


class Phones(Obedient):
    def values(self, tissue, rng):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", 9))
        return super().values(tissue, rng)


class NeedsPhone(Obedient):
    def values(self, tissue, rng):
        socket.create_connection(("127.0.0.1", 9))
        return super().values(tissue, rng)


class SwapsDatasets(Obedient):
    def fit_embed(self, tissue, **rest):
        made = super().fit_embed(tissue, **rest)
        return GeneEmbeddings(made.datasets[::-1], made.genes[::-1], made.values[::-1])


class SortsGenes(Obedient):
    def fit_embed(self, tissue, **rest):
        made = super().fit_embed(tissue, **rest)
        return GeneEmbeddings(made.datasets, tuple(g.sort_values() for g in made.genes), made.values)


class DropsGene(Obedient):
    def values(self, tissue, rng):
        return [array[1:] for array in super().values(tissue, rng)]


class DropsDataset(Obedient):
    def values(self, tissue, rng):
        return super().values(tissue, rng)[1:]


class MixesWidths(Obedient):
    def values(self, tissue, rng):
        first, *rest = super().values(tissue, rng)
        return [first[:, :2], *rest]


class Doubles(Obedient):
    def values(self, tissue, rng):
        return [array.astype(np.float64) for array in super().values(tissue, rng)]


class GivesNan(Obedient):
    def values(self, tissue, rng):
        arrays = super().values(tissue, rng)
        arrays[-1][2, 3] = np.nan
        return arrays


class NeedsPartner(Obedient):
    def values(self, tissue, rng):
        tissue.graphs[1]
        return super().values(tissue, rng)


class NanWithoutEdges(Obedient):
    def values(self, tissue, rng):
        with np.errstate(divide="ignore", invalid="ignore"):
            degrees = [np.asarray(g.adjacency.sum(axis=1), np.float32) for g in tissue.graphs]
            scales = [degree / degree for degree in degrees]
        return [array * scale for array, scale in zip(super().values(tissue, rng), scales, strict=True)]


class Silent(Obedient):
    def fit_embed(self, tissue, *, seed, device, progress):
        return super().fit_embed(tissue, seed=seed, device=device, progress=lambda *_: None)


class StopsShort(Obedient):
    def fit_embed(self, tissue, *, seed, device, progress):
        return super().fit_embed(tissue, seed=seed, device=device, progress=lambda *_: progress(1, 2))


class BadKind(Obedient):
    kind = "miracle"


@dataclasses.dataclass(frozen=True)
class QuickNonsense(Obedient):
    quick: ClassVar = {"epochs": 3}


class NotFrozen(Obedient):
    width: int = 4


class EmptyReason(Obedient):
    def skip(self, tissue):
        return " " if len(tissue.graphs) == 1 else None


class Declines(Obedient):
    def skip(self, tissue):
        return "needs two datasets" if len(tissue.graphs) == 1 else None


class DeclinesAll(Obedient):
    def skip(self, tissue):
        return "no wish to"


class Raises(Obedient):
    def values(self, tissue, rng):
        raise RuntimeError("the matrix\nis singular")


class ReturnsList(Obedient):
    def fit_embed(self, tissue, **rest):
        return list(super().fit_embed(tissue, **rest).values)


ISOLATED = {"isolated genes", "empty graph", "empty graphs, disjoint genes"}


@pytest.mark.parametrize(
    ("method", "broken", "sentence"),
    [
        (ChangesFeatures, {"input not mutated"}, "fit_embed changes the features of scrna_lung__a"),
        (ChangesAdjacency, {"input not mutated"}, "fit_embed changes the adjacency of scrna_lung__a"),
        (
            UsesGlobalState,
            {"same seed, same bytes", "another seed differs", "global state restored"},
            "fit_embed changes the random state of NumPy",
        ),
        (IgnoresSeed, {"another seed differs"}, "another seed changes nothing; declare it deterministic"),
        (
            ClaimsDeterminism,
            {"another seed differs"},
            "declared deterministic, but the seed has an influence",
        ),
        (SeedsPython, {"global state restored"}, "fit_embed changes the random state of Python"),
        (SeedsTorch, {"global state restored"}, "fit_embed changes the random state of torch"),
        (Phones, {"no network"}, "it uses the network (create_connection)"),
        (SwapsDatasets, {"dataset order"}, "the datasets are scatac_lung__c, "),
        (SortsGenes, {"gene order"}, "scrna_lung__a: the genes are not those of its graph in its order"),
        (DropsGene, {"shape"}, "scrna_lung__a: an embedding of shape (49, 4) for 50 genes"),
        (MixesWidths, {"shape"}, "the embeddings of the datasets have different numbers of dimensions"),
        (Doubles, {"dtype"}, "scrna_lung__a: float64 instead of float32"),
        (GivesNan, {"finiteness"}, "scatac_lung__c: 1 of 180 values are NaN or infinite"),
        (NeedsPartner, {"one dataset", "no known truth"}, "trains: IndexError: tuple index out of range"),
        (NanWithoutEdges, ISOLATED, "finiteness: scrna_lung__a: 12 of 160 values are NaN or infinite"),
        (Silent, {"progress"}, "it reports no progress"),
        (StopsShort, {"progress"}, "the last report of progress is not that all is done"),
        (DropsDataset, {"shape"}, "2 embedding arrays for 3 datasets"),
        (QuickNonsense, {"description", "trains"}, "the quick settings name no hyper-parameter: epochs"),
        (BadKind, {"description"}, "the kind 'miracle' is not one of published, baseline, control, plugin"),
        (NotFrozen, {"description"}, "NotFrozen is not a frozen dataclass"),
        (EmptyReason, {"one dataset", "no known truth"}, "trains: skip returns ' '; it must return a reason"),
    ],
)
def test_fault_is_named_as_what_it_is(method, broken, sentence):
    """The rules that a fault breaks are these, and no other."""
    told = {rule: text for rule, text in faults_of(method).items() if not text.startswith(NOT_TESTED)}
    assert set(told) == broken
    assert any(text.startswith(sentence) for text in told.values()), told


def faults_of(method):
    trials, told = trials_of(method), {}
    for rule, check in RULES.items():
        try:
            check(trials)
        except ComplianceError as error:
            told[rule] = str(error)
    assert "\n" not in "".join(told.values())
    return told


def test_obedient_method_breaks_no_rule():
    assert faults_of(Obedient) == {}


@pytest.mark.parametrize(
    ("method", "stopped", "sentence"),
    [
        (Raises, "trains", "RuntimeError: the matrix is singular"),
        (ReturnsList, "trains", "fit_embed returns list instead of GeneEmbeddings"),
        (DeclinesAll, "trains", "it declines an ordinary tissue of three datasets (no wish to)"),
        (NeedsPhone, "no network", "it uses the network (create_connection) and stops: ConnectionRefused"),
    ],
)
def test_method_without_result_is_told_once(method, stopped, sentence):
    told = faults_of(method)
    assert told.pop(stopped).startswith(sentence)
    assert set(told) == set(RULES) - {"imports", "description", stopped}
    assert set(told.values()) == {f"{NOT_TESTED}'{stopped}'"}


def test_traceback_is_kept():
    with pytest.raises(ComplianceError) as caught:
        RULES["trains"](trials_of(Raises))
    assert "in values" in caught.value.traceback
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
    trials = trials_of(Declines)
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
