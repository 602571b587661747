"""Aggregates of a leaderboard, on tables that can be followed by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_cells import METRICS, cell, entry, three_methods

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.tasks.embedding.board.board import leaderboard, leaderboards, score_and_compare
from geneboard.benchmark.tasks.embedding.board.columns import COLUMNS
from geneboard.benchmark.tasks.embedding.board.scale import Scale, average_ranks

pytestmark = pytest.mark.usefixtures("small_scale")


def board(records: list[Record], **kwargs: Any) -> pd.DataFrame:
    return score_and_compare(records, **kwargs).frame.set_index("method", drop=False)


def test_three_methods_by_hand() -> None:
    frame = board(three_methods())
    assert list(frame.index) == ["a", "b", "c"]
    assert frame["average_score"].to_dict() == pytest.approx({"a": 4 / 6, "b": 3.5 / 6, "c": 1.5 / 6})
    assert frame["average_rank"].to_dict() == pytest.approx({"a": 10 / 6, "b": 11 / 6, "c": 15 / 6})
    assert frame.loc["a", list(METRICS)].to_list() == pytest.approx([0.9, 0.8, 0.3, 0.5, 0.6, 0.2])
    assert frame["seeds"].to_list() == [2, 2, 2]
    assert frame["status"].to_list() == ["ok"] * 3
    assert list(frame.columns) == [column.key for column in COLUMNS if column.value]
    assert frame.loc["a", ["wall_seconds", "peak_mb"]].to_list() == [10.5, 501.0]  # a mean and the highest
    assert frame["peak_device_mb"].isna().all()


def test_seed_range_by_hand() -> None:
    # a: ASW 0.8 in seed 0 scales to 0.75, 1.0 in seed 1 to 1.25; the other five metrics add 3, so that the
    # means of six are 3.75/6 and 4.25/6. b: AUC 0.6 scales to 0, 0.8 to 1; the others add 3: 3/6 and 4/6.
    frame = board(three_methods())
    assert frame.loc["a", ["ASW_low", "ASW_high"]].to_list() == [0.8, 1.0]
    assert frame.loc["a", ["AUC_low", "AUC_high"]].to_list() == [0.8, 0.8]
    ends = ["average_score_low", "average_score_high"]
    assert frame.loc["a", ends].to_list() == pytest.approx([3.75 / 6, 4.25 / 6])
    assert frame.loc["b", ends].to_list() == pytest.approx([3 / 6, 4 / 6])
    assert set(frame["seeds_interval"]) == {"range"}


def test_one_seed_has_no_interval_over_seeds() -> None:
    frame = board([cell("a", 0, 0.1), cell("b", 0, 0.2)])
    assert frame[[f"{metric}_low" for metric in METRICS]].isna().all(axis=None)
    assert frame["average_score_low"].isna().all()
    assert set(frame["seeds_interval"]) == {""}


def test_baseline_and_control_fall_outside_and_leave_scores_alone() -> None:
    # ASW from 0.5 to 0.9: 1.3 scales to 2; AUC from 0.6 to 0.8: 0.5 to -0.5.
    extra = [
        cell("base", 0, 1.3, 0.5, 0.3, 0.5, 0.2, 0.1, kind="baseline"),
        cell("noise", 0, 9.0, kind="control"),
    ]
    frame, before = board(three_methods() + extra), board(three_methods())
    assert frame.loc["base", "average_score"] == pytest.approx((2 - 0.5 + 0 + 0.5 + 0 + 0) / 6)
    assert frame.loc[before.index, "average_score"].to_dict() == before["average_score"].to_dict()
    assert list(frame.index)[-1] == "noise"  # controls stand last, however high they score
    assert frame.loc["noise", "average_score"] > frame["average_score"].drop("noise").max()
    assert pd.isna(frame.loc["noise", "average_rank"])


def test_tied_rows_share_their_rank() -> None:
    frame = board([cell("a", 0, 0.5), cell("b", 0, 0.5), cell("c", 0, 0.1)])
    assert frame["average_rank"].to_dict() == {"a": 1.5, "b": 1.5, "c": 3.0}


def test_metric_without_spread_scales_to_half_also_for_outsiders() -> None:
    records = [cell("a", 0, 0.3), cell("b", 0, 0.3), cell("plug", 0, 0.9, kind="plugin")]
    assert set(board(records)["average_score"]) == {0.5}


def test_rounding_is_no_spread() -> None:
    values = dict.fromkeys(METRICS, 0.3)
    nearly = dict.fromkeys(METRICS, 0.3 + 1e-16) | {"ASW": 0.1 + 0.2}
    scale = Scale.of({"x": values, "y": nearly})
    assert scale.average(nearly) == 0.5
    assert average_ranks({"x": values, "y": nearly}) == {"x": 1.5, "y": 1.5}


def test_undefined_scales_to_zero_ranks_last_and_sets_no_range() -> None:
    # iLISI: a undefined, b 0.4, c 0.2. If None counted as a value in the range, c would not scale to 0.
    records = [
        cell("a", 0, 1.0, 1.0, None, 1.0, 1.0, 1.0),
        cell("b", 0, 0.0, 0.0, 0.4, 0.0, 0.0, 0.0),
        cell("c", 0, 0.0, 0.0, 0.2, 0.0, 0.0, 0.0),
    ]
    frame = board(records)
    assert frame["average_score"].to_dict() == pytest.approx({"a": 5 / 6, "b": 1 / 6, "c": 0})
    # a: 1 five times, 3 once; b: 2.5 five times, 1 once.
    assert frame["average_rank"].to_dict() == pytest.approx({"a": 8 / 6, "b": 13.5 / 6, "c": 14.5 / 6})
    assert frame.loc["a", "undefined"] == "iLISI undefined: no common genes"
    assert pd.isna(frame.loc["a", "iLISI"])


def test_metric_undefined_in_one_seed_is_undefined_for_the_row() -> None:
    records = [*three_methods(), cell("a", 2, 0.9, 0.8, None, 0.5, 0.6, 0.2)]
    frame = board(records)
    assert pd.isna(frame.loc["a", "iLISI"])
    assert pd.isna(frame.loc["a", "iLISI_low"])
    assert frame.loc["a", "undefined"] == "iLISI undefined in 1 of 3 seeds: no common genes"
    # iLISI counts 0 in every seed, so the interval lies around the row's score (seed 2 has it in the middle).
    low, score, high = frame.loc["a", ["average_score_low", "average_score", "average_score_high"]]
    assert low < score < high
    assert (low + high) / 2 == pytest.approx(score)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "missing"])
def test_a_metric_without_a_finite_value_is_undefined(value: float | str | None) -> None:
    records = three_methods()
    why = "the record has no finite value"
    records[4]["scores"]["GC"] = {"value": value, "status": "ok", "reason": ""}  # type: ignore[typeddict-item]
    if value == "missing":
        del records[4]["scores"]["GC"]
        why = "not in the record"
    frame = board(records)
    assert pd.isna(frame.loc["c", "GC"])
    assert frame.loc["c", "undefined"] == f"GC undefined in 1 of 2 seeds: {why}"


def test_extra_metrics_are_shown_and_count_nothing() -> None:
    records = three_methods()
    for record in records:
        record["scores"]["module_nmi"] = entry({"a": 0.1, "b": 0.2, "c": 0.9}[record["method"]])
    frame = board(records)
    assert frame["module_nmi"].to_dict() == pytest.approx({"a": 0.1, "b": 0.2, "c": 0.9})
    assert frame["AUC_offdiag"].isna().all()
    assert set(frame["undefined"]) == {""}
    assert frame["average_score"].to_dict() == board(three_methods())["average_score"].to_dict()


def test_what_decoders_reach_is_a_mean_over_seeds_and_no_ranking() -> None:
    records = three_methods()
    for record in records:
        reached = {"a": 0.9 + record["seed"] / 20, "b": 0.7}.get(record["method"])
        record["scores"]["decoder_AUC"] = entry(reached, "has no decoder")
    frame = board(records)
    expected = {"a": 0.925, "b": 0.7, "c": float("nan")}
    assert frame["decoder_AUC"].to_dict() == pytest.approx(expected, nan_ok=True)
    assert frame["average_score"].to_dict() == board(three_methods())["average_score"].to_dict()
    (made,) = leaderboards(records)
    column = next(column for column in COLUMNS if column.key == "decoder_AUC")
    assert not column.better
    cells = {line["method"]: column.cell(line, "html") for line in made.lines}
    assert {name: cell.text for name, cell in cells.items()} == {"a": "0.925", "b": "0.700", "c": "undef"}
    assert cells["c"].reason == "decoder_AUC undefined in 2 of 2 seeds: has no decoder"


def test_failed_row_is_last_has_a_reason_and_no_scores() -> None:
    frame = board([*three_methods(), cell("dead", 0), cell("dead", 1)])
    assert list(frame.index)[-1] == "dead"
    dead = frame.loc["dead"]
    assert dead["status"] == "failed"
    assert dead["reason"] == "seeds 0, 1 failed: ValueError: the loss is not finite"
    assert dead[[*METRICS, "average_score"]].isna().all()
    assert dead["average_rank"] == 4
    assert (dead["seeds"], dead["seeds_failed"]) == (0, 2)
    assert not dead["sets_range"]
    assert frame["average_rank"].drop("dead").to_dict() == board(three_methods())["average_rank"].to_dict()


def test_undefined_rows_share_the_last_ranks_and_failed_ones_those_behind_them() -> None:
    undefined = [cell(name, 0, *[None] * 6) for name in "bc"]
    ranks = board([cell("a", 0, 0.9), *undefined, cell("x", 0), cell("y", 0)])["average_rank"]
    assert ranks.to_dict() == {"a": 1, "b": 2.5, "c": 2.5, "x": 4.5, "y": 4.5}


def test_partly_failed_row_uses_the_good_seeds() -> None:
    extra = [
        cell("p", 0, 0.5, kind="plugin"),
        cell("p", 1, kind="plugin", status="timeout", reason="over 60 s"),
    ]
    extra.append(cell("p", 2, 0.7, kind="plugin"))
    row = board(three_methods() + extra).loc["p"]
    assert row["status"] == "ok (2 of 3 seeds)"
    assert row["reason"] == "seed 1 timeout: over 60 s"
    assert row["ASW"] == pytest.approx(0.6)
    assert (row["seeds"], row["seeds_failed"]) == (2, 1)


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        (["skipped"], "skipped"),
        (["skipped", "oom"], "oom"),
        (["timeout", "failed"], "failed"),
        (["oom", "failed"], "failed"),
    ],
)
def test_status_of_a_row_without_scores_is_the_worst(statuses: list[str], shown: str) -> None:
    extra = [cell("p", seed, status=status, reason="r") for seed, status in enumerate(statuses)]
    assert board(three_methods() + extra).loc["p", "status"] == shown


def test_variant_is_a_row_that_sets_no_range_and_has_no_published_score() -> None:
    # The variant is far above all others: were it in the range, the scores of a, b and c would fall.
    variant = cell("a", 0, 5.0, overrides={"lr": 0.01, "epochs": 500, "graph": "knn"})
    plugin = cell("mine", 0, 0.5, kind="plugin", title="B")
    frame = board([*three_methods(), variant, plugin], published={"A": 0.96, "B": 0.5, "OTHER": 0.1})
    name = "a[epochs=500,graph=knn,lr=0.01]"
    assert frame.loc[name, "title"] == "A[epochs=500,graph=knn,lr=0.01]"
    assert frame.loc["a", "average_score"] == pytest.approx(4 / 6)
    assert frame["sets_range"].to_dict() == {
        **dict.fromkeys("abc", True),
        **dict.fromkeys((name, "mine"), False),
    }
    assert frame["published_score"].dropna().to_dict() == {"a": 0.96, "b": 0.5}


def test_variant_sets_the_range_where_the_method_itself_has_no_scores() -> None:
    # Each metric runs from 0 (b) to 5 (the variant of a): 1 for the variant, 0 for b, 0.2 for c.
    variant = cell("a", 0, 5.0, overrides={"epochs": 500})
    failed = cell("a", 0, status="failed", reason="RuntimeError: no", scores={})
    frame = board([failed, variant, cell("b", 0, 0.0), cell("c", 0, 1.0)])
    assert frame["sets_range"].to_dict() == {"a": False, "a[epochs=500]": True, "b": True, "c": True}
    assert frame["average_score"].dropna().to_dict() == pytest.approx({"a[epochs=500]": 1, "b": 0, "c": 0.2})


@pytest.mark.parametrize("published", [0, 1])
def test_fewer_than_two_published_rows_have_no_average_score(published: int) -> None:
    records = [cell("p", 0, 0.1, kind="plugin"), cell("q", 0, 0.2, kind="plugin"), cell("dead", 0)]
    records += [cell("a", 0, 0.3)] * published
    frame = board(records)
    assert frame["average_score"].isna().all()
    assert frame["average_rank"].notna().all()
    assert list(frame.index) == ["a"] * published + ["q", "p", "dead"]  # then the rank decides


def test_failed_controls_stand_below_scored_ones_also_without_an_average_score() -> None:
    records = [cell("a", 0, 0.3), cell("bad", 0, kind="control"), cell("good", 0, 0.1, kind="control")]
    assert list(board(records).index) == ["a", "good", "bad"]


def test_same_cell_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="increasing seeds"):
        leaderboard([cell("a", 0, 0.1), cell("a", 0, 0.2)])
    with pytest.raises(ValueError, match="at least one record"):
        leaderboard([])


def test_five_published_methods_set_the_scale_or_those_of_a_reference_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geneboard.benchmark.tasks.embedding.board.scale.MIN_ROWS", 5)
    five = [cell(name, 0, i / 4) for i, name in enumerate("abcde")]
    plugin = cell("p", 0, 0.6, kind="plugin")
    four = [*five[1:], plugin]
    assert board([*five, plugin]).loc["p", "average_score"] == pytest.approx(0.6)
    assert board(four)["average_score"].isna().all()
    # The reference runs from -1 to 1, but where the table has five methods it says nothing.
    rows = make_rows([cell("z", 0, -1.0), *five])
    assert board(four, reference=rows).loc["p", "average_score"] == pytest.approx(0.8)
    assert board([*five, plugin], reference=rows).loc["p", "average_score"] == pytest.approx(0.6)
    assert board(four, reference=rows[:4])["average_score"].isna().all()


values = st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=6, max_size=6)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(values, min_size=2, max_size=5),
    st.lists(st.tuples(st.sampled_from(["plugin", "baseline", "control", "variant"]), values), max_size=3),
)
def test_outsiders_change_no_published_score(published: list, outsiders: list) -> None:
    records = [cell(f"m{i}", 0, *row) for i, row in enumerate(published)]
    extra = [
        cell("m0", 0, *row, overrides={"n": i}) if kind == "variant" else cell(f"x{i}", 0, *row, kind=kind)
        for i, (kind, row) in enumerate(outsiders)
    ]
    before, after = board(records), board(records + extra)
    scored = ["average_score", "average_score_low", "average_score_high"]
    pd.testing.assert_frame_equal(after.loc[before.index, scored], before[scored], check_exact=True)
    controls = [record for record in extra if record["kind"] == "control"]
    ranks = board(records + controls).loc[before.index, "average_rank"]
    pd.testing.assert_series_equal(ranks, before["average_rank"], check_exact=True)


@settings(max_examples=25, deadline=None)
@given(st.lists(values, min_size=2, max_size=6))
def test_scores_of_published_rows_lie_within_and_ranks_add_up(published: list) -> None:
    frame = board([cell(f"m{i}", 0, *row) for i, row in enumerate(published)])
    assert frame["average_score"].between(0, 1).all()
    n = len(published)
    assert frame["average_rank"].sum() == pytest.approx(n * (n + 1) / 2)


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_records_makes_no_difference(random) -> None:
    records = [*three_methods(), cell("dead", 0), cell("noise", 0, 0.3, kind="control")]
    records += [cell("a", 0, 0.2, overrides={"epochs": n}) for n in (1, 2)]
    shuffled = list(records)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(leaderboard(shuffled), leaderboard(records), check_exact=True)
