"""The steps of a degradation run: which there are, what each depends on, what was found of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.cells import provenance
from geneboard.benchmark.records.record import Scores
from geneboard.benchmark.tasks.embedding.sensitivity import degradations
from geneboard.benchmark.tasks.embedding.sensitivity.degradations import random_rows
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS

if TYPE_CHECKING:
    from geneboard.metrics.base import EmbeddingRows


@dataclass(frozen=True)
class Step:
    """One worse embedding to score.

    Attributes
    ----------
    degradation
        Name of a degradation, or of the control.
    level
        How far; the control has level 1.
    repeat
        Number of the repeat, from 0.
    seed
        Seed of everything random in it.
    """

    degradation: str
    level: float
    repeat: int
    seed: int

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{self.degradation} {self.level:g} repeat {self.repeat}"

    def apply(self, rows: EmbeddingRows) -> EmbeddingRows:
        """Return the worse embedding."""
        if self.degradation == CONTROL:
            return random_rows(rows, self.seed)
        return DEGRADATIONS[self.degradation].apply(rows, self.level, self.seed)


@dataclass(frozen=True)
class StepEnd:
    """Scores of a step, or why there are none."""

    scores: Scores
    error: str = ""


def steps_of(tissue: str, repeats: int) -> list[Step]:
    """Return the steps beyond the untouched embedding, and the control; all first repeats come first.

    The seed is that of the repeat, the same for all its levels.
    """
    ways = [(entry.name, entry.levels[1:], repeats if entry.random else 1) for entry in DEGRADATIONS.values()]
    steps = [
        Step(name, float(level), repeat, provenance.derived_seed("sensitivity", tissue, name, index=repeat))
        for name, levels, count in [(CONTROL, (1.0,), repeats), *ways]
        for level in levels
        for repeat in range(count)
    ]
    return sorted(steps, key=lambda step: step.repeat)


def step_code() -> str:
    """Return the hash of the sources that make the embedding of a step worse."""
    return provenance.code_hash([Path(degradations.__file__)])


def step_key(step: Step, embedding_key: str, code: str) -> str:
    """Return the hash of what determines the scores of a step.

    Parameters
    ----------
    step
        What is done.
    embedding_key
        Key of the record of the good embedding: data, method, versions and metrics are in it.
    code
        Result of `step_code`.
    """
    content = [step.degradation, step.level, step.seed, embedding_key, code]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
