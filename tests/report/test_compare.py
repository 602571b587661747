"""Two result folders side by side: verdicts by hand, what is refused, and what else is told."""

from __future__ import annotations

import copy
import warnings
from itertools import combinations
from math import comb
from pathlib import Path

import pandas as pd
import pytest
from report_cells import METRICS, cell, three_methods

from benchmark.record import Record
from benchmark.report.columns import SCORED
from benchmark.report.compare import COMPARISON_COLUMNS, FolderComparison, compare_folders
from benchmark.report.compare_tables import (
    render_comparison_latex,
    render_comparison_markdown,
    render_comparison_text,
    write_comparison,
)
from datasets.base import InputError


def compared(ours: list[Record], theirs: list[Record]) -> FolderComparison:
    return compare_folders("one", ours, "two", theirs)


def verdicts(comparison: FolderComparison) -> dict[tuple[str, str], str]:
    frame = comparison.frame
    return dict(zip(zip(frame["method"], frame["metric"], strict=True), frame["verdict"], strict=True))


def sentences(comparison: FolderComparison) -> str:
    (pair,) = comparison.pairs
    return "\n".join(pair.sentences)


def test_folder_against_itself_is_the_same() -> None:
    comparison = compared(three_methods(), copy.deepcopy(three_methods()))
    assert comparison.counts == {"same": 3 * 7}
    assert tuple(comparison.frame.columns) == COMPARISON_COLUMNS
    assert not comparison.not_compared
    assert sentences(comparison).splitlines()[0] == "6 of 6 cells in 1 and 6 in 2 are the same record."
    assert "Other" not in sentences(comparison)


def test_verdicts_by_hand() -> None:
    # ASW of a: 0.8..1.0 over two seeds. AUC of a: 0.8..0.8.
    theirs = three_methods()
    for record in theirs:
        if record["method"] == "a":
            record["scores"]["ASW"]["value"] += 0.15  # 0.95..1.15 overlaps
            record["scores"]["AUC"]["value"] += 1e-10
            record["scores"]["GC"]["value"] = 0.75  # 0.5..0.5 and 0.75..0.75
    comparison = compared(three_methods(), theirs)
    found = verdicts(comparison)
    assert {metric: found["a", metric] for metric in METRICS} == {
        "ASW": "within",
        "AUC": "same",
        "iLISI": "same",
        "GC": "exceeds",
        "CGR": "same",
        "NO": "same",
    }
    row = comparison.frame.set_index(["method", "metric"]).loc[("a", "ASW")]
    assert row[["value_1", "value_2", "difference"]].to_list() == pytest.approx([0.9, 1.05, 0.15])
    assert row[["low_1", "high_1", "low_2", "high_2"]].to_list() == pytest.approx([0.8, 1.0, 0.95, 1.15])
    assert row[["seeds_1", "seeds_2"]].to_list() == [2, 2]
    # The scale moves with a, so that the average of b falls: ASW 0 still, GC 0 instead of 0.5.
    row = comparison.frame.set_index(["method", "metric"]).loc[("b", "average_score")]
    assert row[["value_1", "value_2"]].to_list() == pytest.approx([3.5 / 6, 3 / 6])


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ((0.5,), (0.5,), "same"),
        ((0.5,), (0.6,), "no interval"),
        ((0.5,), (0.4, 0.6), "same"),  # the means are equal
        ((0.5,), (0.4, 0.7), "within"),
        ((0.4,), (0.4, 0.7), "within"),  # on the end of the interval
        ((0.3,), (0.4, 0.7), "exceeds"),
        ((0.4, 0.7), (0.8,), "exceeds"),
        ((0.1, 0.4), (0.4, 0.7), "within"),
        ((0.1, 0.3), (0.4, 0.7), "exceeds"),
        ((0.1, 0.4), (0.4 + 1e-6, 0.7), "exceeds"),
        ((0.1, 0.4), (0.4 - 1e-6, 0.7), "within"),
        ((0.1, 0.4), (0.4 + 1e-8, 0.7), "exceeds"),  # the tolerance is 1e-9
        ((0.1, 0.4), (0.4 + 1e-10, 0.7), "within"),
        ((0.4 - 1e-6,), (0.4, 0.7), "exceeds"),
        ((0.4 + 1e-6,), (0.4, 0.7), "within"),
        ((0.5,), (0.5 + 1e-8,), "no interval"),
        ((0.5,), (0.5 + 1e-10,), "same"),
        ((None,), (0.5,), "undefined in 1"),
        ((0.5,), (None,), "undefined in 2"),
        ((None,), (None,), "undefined in both"),
    ],
)
def test_verdict(ours: tuple[float | None], theirs: tuple[float | None], verdict: str) -> None:
    sides = [
        [cell("x", seed, value, 0.1, 0.1, 0.1, 0.1, 0.1) for seed, value in enumerate(values)]
        for values in (ours, theirs)
    ]
    assert verdicts(compared(*sides))["x", "ASW"] == verdict
    swapped = {"undefined in 1": "undefined in 2", "undefined in 2": "undefined in 1"}
    assert verdicts(compared(*sides[::-1]))["x", "ASW"] == swapped.get(verdict, verdict)


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ((0.5,), (0.5,), "same"),
        ((0.5,), (0.5 + 1e-10,), "same"),
        ((0.5,), (0.5 + 1e-6,), "exceeds"),
        ((0.5,), (0.5 - 1e-6,), "exceeds"),
        ((0.5, 0.5), (0.5 + 1e-6,), "exceeds"),
        ((None,), (0.5,), "undefined in 1"),
    ],
)
def test_deterministic_row_needs_no_second_seed(
    ours: tuple[float | None], theirs: tuple[float | None], verdict: str
) -> None:
    sides = [
        [
            cell("pca", seed, value, 0.1, 0.1, 0.1, 0.1, 0.1, deterministic=True)
            for seed, value in enumerate(values)
        ]
        for values in (ours, theirs)
    ]
    comparison = compared(*sides)
    assert verdicts(comparison)["pca", "ASW"] == verdict
    assert verdicts(comparison)["pca", "AUC"] == "same"
    assert "by chance" not in sentences(comparison)
    row = comparison.frame.set_index("metric").loc["ASW"]
    for side in ("1", "2"):
        ends = row[[f"low_{side}", f"high_{side}"]].to_list()
        assert ends == pytest.approx([row[f"value_{side}"]] * 2, nan_ok=True)


