"""Records in which the claims of the publications are right or wrong by a known amount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from inference_cells import inference_cell, parts, problem
from report_cells import cell, entry, scores

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.biology.questions import Question
from geneboard.benchmark.tasks.embedding.board.board import published_scores

ESSENTIAL = Question("within", "essential", "2b", "logistic")
GROUPS = ("a", "b", "c", "d")
STEADY, SHAKY = (0.01, -0.01, 0.012, -0.008), (0.4, -0.4, 0.3, -0.2)
"""By how much the score of MuSe-GNN changes without each group of datasets."""

PATIENTS = tuple(f"p{number}" for number in range(12))
WOBBLE = np.tile([-0.004, 0.0, 0.004], 4)


def tissue(
    name: str,
    muse: float = 0.9,
    second: float = 0.5,
    *,
    changes: Sequence[float] = STEADY,
    seeds: Sequence[int] = (0, 1),
    **facts: Any,
) -> Iterator[Record]:
    """The nine published methods: GIANT has `second`, PCA 0, and the others something between."""
    values = {title: second * place / 10 for place, title in enumerate(sorted(published_scores("lung")))}
    values |= {"MuSe-GNN": muse, "GIANT": second, "PCA": 0.0}
    for title, value in values.items():
        for seed in seeds:
            moved = changes if title == "MuSe-GNN" else (0.0,) * 4
            yield cell(
                title.lower().replace("-", ""),
                seed,
                value,
                title=title,
                tissue=name,
                groups={group: [group] for group in GROUPS},
                without_group={group: scores(value + by) for group, by in zip(GROUPS, moved, strict=True)},
                **facts,
            )


def function(
    muse: float, raw: float, geneformer: float | None, tissues: Sequence[str] = ("heart", "lung")
) -> Iterator[Record]:
    """AUROC of function prediction; those of five folds rise and fall together."""
    values = {"musegnn": muse, "raw_expression": raw, "geneformer": geneformer}
    for name in tissues:
        for method, value in values.items():
            for seed in (0, 1):
                if value is not None:
                    yield _answer(method, seed, value, name)


def _answer(method: str, seed: int, value: float, name: str) -> Record:
    own = 0.005 if method == "musegnn" else 0.0
    facts = {
        "task": "biology",
        "tissue": name,
        "scores": {"AUROC": entry(value), "precision_over_prior": entry(1.0)},
        "metric_versions": ESSENTIAL.versions,
        "answer": {
            "interval": (value - 0.02, value + 0.02),
            "parts": [value + by for by in (-0.01, 0.01, 0.01 + own, -0.01 - own, 0.0)],
        },
    }
    return cell(method, seed, value, **ESSENTIAL.facts, **facts)


def ablated(
    losses: Mapping[str, Sequence[float]], full: float = 0.6, spread: float = 0.0
) -> Iterator[Record]:
    """MuSe-GNN in some tissues, and without something that costs so much in each of them.

    In the first one seeds differ by `spread` from that.
    """
    without: dict[str, Any] = {"share_weights": False, "similarity_weight": 0.0, "contrastive_weight": 0.0}
    for number in range(max(map(len, losses.values()))):
        for seed in (0, 1):
            where = {"tissue": f"tissue{number}", "title": "MuSe-GNN"}
            yield cell("musegnn", seed, full, **where)
            for name, costs in losses.items():
                if number < len(costs):
                    cost = costs[number] + (0 if number else spread * (2 * seed - 1))
                    yield cell("musegnn", seed, full - cost, overrides={name: without[name]}, **where)


def model(
    method: str, error: float, expression: str = "a", *, seeds: Sequence[int] = (0, 1, 2), **changes: Any
) -> Iterator[Record]:
    """A model of the L1000 task whose mean error is this, a little more or less for each patient."""
    errors = error + WOBBLE * (1 if method.startswith("gnn") else -1)
    facts = {"source": f"l1000:{expression}", "data_hashes": {expression: "1a"}, "deterministic": False}
    for seed in seeds:
        yield inference_cell(
            method,
            seed,
            parts([1 - error] * 8, list(errors), PATIENTS),
            pcc=1 - error,
            **{**facts, **changes},
        )


def models(
    gnn: float, expression: str = "a", *, others: float = 0.5, organ: float | None = None, **changes: Any
) -> Iterator[Record]:
    """The published graph network beside the other models, and with the organ as an input."""
    for name in ("least_squares", "ridge", "nearest_neighbours", "mlp_kim", "mlp"):
        yield from model(name, others, expression, **changes)
    yield from model("gnn", gnn, expression, **changes)
    if organ is not None:
        yield from model("gnn", organ, expression, overrides={"organ": True}, **changes)


def few(landmarks: int, selection: str = "greedy") -> dict[str, Any]:
    """The problem with so many of 970 landmarks."""
    return {
        "tissue": f"landmarks-{landmarks}-{selection}",
        "problem": problem(experiment="landmarks", landmarks=landmarks, selection=selection),
    }


def platform(other: str) -> dict[str, Any]:
    """The problem that tests on another expression set."""
    return {"tissue": f"platform-{other}", "problem": problem(experiment="platform", test_set=other)}
