"""Landmarks are found whatever names a plate has."""

from __future__ import annotations

import pandas as pd
import pytest

from geneboard.benchmark.tasks.inference.predict.identifiers import match_landmarks, with_platform_names
from geneboard.datasets.errors import InputError

MODEL = with_platform_names(
    pd.DataFrame(
        {
            "symbol": ["AARS", "CABC1", "T1", "CTSL"],
            "entrez": ["16", "56997", "900", ""],
            "feature_space": ["landmark", "landmark", "inferred", "landmark"],
        },
        index=["a", "b", "c", "d"],
    )
)
LANDMARKS = MODEL[MODEL.feature_space == "landmark"]


def found(names: list[object], **columns: list[object]) -> tuple[str, str, list[int]]:
    match = match_landmarks(LANDMARKS, pd.DataFrame(columns, index=pd.Index(names)), "plate")
    return match.system, match.column, match.rows.tolist()


def test_platform_names_are_added() -> None:
    assert list(MODEL.entrez) == ["16", "56997", "900", "1514"]
    assert list(MODEL.ensembl) == ["ENSG00000090861", "ENSG00000163050", "", "ENSG00000135047"]


@pytest.mark.parametrize(
    ("names", "system"),
    [
        (["x", "1514", "16", "56997"], "entrez"),
        (["x", "ENSG00000135047.12", "ENSG00000090861", "ENSG00000163050.3"], "ensembl"),
        (["x", "CTSL", "AARS", "CABC1"], "symbol"),
        (["x", "CTSL1", "AARS", "COQ8A"], "symbol"),  # former, training's own, current
        (["x", "CTSL1", "AARS", "ADCK3"], "symbol"),
    ],
)
def test_every_system(names: list[object], system: str) -> None:
    assert found(names) == (system, "", [2, 3, 1])
    assert found([1, 2, 3, 4], number=[16, 2, 3, 4], which=names) == (system, "which", [2, 3, 1])


def test_numbers_beside_missing_ones_are_entrez_ids() -> None:
    for numbers in ([16.0, None, 1514.0], ["16.0", "", "1514.0"]):
        assert found(["p", "q", "r"], entrez=numbers) == ("entrez", "entrez", [0, -1, 2])


def test_the_system_with_most_landmarks_wins() -> None:
    assert found(["16", "B", "C"], s=["AARS", "CTSL", "z"]) == ("symbol", "s", [0, -1, 1])


def test_other_letters_are_another_gene() -> None:
    assert found(["Aars", "Ctsl"])[2] == [-1, -1, -1]


@pytest.mark.parametrize("twice", [["AARS", "CTSL", "AARS"], ["AARS", "CTSL", "CTSL1"]])
def test_a_landmark_twice(twice: list[object]) -> None:
    with pytest.raises(InputError, match="appears 2 times by symbol") as raised:
        found(twice)
    assert str(raised.value).endswith("one row of each gene is needed.")


def test_another_gene_twice_does_not_matter() -> None:
    assert found(["AARS", "T1", "T1"])[2] == [0, -1, -1]