def with_pca(best_of_a: float) -> list[Record]:
    """The three methods with another ASW of a, which is the highest, and a deterministic fourth."""
    records = [*three_methods(), cell("pca", 0, 0.7, 0.7, 0.4, 0.5, 0.4, 0.2, deterministic=True)]
    for record in records[:2]:
        record["scores"]["ASW"]["value"] = best_of_a
    return records


def test_average_that_only_the_scale_moved_is_not_judged() -> None:
    # ASW of pca, 0.7 on 0.5..0.9 and then on 0.5..1.0, is 0.5 and then 0.4; all else stays.
    comparison = compared(with_pca(0.9), with_pca(1.0))
    found = verdicts(comparison)
    assert {metric: found["pca", metric] for metric in SCORED} == {
        **dict.fromkeys(METRICS, "same"),
        "average_score": "scale moved",
    }
    row = comparison.frame.set_index(["method", "metric"]).loc[("pca", "average_score")]
    assert row["difference"] == pytest.approx(-0.1 / 6, abs=1e-12)
    assert found["a", "ASW"] == "exceeds"
    assert found["a", "average_score"] == "same"  # still the highest: 1
    assert found["c", "average_score"] == "scale moved"  # of two equal seeds, whose ranges are apart
    assert found["b", "average_score"] == "same"  # still the lowest: 0
    told = "The scale of the average score moved, because published rows that set it differ: A (ASW)."
    assert told in sentences(comparison).splitlines()
    text = render_comparison_text(comparison)
    assert "-0.0167 s" in text
    assert "s scale moved: " in text
    assert "! PCA" not in text
    assert "| scale moved |" in render_comparison_markdown(comparison)
    assert "0.0167 s" in render_comparison_latex(comparison)


def test_average_is_judged_where_a_metric_of_the_row_differs() -> None:
    theirs = with_pca(1.0)
    theirs[-1]["scores"]["NO"]["value"] = 0.25
    comparison = compared(with_pca(0.9), theirs)
    assert verdicts(comparison)["pca", "average_score"] == "exceeds"


