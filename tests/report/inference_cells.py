"""Records of the L1000 task for the tests of the report: known scores, and the values they are means over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from report_cells import cell, entry

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.inference.parts import packed
from geneboard.metrics.inference.metric_columns import METRICS

NAMES = tuple(metric.name for metric in METRICS)
CONTROLS = ("mean", "organ_mean")
TITLES = {"gnn": "GNN", "ridge": "Ridge", "mean": "Mean", "organ_mean": "Organ mean"}

SIX_PATIENTS = ("p1", "p2", "p3", "p4", "p5", "p6")


def problem(**changes: Any) -> dict[str, Any]:
    """The comparison with all landmarks, or another problem."""
    return {
        "experiment": "comparison",
        "landmarks": 970,
        "landmarks_present": 970,
        "selection": "all",
        "targets": 8,
        "targets_present": 8,
        "organ": "",
        "test_set": "",
        "quantile": True,
    } | changes


def budget(landmarks: int, selection: str = "greedy") -> dict[str, Any]:
    """A problem with so many landmarks, and its name."""
    return {
        "tissue": f"landmarks-{landmarks}-{selection}",
        "problem": problem(experiment="landmarks", landmarks=landmarks, selection=selection),
    }


def without(organ: str) -> dict[str, Any]:
    """A problem that leaves out an organ, and its name."""
    return {"tissue": f"without-{organ}", "problem": problem(experiment="organs", organ=organ)}


def parts(
    pcc: Sequence[float],
    mae: Sequence[float],
    groups: Sequence[str] = SIX_PATIENTS,
    *,
    within: Sequence[float] | None = None,
    ranks: Sequence[float] | None = None,
) -> dict[str, Any]:
    """The values of genes and of samples; the others are those of PCC and one minus MAE."""

    def text(values: Sequence[float]) -> str:
        return packed(np.asarray(values, float))

    return {
        "genes": {
            "PCC": text(pcc),
            "PCC_within": text(pcc if within is None else within),
            "MAE": text([1 - value for value in pcc]),
        },
        "samples": {
            "MAE": text(mae),
            "rank_correlation": text([1 - value for value in mae] if ranks is None else ranks),
        },
        "groups": list(groups),
    }


def inference_cell(
    method: str,
    seed: int,
    of_parts: Mapping[str, Any] | None = None,
    /,
    *,
    scores: Mapping[str, float | None] | None = None,
    pcc: float | None = None,
    **changes: Any,
) -> Record:
    """A cell whose correlations are `pcc` and whose errors are one minus it, but for the given scores.

    Without `pcc` and scores it has failed.
    """
    values: dict[str, float | None] = {}
    if pcc is not None:
        values = {name: 1 - pcc if name in ("MAE", "RMSE") else pcc for name in NAMES}
    values |= scores or {}
    kind = "control" if method in CONTROLS else "baseline" if method == "ridge" else "published"
    record = cell(
        method,
        seed,
        **{
            "source": "l1000:tcga",
            "tissue": "all-landmarks",
            "data_hashes": {"tcga": "da7a"},
            "title": TITLES.get(method, method.upper()),
            "kind": kind,
            "problem": problem(),
            **changes,
        },
    )
    if values:
        record["status"], record["reason"] = "ok", ""
        record["scores"] = {name: entry(value, "nothing varies") for name, value in values.items()}  # type: ignore[misc]
    if of_parts is not None:
        record["parts"] = dict(of_parts)  # type: ignore[typeddict-item]
    return record


RIDGE_GENES = (0.5, 0.4, 0.3, 0.6, 0.7, 0.2, 0.5, 0.4)
"""PCC of the eight target genes by ridge, in both seeds."""

GNN_LOSS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, -0.08)
"""How much lower the PCC of each gene is by the GNN: seven of eight genes are worse."""


def three_methods() -> list[Record]:
    """GNN, ridge and the mean, two seeds each, with numbers that can be followed by hand.

    PCC by seed: ridge 0.45 and 0.45, GNN 0.425 and 0.405, so that the GNN is lower by 0.025 and 0.045, 0.035
    in the mean. Its genes lose `GNN_LOSS` in seed 0 and 0.02 more in seed 1, in the mean 0.02, 0.03, ... 0.08
    and -0.07. MAE of the six patients: ridge 0.50, 0.52, ..., the GNN 0.01, 0.02, ... 0.06 more.
    """
    records = []
    for seed in (0, 1):
        genes = np.array(RIDGE_GENES)
        errors = np.array([0.50, 0.52, 0.54, 0.56, 0.58, 0.60])
        records.append(inference_cell("ridge", seed, parts(genes, errors), pcc=0.45, scores={"MAE": 0.55}))
        lower = genes - np.array(GNN_LOSS) - 0.02 * seed
        higher = errors + np.array([0.01, 0.02, 0.03, 0.04, 0.05, 0.06])
        records.append(
            inference_cell("gnn", seed, parts(lower, higher), pcc=0.425 - 0.02 * seed, scores={"MAE": 0.585})
        )
        constant = dict.fromkeys(("PCC", "PCC_within", "R95", "R99", "rank_correlation"))
        nothing = parts([np.nan] * 8, errors + 0.3, ranks=[np.nan] * 6)
        records.append(
            inference_cell("mean", seed, nothing, pcc=0.1, scores={**constant, "MAE": 0.85, "SCC": 0.89})
        )
    return records


def all_experiments() -> list[Record]:
    """The comparison, two budgets with two selections, two organs left out and another platform."""
    records = [*three_methods()]
    others = [budget(n, selection) for n in (324, 108) for selection in ("greedy", "random")]
    others += [without("lung"), without("liver")]
    others.append(
        {
            "tissue": "to-agilent",
            "problem": problem(experiment="platform", test_set="agilent", targets=6),
            "data_hashes": {"tcga": "da7a", "agilent": "a91e"},
        }
    )
    for place, other in enumerate(others):
        for method, pcc in (("ridge", 0.44), ("gnn", 0.40), ("mean", 0.1)):
            records += [
                inference_cell(method, seed, pcc=pcc - 0.03 * place - 0.01 * seed, **other) for seed in (0, 1)
            ]
    return records
