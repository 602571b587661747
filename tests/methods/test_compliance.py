"""Every registered method obeys every rule."""

import dataclasses
import functools
import os
import subprocess
import sys

import pytest
from method_cases import trials_of

from geneboard.benchmark import registry
from geneboard.benchmark.plugin_kit.compliance import RULES, briefly
from geneboard.benchmark.plugin_kit.trial import Run
from geneboard.methods.base import Method

ENTRIES = list(registry.methods(installed=False))
pytestmark = pytest.mark.slow


@functools.cache
def trials_of_entry(name):
    """Runs that all rules share."""
    return trials_of(registry.methods(installed=False)[name].load())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", [entry.name for entry in ENTRIES])
def test_method_obeys(name, rule):
    RULES[rule](trials_of_entry(name))


def test_the_methods_of_the_published_comparison_the_baselines_and_the_controls_are_registered():
    names = {entry.name for entry in ENTRIES}
    published = {"pca", "gene2vec", "gae", "vgae", "mae", "wsmae", "giant", "scbert", "musegnn"}
    baselines = {"pca_procrustes", "consensus_spectral", "l1000_linear", "l1000_gnn"}
    assert names >= published | baselines | {"random", "shared_random", "collapsed", "oracle"}


def test_literals_of_the_registry_are_those_of_the_class():
    for entry in ENTRIES:
        method = entry.load()
        for attribute in ("name", "title", "kind", "deterministic", "quick", "reference"):
            told = entry.attributes.get(attribute, getattr(Method, attribute, None))
            assert told == getattr(method, attribute), (entry.name, attribute)


def test_hash_seed_has_no_influence():
    """Nothing depends on the order of a set: embeddings are the same in a process with other hashes."""
    program = (
        "from geneboard.benchmark import registry\n"
        "from geneboard.benchmark.plugin_kit.compliance import answer\n"
        "from geneboard.benchmark.plugin_kit.trial import Run\n"
        "for entry in registry.methods(installed=False):\n"
        "    print(entry.name, answer(entry.load, Run()).digest)\n"
    )
    other = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": other},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [f"{entry.name} {trials_of_entry(entry.name)[Run()].digest}" for entry in ENTRIES]
    assert done.stdout.splitlines() == here


def test_briefly_changes_the_training_length_only():
    for entry in ENTRIES:
        method = entry.load()()
        brief = briefly(method)
        for field in dataclasses.fields(method):
            expected = 3 if field.name in method.quick else getattr(method, field.name)
            assert getattr(brief, field.name) == expected
