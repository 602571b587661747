"""The average score of a row."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.report.intervals import seeds_interval
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.statistics.paired import AverageScore
from geneboard.benchmark.tasks.embedding.board.leave_one_out import DatasetIntervals
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS
from geneboard.benchmark.tasks.embedding.board.scale import Scale


def average_score(row: Row, scale: Scale, datasets: DatasetIntervals | None) -> AverageScore | None:
    """Return the average score of a row, or None if it has no scores or there is no scale."""
    value = scale.average(row.means) if row.scored else None
    if value is None:
        return None
    scores = _per_seed(row, scale)
    return AverageScore(
        name=row.name,
        title=row.title,
        value=value,
        per_seed=dict(zip((record["seed"] for record in row.scored), scores, strict=True)),
        seeds_interval=seeds_interval(scores),
        deterministic=row.first["deterministic"],
        failed_seeds=tuple(record["seed"] for record in row.records if record["status"] != "ok"),
        without=datasets.average_without if datasets else (),
        no_datasets=datasets.no_average if datasets else "a control",
    )


def _per_seed(row: Row, scale: Scale) -> Sequence[float]:
    """Return the average score of each seed; their mean is the row's.

    A metric that has no value in some seed counts 0 in all, as it does in the row.
    """
    per_metric = {metric: row.per_seed(metric) for metric in METRICS}
    scores = []
    for seed in range(len(row.scored)):
        score = scale.average({metric: of[seed] if of else None for metric, of in per_metric.items()})
        assert score is not None  # the scale is defined, or the row would have no average score
        scores.append(score)
    return scores
