"""What a measure asks with which model, and what stands beside its number."""

from __future__ import annotations

import pytest

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.tasks.biology.definitions import MEASURES, Beside, Unit
from geneboard.benchmark.tasks.biology.questions import MODELS, questions_about


@pytest.mark.parametrize(
    ("beside", "number", "text"),
    [
        (Beside("AUC_z", "z {}", 1), "2.5", "z 2.5"),
        (Beside("AUC_z", "z {}", 1), MISSING, f"z {MISSING}"),
        (Beside("changed_genes", "{} changed", 0, without="effects only"), "0", "0 changed"),
        (Beside("changed_genes", "{} changed", 0, without="effects only"), MISSING, "effects only"),
    ],
)
def test_what_stands_beside_a_number(beside: Beside, number: str, text: str) -> None:
    assert beside.text(number) == text


@pytest.mark.parametrize("asks", sorted({measure.asks for measure in MEASURES.values()}))
def test_only_what_is_predicted_is_asked_of_every_model(asks: Unit) -> None:
    asked = [(one.measure, one.model) for one in questions_about("k", "0", asks, MODELS, datasets=2)]
    models = MODELS if asks in ("labels", "terms") else ("",)
    assert asked == [(one.name, model) for one in MEASURES.values() if one.asks == asks for model in models]


def test_every_score_that_stands_beside_or_has_an_interval_is_one_of_the_measure() -> None:
    for one in MEASURES.values():
        others = [*one.with_interval, *([one.beside.score] if one.beside else [])]
        assert set(others) <= set(one.scores[1:]), one.name