def test_only_rows_that_moved_an_end_are_named_for_the_scale() -> None:
    # AUC: c leaves the low end 0.6 and b, now 0.55, takes it; iLISI: c moves inside 0.3..0.5; NO of x, no
    # published method, is beyond all. A metric that is undefined in both is no change of the row.
    ours = [*with_pca(0.9), cell("x", 0, 0.6, 0.7, None, 0.5, 0.4, 0.9, kind="plugin")]
    theirs = copy.deepcopy(ours)
    for record in theirs:
        if record["method"] == "c":
            record["scores"]["AUC"]["value"] = 0.65
            record["scores"]["iLISI"]["value"] = 0.45
        if record["method"] == "b":
            record["scores"]["AUC"]["value"] = 0.55
        if record["method"] == "pca":
            record["scores"]["AUC"]["value"] = 0.68  # 0.7, an end in neither
    comparison = compared(ours, theirs)
    assert "differ: B (AUC), C (AUC)." in sentences(comparison)
    found = verdicts(comparison)
    assert found["x", "iLISI"] == "undefined in both"
    assert found["x", "average_score"] == "scale moved"
    theirs[-1]["scores"]["NO"]["value"] = 0.95
    assert verdicts(compared(ours, theirs))["x", "average_score"] == "no interval"


def test_rounding_that_the_scale_enlarges_is_said() -> None:
    def records(asw: float) -> list[Record]:
        return [cell("a", 0, asw, 0.1, 0.1, 0.1, 0.1, 0.1), cell("b", 0, 0.1), cell("c", 0, 0.1 + 1e-6)]

    comparison = compared(records(0.1 + 5e-7), records(0.1 + 5e-7 + 5e-10))
    assert verdicts(comparison)["a", "ASW"] == "same"
    assert verdicts(comparison)["a", "average_score"] == "scale moved"
    assert "The scale of the average score moved by rounding alone" in sentences(comparison)


def test_rows_in_one_folder_or_without_scores_are_listed() -> None:
    ours = [*three_methods(), cell("mine", 0, 0.3, kind="plugin"), cell("d", 0, 0.3)]
    theirs = [*three_methods(), cell("d", 0, reason="RuntimeError: no"), cell("e", 0, 0.2)]
    comparison = compared(ours, theirs)
    assert set(comparison.frame["method"]) == {"a", "b", "c"}
    assert sentences(comparison).splitlines()[:3] == [
        "Only in 1: MINE.",
        "Only in 2: E.",
        "Without scores in 2: D, seed 0 failed: RuntimeError: no.",
    ]


def test_plugin_of_the_same_name_is_another_method() -> None:
    theirs = [
        {**record, "kind": "plugin"} if record["method"] == "c" else record for record in three_methods()
    ]
    comparison = compared(three_methods(), theirs)
    assert set(comparison.frame["method"]) == {"a", "b"}
    assert "Only in 1: C.\nOnly in 2: C." in sentences(comparison)


def test_average_scores_are_scaled_by_the_methods_in_both() -> None:
    # c has the lowest AUC, CGR and NO of the first folder and is not in the second.
    theirs = [record for record in three_methods() if record["method"] != "c"]
    comparison = compared(three_methods(), theirs)
    frame = comparison.frame
    averages = frame.loc[frame["metric"] == "average_score"].set_index("method")
    # Of a and b alone, a is first in ASW, AUC and CGR, b in iLISI and NO, and GC is 0.5 for both.
    assert averages["value_1"].to_dict() == pytest.approx({"a": 3.5 / 6, "b": 2.5 / 6})
    assert set(averages["verdict"]) == {"same"}
    assert "scaled by those that are in both (A, B) and are not those of the leaderboards" in sentences(
        comparison
    )


def test_variant_that_stands_in_in_one_folder_only_moves_no_scale() -> None:
    # In the second folder the default failed, so that its variant would set the scale there alone.
    variant = cell("a", 0, 5.0, overrides={"epochs": 500})
    ours = [*three_methods(), variant]
    theirs = [
        *(record for record in three_methods() if record["method"] != "a"),
        cell("a", 0, reason="RuntimeError: no"),
        variant,
    ]
    comparison = compared(ours, theirs)
    assert set(verdicts(comparison).values()) == {"same"}
    assert set(comparison.frame["method"]) == {"a[epochs=500]", "b", "c"}


