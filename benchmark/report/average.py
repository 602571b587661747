"""The average score of a row, over seeds and without each dataset: what comparisons of methods rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geneboard.benchmark.report.columns import METRICS
from geneboard.benchmark.report.intervals import Interval, seeds_interval
from geneboard.benchmark.report.leave_one_out import DatasetIntervals
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.scale import Scale


@dataclass(frozen=True)
class AverageScore:
    """The average score of a row that has one; higher is better.

    Attributes
    ----------
    name, title
        Of the row.
    value
        The score that the leaderboard shows, the mean over seeds.
    per_seed
        The score of each seed on the fixed scale of the leaderboard.
    seeds_interval
        Its uncertainty over seeds; None for a single seed.
    deterministic
        True if another seed would give the same embedding.
    failed_seeds
        Seeds that have no scores.
    without
        The score of the first seed without each dataset, in the order of the datasets, the scale set anew
        each time; empty if there are none.
    no_datasets
        Why there are none.
    """

    name: str
    title: str
    value: float
    per_seed: Mapping[int, float]
    seeds_interval: Interval | None = None
    deterministic: bool = False
    failed_seeds: tuple[int, ...] = ()
    without: tuple[float, ...] = ()
    no_datasets: str = ""

    @classmethod
    def of(cls, row: Row, scale: Scale, datasets: DatasetIntervals | None) -> AverageScore | None:
        """Return the average score of a row, or None if it has no scores or there is no scale."""
        value = scale.average(row.means) if row.scored else None
        if value is None:
            return None
        scores = _per_seed(row, scale)
        return cls(
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

    @property
    def range_over_seeds(self) -> Interval | None:
        """The interval over seeds; of a deterministic method with one seed the score itself."""
        if self.seeds_interval is None and self.deterministic:
            return Interval(self.value, self.value)
        return self.seeds_interval


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
