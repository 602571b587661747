"""The figures of the table across tissues: the joint scores of all tissues, and the mean ranks."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from geneboard.benchmark.report.figures import dot_interval
from geneboard.benchmark.report.figures.style import KIND_LOOKS, Heading
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.report.statistics.friedman import RankTest
from geneboard.benchmark.report.statistics.paired import ALPHA
from geneboard.benchmark.report.wording import listed
from geneboard.benchmark.tasks.embedding.across.across import Across
from geneboard.benchmark.tasks.embedding.across.sentences import across_verdict
from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS


def across_figures(across: Across) -> list[Figure]:
    """Return the joint scores over all tissues, if any method has them, and the mean ranks, if tested."""
    scored = across.frame["mean_joint_score"].notna() & (across.frame["kind"] != "control")
    scores = [_joint_scores(across)] if scored.any() else []
    return [*scores, *([_mean_ranks(across, across.test)] if across.test else [])]


def _joint_scores(across: Across) -> Figure:
    """Return the figure of the mean joint scores, with the score of each tissue and their range."""
    frame, tissues = across.frame, across.tissues
    scores = frame[[f"{tissue}_joint_score" for tissue in tissues]]
    mean = frame["mean_joint_score"]
    points = pd.DataFrame(
        {
            "row": range(len(frame)),
            "series": frame["kind"],
            "value": mean,
            "low": scores.min(axis=1).where(mean.notna()),
            "high": scores.max(axis=1).where(mean.notna()),
            "text": "scored in " + frame["tissues_ranked"] + " tissues",
        }
    )
    rows, places = np.nonzero((scores.notna() & mean.notna().to_numpy()[:, None]).to_numpy())
    single = pd.DataFrame({"row": rows, "value": scores.to_numpy()[rows, places]})
    verdict = across_verdict(frame, tissues, across.test)
    methods = frame.loc[(frame["kind"] != "control") & mean.notna()]
    order = ", ".join(
        f"{title} {number(score, 2)}"
        for title, score in zip(methods["title"], methods["mean_joint_score"], strict=True)
    )
    level = number(NOT_ABOVE_CONTROLS, 2)
    return Figure(
        "joint_scores",
        partial(
            dot_interval.draw,
            Heading.of(across, verdict.partition(";")[0].rstrip(".")),
            list(frame["title"]),
            [
                dot_interval.Panel(
                    "joint score (higher is better), mean over tissues",
                    points,
                    line=NOT_ABOVE_CONTROLS,
                    span=(0.0, 1.0),
                    single=single,
                )
            ],
            KIND_LOOKS,
            apart=int((frame["kind"] == "control").sum()),
            words=dot_interval.Words(
                bar="lowest to highest tissue",
                single="one tissue",
                line=f"level of no knowledge ({level})",
            ),
            notes=[f"Tissues: {listed(tissues)}."],
        ),
        alt=f"Mean joint score over {len(tissues)} tissues, best first: {order}. The level of no "
        f"knowledge is {level}.",
        caption="Mean joint score over the tissues, and that of each; the dashed line is the level of no "
        "knowledge, which controls do not exceed.",
        wide=True,
    )


def _mean_ranks(across: Across, test: RankTest) -> Figure:
    ranks = test.mean_ranks
    half = test.critical_difference / 2
    points = pd.DataFrame(
        {"row": range(len(ranks)), "series": "", "value": ranks, "low": ranks - half, "high": ranks + half}
    )
    behind = [title for title, rank in ranks.items() if rank - ranks.iloc[0] > test.critical_difference]
    finding = (
        f"{ranks.index[0]} has the lowest mean rank over {test.n_tissues} tissues, {number(ranks.iloc[0], 2)}"
    )
    order = ", ".join(f"{title} {number(rank, 2)}" for title, rank in ranks.items())
    distance = number(test.critical_difference, 2)
    return Figure(
        "critical_difference",
        partial(
            dot_interval.draw,
            Heading.of(across, f"{finding}; told apart from {len(behind)} of {len(ranks) - 1} others"),
            list(map(str, ranks.index)),
            [dot_interval.Panel("mean rank by joint score (1 is best)", points, span=(1.0,))],
            {"": KIND_LOOKS["published"]},
            right=[number(rank, 2) for rank in ranks],
            words=dot_interval.Words(bar=f"± half of the critical difference, {distance}"),
            notes=[
                "Methods whose bars have no rank in common differ by more than the critical difference "
                f"(Nemenyi's test, level {ALPHA:g})."
            ],
        ),
        alt=f"Mean ranks over {len(across.tissues)} tissues, best first: {order}. The critical "
        f"difference is {distance}.",
        caption="Mean rank over the tissues. Methods whose bars have no rank in common are told apart.",
    )
