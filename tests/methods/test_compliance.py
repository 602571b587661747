"""Every registered method obeys every rule; a method that breaks a rule is caught."""

import contextlib
import dataclasses
import os
import random
import socket
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch

from benchmark import registry
from benchmark.compliance import RULES, ComplianceError, briefly
from benchmark.compliance_tissues import usual_tissue
from methods.base import GeneEmbeddings, Method

ENTRIES = list(registry.methods())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_method_obeys(entry, rule):
    RULES[rule](briefly(entry.load()()))


def test_methods_of_this_issue_are_registered():
    names = {entry.name for entry in ENTRIES}
    assert names >= {"pca", "gae", "musegnn", "random", "shared_random", "collapsed", "oracle"}


def test_literals_of_the_registry_are_those_of_the_class():
    for entry in ENTRIES:
        method = entry.load()
        for attribute in ("name", "title", "kind", "deterministic", "quick", "reference"):
            told = entry.attributes.get(attribute, getattr(Method, attribute, None))
            assert told == getattr(method, attribute), (entry.name, attribute)


def test_hash_seed_has_no_influence():
    """Nothing depends on the order of a set, which differs from process to process."""
    program = (
        "import hashlib, torch; torch.set_num_threads(1)\n"
        "from benchmark import registry\n"
        "from benchmark.compliance import briefly\n"
        "from benchmark.compliance_tissues import usual_tissue\n"
        "from methods.base import no_progress\n"
        "for entry in registry.methods():\n"
        "    made = briefly(entry.load()()).fit_embed(\n"
        "        usual_tissue(), seed=1, device='cpu', progress=no_progress)\n"
        "    print(entry.name, [hashlib.sha256(v.tobytes()).hexdigest() for v in made.values])\n"
    )
    root = Path(__file__).resolve().parents[2]
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(printed) == 1
    assert printed.pop().count("\n") == len(ENTRIES)


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


class ChangesInput(Obedient):
    def values(self, tissue, rng):
        tissue.graphs[0].features[0, 0] += 1
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
        random.seed(0)
        return super().values(tissue, rng)


class SeedsTorch(Obedient):
    def values(self, tissue, rng):
        torch.manual_seed(0)
        return super().values(tissue, rng)


class Phones(Obedient):
    def values(self, tissue, rng):
        with contextlib.suppress(OSError, AssertionError):
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


class NeedsPartner(Obedient):
    def values(self, tissue, rng):
        tissue.graphs[1]
        return super().values(tissue, rng)


class Silent(Obedient):
    def fit_embed(self, tissue, *, seed, device, progress):
        return super().fit_embed(tissue, seed=seed, device=device, progress=lambda *_: None)


class BadKind(Obedient):
    kind = "miracle"


class QuickNonsense(Obedient):
    quick: ClassVar = {"epochs": 3}


class EmptyReason(Obedient):
    def skip(self, tissue):
        return " " if len(tissue.graphs) == 1 else None


@pytest.mark.parametrize(
    ("method", "rule"),
    [
        (ChangesInput, "leaves its input unchanged"),
        (UsesGlobalState, "is decided by the seed"),
        (UsesGlobalState, "restores global state"),
        (IgnoresSeed, "is decided by the seed"),
        (ClaimsDeterminism, "is decided by the seed"),
        (SeedsPython, "restores global state"),
        (SeedsTorch, "restores global state"),
        (Phones, "needs no network"),
        (SwapsDatasets, "shape and gene order"),
        (SortsGenes, "shape and gene order"),
        (NeedsPartner, "works on one dataset"),
        (Silent, "reports progress"),
        (BadKind, "is described"),
        (QuickNonsense, "is described"),
        (EmptyReason, "works on one dataset"),
    ],
)
def test_rule_catches(method, rule):
    RULES[rule](Obedient())
    with pytest.raises(ComplianceError) as caught:
        RULES[rule](method())
    assert "\n" not in str(caught.value)


def test_network_works_again_afterwards():
    originals = socket.create_connection, socket.socket.connect
    RULES["needs no network"](Obedient())
    assert (socket.create_connection, socket.socket.connect) == originals


def test_briefly_changes_the_training_length_only():
    for entry in ENTRIES:
        method = entry.load()()
        brief = briefly(method)
        for field in dataclasses.fields(method):
            expected = 3 if field.name in method.quick else getattr(method, field.name)
            assert getattr(brief, field.name) == expected


def test_usual_tissue_has_what_the_rules_need():
    tissue = usual_tissue()
    assert len({graph.n_genes for graph in tissue.graphs}) == 3
    assert len(tissue.common_genes) > 0
    assert all(set(a.genes) - set(b.genes) for a in tissue.graphs for b in tissue.graphs if a is not b)
