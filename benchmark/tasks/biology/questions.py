"""What is asked of an embedding: a question about a piece of knowledge, and the scores that answer it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.biology.definitions import MEASURES, Measure, Unit

MODELS = ("logistic", "forest")
"""Models that predict labels from vectors."""


@dataclass(frozen=True)
class Question:
    """A measure of a piece of knowledge; its fields are in records and in the keys of cells.

    Attributes
    ----------
    measure
        Name of the measure.
    knowledge, digest
        Name of the gene sets or the labels, and the sha256 of what they are.
    model
        What predicts labels, ``"logistic"`` or ``"forest"``; empty for gene sets and regulators.
    """

    measure: str
    knowledge: str
    digest: str
    model: str = ""

    @classmethod
    def of(cls, record: Record) -> Question:
        """Return the question of a record of this task."""
        return cls(**record["question"])

    @property
    def about(self) -> Measure:
        """The measure."""
        return MEASURES[self.measure]

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{self.about.title}: {self.knowledge}" + (" (forest)" if self.model == "forest" else "")

    @property
    def column(self) -> str:
        """Name of its column: the same for other versions of the knowledge."""
        return "_".join(filter(None, (self.measure, self.knowledge, self.model if self.is_second else "")))

    @property
    def is_second(self) -> bool:
        """Whether another model than the usual one answers it."""
        return self.model not in ("", MODELS[0])

    @property
    def place(self) -> tuple[int, str, str]:
        """Where it stands among others."""
        return list(MEASURES).index(self.measure), self.knowledge, self.model

    @property
    def facts(self) -> dict[str, Any]:
        """What a record has of it."""
        return {"question": asdict(self)}

    @property
    def versions(self) -> dict[str, int]:
        """The version of each of its scores."""
        return dict.fromkeys(self.about.scores, self.about.version)


def questions_about(
    name: str,
    digest: str,
    asks: Unit,
    models: Sequence[str],
    *,
    datasets: int,
    measures: Iterable[str] = MEASURES,
) -> list[Question]:
    """Return every question about a piece of knowledge that some datasets can answer.

    Parameters
    ----------
    name, digest
        Of the gene sets, labels or other knowledge.
    asks
        Which of them it is.
    models
        That predict labels.
    datasets
        How many there are: one alone cannot be predicted from others.
    measures
        Which are wanted.
    """
    found = []
    for measure in (MEASURES[name] for name in measures):
        if measure.asks == asks and not (measure.name == "across" and datasets < 2):
            found += [
                Question(measure.name, name, digest, model)
                for model in (models if asks in ("labels", "terms") else ("",))
            ]
    return found