def test_too_few_published_methods_have_no_average_score() -> None:
    comparison = compared(three_methods(), three_methods()[:2])
    assert set(comparison.frame["metric"]) == set(METRICS)
    assert "No average score: fewer than two published methods have scores in both." in sentences(comparison)


def test_no_common_method_is_told() -> None:
    comparison = compared([cell("a", 0, 0.1)], [cell("b", 0, 0.1)])
    assert comparison.frame.empty
    text = render_comparison_text(comparison)
    assert "0 scores compared: none." in text
    assert "Only in 1: A." in text
    assert "Only in 2: B." in render_comparison_markdown(comparison)
    assert render_comparison_latex(comparison) == ""


def test_leaderboards_without_common_methods_go_beside_others() -> None:
    def on(tissue: str, *records: Record) -> list[Record]:
        return [{**record, "tissue": tissue} for record in records]

    both = [*on("heart", *three_methods()), *on("liver", cell("a", 0, 0.1, None, 0.1, 0.1, 0.1, 0.1))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        comparison = compared(
            [*on("brain", cell("a", 0, 0.1)), *both], [*on("brain", cell("b", 0, 0.1)), *both]
        )
        assert [len(pair.frame) for pair in comparison.pairs] == [0, 21, 6]
        assert comparison.counts == {"same": 26, "undefined in both": 1}
        assert len(comparison.frame) == 27
        assert comparison.frame["value_1"].dtype == float


def test_sources_of_the_same_data_are_compared_and_it_is_said() -> None:
    theirs = [{**record, "source": "files:copy"} for record in three_methods()]
    comparison = compared(three_methods(), theirs)
    assert comparison.counts == {"same": 21}
    assert "The source is called files:data in 1 and files:copy in 2; the data are the same" in sentences(
        comparison
    )


def test_same_source_goes_before_another_label_of_the_same_data() -> None:
    copied = [{**record, "source": "files:a_copy"} for record in three_methods()]
    comparison = compared(three_methods(), [*copied, *three_methods()])
    assert [(pair.first.source, pair.second.source) for pair in comparison.pairs] == [("files:data",) * 2]
    assert comparison.not_compared == ("lung (files:a_copy, quick) only in 2",)


def test_other_data_are_refused_and_named() -> None:
    hashes = {"scrna_lung__a": "1a", "scrna_lung__b": "CHANGED", "scrna_lung__d": "4d"}
    theirs = [{**record, "data_hashes": hashes} for record in three_methods()]
    with pytest.raises(InputError) as error:
        compared(three_methods(), theirs)
    assert str(error.value) == (
        "one (1) and two (2) cannot be compared: lung (files:data, quick) not compared: other data: "
        "scrna_lung__b differs; scrna_lung__c only in 1; scrna_lung__d only in 2"
    )
    heart = [{**record, "tissue": "heart"} for record in three_methods()]
    comparison = compared([*three_methods(), *heart], [*theirs, *heart])
    assert [pair.first.tissue for pair in comparison.pairs] == ["heart"]
    assert comparison.not_compared[0].startswith("lung (files:data, quick) not compared: other data")
    assert "Not compared: lung" in render_comparison_text(comparison)
    assert "Not compared: lung" in render_comparison_markdown(comparison)


def test_other_presets_are_refused_and_named() -> None:
    theirs = [{**record, "preset": "paper"} for record in three_methods()]
    with pytest.raises(InputError, match=r"not compared: preset quick in 1, paper in 2$"):
        compared(three_methods(), theirs)


def test_other_source_and_preset_are_refused_with_the_data() -> None:
    hashes = {"scrna_lung__a": "1a", "scrna_lung__b": "CHANGED", "scrna_lung__d": "4d"}
    data = "other data: scrna_lung__b differs; scrna_lung__c only in 1; scrna_lung__d only in 2"
    name = "one (1) and two (2) cannot be compared: lung (files:data, quick) not compared: "
    source, preset = "source files:data in 1, files:copy in 2", "preset quick in 1, paper in 2"
    for changes, told in (
        ({"source": "files:copy"}, f"{source}; {data}"),
        ({"preset": "paper"}, f"{preset}; {data}"),
        ({"source": "files:copy", "preset": "paper"}, f"{preset}; {source}; {data}"),
    ):
        theirs = [{**record, **changes, "data_hashes": hashes} for record in three_methods()]
        with pytest.raises(InputError) as error:
            compared(three_methods(), theirs)  # type: ignore[arg-type]
        assert str(error.value) == name + told


def test_every_leaderboard_that_is_refused_is_named_with_the_most_similar() -> None:
    # The quick one of 2 is nearest to that of 1, which is also the only one there for the other of 2.
    other = {"scrna_lung__a": "other"}
    quick = [{**record, "data_hashes": other} for record in three_methods()]
    paper = [{**record, "preset": "paper"} for record in quick]
    with pytest.raises(InputError) as error:
        compared(three_methods(), [*paper, *quick])  # type: ignore[list-item]
    data = "other data: scrna_lung__a differs; scrna_lung__b, scrna_lung__c only in 1"
    assert str(error.value).split(": lung", 1)[1].split("; lung") == [
        f" (files:data, quick) not compared: {data}",
        f" (files:data, quick) not compared: preset quick in 1, paper in 2; {data}",
    ]


def test_true_modules_are_named_as_what_they_are() -> None:
    sides = [
        [{**r, "source": "synthetic", "data_hashes": {"d": "1", "truth": t}} for r in three_methods()]
        for t in ("x", "y")
    ]
    with pytest.raises(InputError, match="the true modules differs"):
        compared(*sides)


def test_nothing_alike_is_refused() -> None:
    theirs = [{**record, "tissue": "heart"} for record in three_methods()]
    with pytest.raises(InputError, match=r"lung \(files:data, quick\) only in 1; heart \(.*\) only in 2"):
        compared(three_methods(), theirs)


def test_covered_genes_are_compared_with_the_same_genes_only() -> None:
    def covered(sha256: str) -> list[Record]:
        part = {"embedding": "mine", "sha256": sha256, "datasets": ["scrna_lung__a"], "rows": 3, "of": 4}
        return [{**record, "covered_by": part} for record in three_methods()]  # type: ignore[typeddict-item]

    assert compared(covered("x"), covered("x")).counts == {"same": 21}
    with pytest.raises(InputError, match="other genes of the covering embedding"):
        compared(covered("x"), covered("y"))
    with pytest.raises(InputError, match="genes of mine\\) only in 2"):
        compared(three_methods(), covered("x"))


def test_what_else_differs_is_told() -> None:
    theirs = three_methods()[:-1]
    for record in theirs:
        record["device"], record["threads"] = "cuda:0", 4
        record["git_revision"] = "fedcba9876543210+changes"
        record["versions"] = {"python": "3.11.9", "torch": "2.14.0", "numpy": "2.3"}
        record["metrics_code"] = "other"
        if record["method"] == "b":
            record["code"] = "new"
        if record["method"] == "a":
            record["settings"] = {"epochs": 7, "dim": 32}
    told = sentences(compared(three_methods(), theirs))
    for sentence in (
        "Other device: cpu in 1, cuda:0 in 2.",
        "Other threads of a cell: 1 in 1, 4 in 2.",
        "Other git revision: 0123456789ab in 1, fedcba987654+changes in 2.",
        "Other version of torch: 2.13.0 in 1, 2.14.0 in 2.",
        "Other version of numpy: none in 1, 2.3 in 2.",
        "Other code of the metrics (sha256): 3e71c5 in 1, other in 2.",
        "Other code: B.",
        "Other settings: A.",
        "Other seeds: C.",
    ):
        assert sentence in told.splitlines(), sentence
    assert "python" not in told
    assert "same record" not in told


@pytest.mark.parametrize(("n", "m"), [(2, 1), (2, 2), (3, 3), (1, 4)])
def test_chance_that_ranges_are_apart_by_enumeration(n: int, m: int) -> None:
    places = range(n + m)
    apart = sum(
        max(chosen) < min(rest) or max(rest) < min(chosen)
        for chosen in combinations(places, n)
        for rest in [[place for place in places if place not in chosen]]
    )
    ours = [cell("x", seed, 0.1) for seed in range(n)]
    theirs = [cell("x", seed, 0.2) for seed in range(m)]
    told = sentences(compared(ours, theirs))
    assert f"alone: in {100 * apart / comb(n + m, n):.0f} % for {n} in 1 and {m} in 2." in told


def test_no_chance_is_told_for_single_seeds_or_six() -> None:
    for n in (1, 6):
        ours = [cell("x", seed, 0.1) for seed in range(n)]
        theirs = [cell("x", seed, 0.2) for seed in range(n)]
        assert "by chance" not in sentences(compared(ours, theirs))
    assert "by chance" not in sentences(compared(three_methods(), three_methods()))


def test_order_of_records_makes_no_difference() -> None:
    ours, theirs = [*three_methods(), cell("d", 0, 0.3)], [*three_methods(), cell("e", 0, 0.2)]
    one, two = compared(ours, theirs), compared(ours[::-1], theirs[::-1])
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
    for render in (render_comparison_text, render_comparison_markdown, render_comparison_latex):
        assert render(one) == render(two)


def test_swapping_the_folders_turns_the_signs() -> None:
    theirs = [cell("a", seed, 0.3 + seed / 10) for seed in range(2)] + three_methods()[2:]
    one, two = compared(three_methods(), theirs), compared(theirs, three_methods())
    key = ["method", "metric"]
    first, second = (side.frame.set_index(key).sort_index() for side in (one, two))
    pd.testing.assert_series_equal(first["difference"], -second["difference"])
    assert first["verdict"].to_dict() == second["verdict"].to_dict()


def different() -> FolderComparison:
    theirs = three_methods()
    theirs[4]["scores"]["CGR"]["value"] = theirs[5]["scores"]["CGR"]["value"] = 0.3  # c: 0.2 before
    theirs[3]["scores"]["iLISI"] = {"value": None, "status": "undefined", "reason": "no common genes"}
    return compared(three_methods(), theirs)


def test_text_shows_every_difference_and_those_beyond_in_full() -> None:
    text = render_comparison_text(different())
    assert max(map(len, text.splitlines())) <= 120
    lines = {
        line.split()[0]: line.split()[1:] for line in text.splitlines() if line[:2] in ("A ", "B ", "C ")
    }
    # Without the iLISI of b, c is the best in it: its average score rises by 0.5/6.
    assert lines["C"] == ["=", "=", "=", "=", "+0.1000", "!", "=", "+0.0833", "!"]
    assert "! C, CGR: 0.2000 (0.2000..0.2000) in 1, 0.3000 (0.3000..0.3000) in 2, +0.1000" in text
    assert lines["B"][2] == "undef"


def test_markdown_and_latex_of_a_small_board() -> None:
    markdown = render_comparison_markdown(different())
    assert "| method | ASW | AUC | iLISI | GC | CGR | NO | average score |" in markdown
    assert (
        "| C | CGR | 0.2000 | 2 | 0.2000..0.2000 | 0.3000 | 2 | 0.3000..0.3000 | +0.1000 | exceeds |"
        in markdown
    )
    assert "| B | iLISI | 0.5000 | 2 | 0.5000..0.5000 | undef | 2 | – | – | undefined in 2 |" in markdown
    latex = render_comparison_latex(different())
    assert latex.count(r"\begin{table}") == latex.count(r"\end{table}") == 1
    assert "C & = & = &" in latex


def test_names_stay_text() -> None:
    records = [cell("x", 0, 0.1, title="<b>|`_%", kind="plugin"), cell("y", 0, 0.1)]
    comparison = compared(records, copy.deepcopy(records))
    assert r"\<b>\|\`_%" in render_comparison_markdown(comparison)
    assert r"\textless{}b\textgreater{}\textbar{}\textasciigrave{}\_\%" in render_comparison_latex(comparison)


def test_files_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    written = write_comparison(different(), tmp_path / "there")
    assert [path.name for path in written] == ["comparison.csv", "comparison.md", "comparison.tex"]
    table = pd.read_csv(written[0])
    assert tuple(table.columns) == COMPARISON_COLUMNS
    assert len(table) == 3 * len(SCORED)
    before = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in write_comparison(different(), tmp_path / "there")] == before
