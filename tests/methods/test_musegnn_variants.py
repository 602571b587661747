"""Variants of MuSe-GNN keep the rules of the benchmark, and others are refused."""

import dataclasses
import functools

import pytest
from musegnn_cases import ABLATIONS, ENCODERS

from geneboard.benchmark import registry
from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.plugin_kit.compliance import RULES, Trials, answer
from geneboard.datasets.errors import InputError
from geneboard.methods.musegnn import MuseGNN


@functools.cache
def trials_of(**settings):
    """Watched runs of MuSe-GNN with other defaults, shared by the rules."""
    fields = [(name, type(value), dataclasses.field(default=value)) for name, value in settings.items()]
    variant = dataclasses.make_dataclass("Variant", fields, bases=(MuseGNN,), frozen=True)
    return Trials(functools.partial(answer, lambda: variant))


VARIANTS = {**ABLATIONS, **{encoder: {"encoder": encoder} for encoder in (*ENCODERS, "GATv2Conv")}}


@pytest.mark.parametrize(
    "rule",
    [
        "trains",
        "finiteness",
        "same seed, same bytes",
        "another seed differs",
        "global state restored",
        "one dataset",
        "disjoint genes",
        "identical genes",
        "empty graph",
    ],
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_obeys(variant, rule):
    RULES[rule](trials_of(**VARIANTS[variant]))


def test_settings_of_variants():
    entry = registry.methods()["musegnn"]
    with pytest.raises(InputError, match=r"musegnn: there is no encoder 'GATv3Conv'; did you mean 'GAT"):
        settings_of(entry, PRESETS["quick"], {"encoder": "GATv3Conv"})
    assert settings_of(entry, PRESETS["quick"], {"encoder": "gat"}).overrides == {"encoder": "gat"}
    for text in ("False", "false"):
        overrides = settings_of(entry, PRESETS["quick"], {"share_weights": text}).overrides
        assert overrides == {"share_weights": False}
