"""What each metric can tell from the true modules, and what it cannot."""

from __future__ import annotations

import pytest
from metric_cases import ALL_METRICS, control_embeddings, modular_tissue, with_heldout

from geneboard.metrics.score import evaluate


@pytest.fixture(scope="module")
def scores():
    tissue = with_heldout(modular_tissue())
    return {
        name: {metric: score.value for metric, score in evaluate(rows, tissue, ALL_METRICS).items()}
        for name, rows in control_embeddings(tissue).items()
    }


@pytest.mark.parametrize("metric", ["AUC", "AUC_offdiag", "NO", "module_nmi", "AUC_heldout", "NO_heldout"])
@pytest.mark.parametrize("control", ["random", "shared_random", "collapsed"])
def test_metrics_that_tell_every_control(scores, metric, control):
    assert scores["oracle"][metric] > scores[control][metric] + 0.15


@pytest.mark.parametrize("control", ["random", "shared_random", "collapsed"])
def test_auc_of_a_control_is_chance(scores, control):
    assert scores[control]["AUC_offdiag"] == pytest.approx(0.5, abs=0.02)
    assert scores[control]["AUC_heldout"] == pytest.approx(0.5, abs=0.02)


def test_ilisi_and_cgr_are_maximal_without_any_biology(scores):
    assert scores["shared_random"]["iLISI"] > 0.99 > scores["oracle"]["iLISI"]
    assert scores["shared_random"]["CGR"] >= scores["oracle"]["CGR"]


@pytest.mark.parametrize("control", ["random", "collapsed"])
def test_cgr_tells_noise(scores, control):
    assert scores["oracle"]["CGR"] > 4 * scores[control]["CGR"]


@pytest.mark.parametrize("control", ["random", "collapsed"])
@pytest.mark.parametrize("metric", ["ASW", "iLISI", "GC"])
def test_noise_looks_well_mixed(scores, control, metric):
    assert scores[control][metric] > scores["oracle"][metric] - 0.05


def test_collapse_is_noise_to_every_metric(scores):
    """Neighbours and cosines of one point plus noise are those of noise, whatever its size."""
    for metric, value in scores["random"].items():
        assert scores["collapsed"][metric] == pytest.approx(value, abs=0.05), metric


def test_datasets_that_do_not_mix(scores):
    separated = scores["separated"]
    assert separated["ASW"] is None, "no cluster has two datasets to compare"
    assert (separated["iLISI"], separated["CGR"], separated["NO"]) == (0, 0, 0)
    assert separated["AUC"] == pytest.approx(scores["oracle"]["AUC"], abs=0.02), (
        "AUC looks at one dataset at a time"
    )
    assert separated["GC"] > 0.95, "GC does not see that datasets are apart"
