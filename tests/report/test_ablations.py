"""What the parts of a method do, on scores that can be followed by hand."""

from __future__ import annotations

from typing import Any

import pytest
from report_cells import cell, scores
from scipy import stats

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding.across.ablations import Ablations, ablations
from geneboard.benchmark.tasks.embedding.across.ablations_section import ablations_section
from geneboard.benchmark.tasks.embedding.board.board import leaderboards

TISSUES = ("heart", "lung", "pbmc")
WHOLE = (0.5, 0.6, 0.7)
CHANGED = {
    "share_weights": (False, (0.3, 0.41, 0.49)),
    "similarity_weight": (0.0, (0.6, 0.5, 0.7)),
    "encoder": ("gcn", (0.6, 0.71, 0.8)),
}


def without(value: float, *by: float) -> dict[str, Any]:
    return {f"scrna_lung__{name}": scores(value + one) for name, one in zip("abc", by, strict=True)}


def records(kept: dict[str, Any], tissues: tuple[str, ...] = TISSUES) -> list[Record]:
    """Cells of a method and its changes, with three groups of datasets each; `kept` is set in all of them."""
    found = []
    for name, (setting, values) in {"": (None, WHOLE), **CHANGED}.items():
        overrides = kept | ({name: setting} if name else {})
        for place, tissue in enumerate(tissues):
            apart = (0.01, -0.02, 0.03) if name == "encoder" else (0.02, -0.02, 0.01)
            groups = without(values[place], *apart)
            more: dict[str, Any] = {"tissue": tissue, "title": "MuSe-GNN", "overrides": overrides}
            found.append(cell("musegnn", 0, values[place], **more, without_group=groups))
            if name != "encoder":  # a seed that not both have says nothing of their difference
                found.append(cell("musegnn", 1, values[place], **more))
    return found


def found_in(own: list[Record]) -> Ablations:
    (one,) = ablations(leaderboards(own))
    return one


@pytest.mark.parametrize("kept", [{}, {"epochs": 30}], ids=["preset", "with a setting kept"])
def test_by_hand(kept: dict[str, Any]) -> None:
    found = found_in(records(kept))
    frame = found.frame.set_index("change")
    assert found.tissues == TISSUES
    assert set(frame["title"]) == {"MuSe-GNN" + ("[epochs=30]" if kept else "")}
    assert frame["verdict"].to_dict() == {
        "share_weights=false": "costs",
        "similarity_weight=0.0": "cannot be told",
        "encoder=gcn": "helps",
    }
    for name, (_, values) in CHANGED.items():
        line = frame.loc[next(change for change in frame.index if change.startswith(name))]
        apart = [value - whole for value, whole in zip(values, WHOLE, strict=True)]
        common = 1 if name == "encoder" else 2
        assert line["seeds"] == ", ".join(f"{tissue} {common}" for tissue in TISSUES)
        assert line[list(TISSUES)].to_list() == pytest.approx(apart, abs=1e-9)
        low, high = stats.ttest_1samp(apart, 0).confidence_interval()
        assert line[["difference_low", "difference_high"]].to_list() == pytest.approx([low, high], abs=1e-9)


@pytest.mark.parametrize(
    ("second", "word"),
    [(None, "cannot be told"), (0.6, "helps")],
    ids=["one seed", "seeds agree"],
)
def test_of_a_single_tissue_two_trainings_are_needed(second: float | None, word: str) -> None:
    own = records({}, ("heart",))
    about: dict[str, Any] = {"tissue": "heart", "title": "MuSe-GNN", "overrides": {"encoder": "gcn"}}
    more = [] if second is None else [cell("musegnn", 1, second, **about)]
    line = found_in([*own, *more]).frame.set_index("change").loc["encoder=gcn"]
    assert line["difference_low"] > 0
    assert line["verdict"] == word


def test_single_tissue_has_the_interval_over_its_datasets() -> None:
    line = found_in(records({}, ("lung",))).frame.set_index("change").loc["encoder=gcn"]
    apart = [-0.01, 0.0, 0.02]  # by which the two differ more without a group
    mean = sum(apart) / 3
    error = (2 / 3 * sum((one - mean) ** 2 for one in apart)) ** 0.5
    half = stats.t.ppf(0.975, 2) * error
    ends = [0.1 - half, 0.1 + half]
    for name in ("lung", "difference"):
        assert line[[name, f"{name}_low", f"{name}_high"]].to_list() == pytest.approx([0.1, *ends], abs=1e-9)


def test_what_is_said() -> None:
    section = ablations_section(found_in(records({})))
    assert section.verdict == (
        "Other settings: costs: share_weights=false; helps: encoder=gcn; "
        "cannot be told: similarity_weight=0.0."
    )
    (table,) = section.tables
    (part,) = table.parts_in("md")
    assert [cell.text for cell in table.cells(part, "md")[0]] == [
        *("MuSe-GNN", "share_weights=false"),
        *("-0.200", "-0.190", "-0.210"),  # the same difference without each group: no error to tell
        *("-0.200 (-0.225..-0.175)", "costs", "heart 2, lung 2, pbmc 2"),
    ]


def test_rows_without_a_partner_say_nothing() -> None:
    alone = [record for record in records({}) if record["overrides"]]
    assert not ablations(leaderboards(alone))
    assert not ablations(leaderboards(record for record in records({}) if not record["overrides"]))


def test_a_change_is_held_against_the_row_that_has_most_in_common() -> None:
    longer = {"epochs": 500}
    both = {**longer, "share_weights": False}
    values = [
        ({}, 0.5, (0, 1)),
        (longer, 0.8, (0, 1)),
        (both, 0.6, (0,)),
        ({"trained_on": "a+b"}, 0.1, (0, 1)),
    ]
    own = [
        cell("musegnn", seed, value, title="MuSe-GNN", overrides=overrides)
        for overrides, value, seeds in values
        for seed in seeds
    ]
    own.append(cell("musegnn", 2, 0.0, title="MuSe-GNN", overrides=both))  # a seed that the other lacks
    found = found_in(own).frame.set_index(["title", "change"])["lung"].to_dict()
    assert found == pytest.approx(
        {("MuSe-GNN", "epochs=500"): 0.3, ("MuSe-GNN[epochs=500]", "share_weights=false"): -0.2}
    )
