"""The average score of a method, over seeds and without each dataset: what comparisons of methods rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geneboard.benchmark.report.intervals import Interval


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

    @property
    def range_over_seeds(self) -> Interval | None:
        """The interval over seeds; of a deterministic method with one seed the score itself."""
        if self.seeds_interval is None and self.deterministic:
            return Interval(self.value, self.value)
        return self.seeds_interval
