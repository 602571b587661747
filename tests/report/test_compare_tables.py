"""Two result folders side by side: what is refused, what else is told, and the files."""

from __future__ import annotations

from itertools import combinations
from math import comb
from pathlib import Path

import pandas as pd
import pytest
from renderings import compared, render_markdown, render_text, section_of, sentences
from report_cells import cell, three_methods

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.compare import COMPARISON_COLUMNS, FolderComparison
from geneboard.benchmark.report.write import section_files, write_files
from geneboard.benchmark.tasks.embedding.board.metrics import SCORED
from geneboard.datasets.errors import InputError

pytestmark = pytest.mark.usefixtures("small_scale")


def test_sources_of_the_same_data_are_compared_and_it_is_said() -> None:
    theirs = [{**record, "source": "files:copy"} for record in three_methods()]
    comparison = compared(three_methods(), theirs)
    assert comparison.counts == {"same": 30}
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
        "; both need a leaderboard of the same data and preset"
    )
    heart = [{**record, "tissue": "heart"} for record in three_methods()]
    comparison = compared([*three_methods(), *heart], [*theirs, *heart])
    assert [pair.first.tissue for pair in comparison.pairs] == ["heart"]
    assert comparison.not_compared[0].startswith("lung (files:data, quick) not compared: other data")
    assert "Not compared: lung" in render_text(comparison)


def test_of_many_that_are_refused_the_first_are_named() -> None:
    theirs = [{**one, "tissue": tissue} for one in three_methods() for tissue in ("a", "b", "c", "d")]
    with pytest.raises(InputError) as error:
        compared(three_methods(), theirs)
    assert str(error.value).endswith(
        "only in 1; a (files:data, quick) only in 2; b (files:data, quick) only in 2"
        "; and 2 more leaderboards; both need a leaderboard of the same data and preset"
    )


def test_other_source_and_preset_are_refused_with_the_data() -> None:
    hashes = {"scrna_lung__a": "1a", "scrna_lung__b": "CHANGED", "scrna_lung__c": "3c"}
    changes = {"source": "files:copy", "preset": "paper", "data_hashes": hashes}
    with pytest.raises(InputError) as error:
        compared(three_methods(), [{**record, **changes} for record in three_methods()])  # type: ignore[typeddict-item]
    assert str(error.value) == (
        "one (1) and two (2) cannot be compared: lung (files:data, quick) not compared: preset quick in 1, "
        "paper in 2; source files:data in 1, files:copy in 2; other data: scrna_lung__b differs"
        "; both need a leaderboard of the same data and preset"
    )


def test_every_leaderboard_that_is_refused_is_named_with_the_most_similar() -> None:
    # The quick one of 2 is nearest to that of 1, which is also the only one there for the other of 2.
    other = {"scrna_lung__a": "other"}
    quick = [{**record, "data_hashes": other} for record in three_methods()]
    paper = [{**record, "preset": "paper"} for record in quick]
    with pytest.raises(InputError) as error:
        compared(three_methods(), [*paper, *quick])  # type: ignore[list-item]
    data = "other data: scrna_lung__a differs; scrna_lung__b, scrna_lung__c only in 1"
    told = str(error.value).removesuffix("; both need a leaderboard of the same data and preset")
    assert told.split(": lung", 1)[1].split("; lung") == [
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

    assert compared(covered("x"), covered("x")).counts == {"same": 30}
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
        record["metric_versions"] = {**record["metric_versions"], "ASW": 2}
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
        "Other versions of the metrics: 1 in 1, ASW 2, AUC 1, iLISI 1, GC 1, CGR 1, NO 1, joint_score 1, "
        "structure 1, mixing 1 in 2.",
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
    assert section_files(section_of(one)) == section_files(section_of(two))


def different() -> FolderComparison:
    theirs = three_methods()
    theirs[4]["scores"]["CGR"]["value"] = theirs[5]["scores"]["CGR"]["value"] = 0.3  # c: 0.2 before
    theirs[3]["scores"]["iLISI"] = {"value": None, "status": "undefined", "reason": "no common genes"}
    return compared(three_methods(), theirs)


def test_text_shows_every_difference_and_those_beyond_in_full() -> None:
    text = render_text(different())
    assert max(map(len, text.splitlines())) <= 120
    first = text.split("\n\n")[1]  # below it stand those that exceed their intervals
    lines = {line.split()[0]: line.split()[1:] for line in first.splitlines() if line[0] in "ABC"}
    # Without the iLISI of b, c is the best in it: its average score rises by 0.5/6.
    assert lines["C"] == ["=", "=", "=", "=", "+0.1000", "!", "=", "=", "=", "=", "+0.0833", "!"]
    assert lines["B"][2] == "undef"


def test_markdown_shows_what_exceeds_or_is_undefined_in_full() -> None:
    lines = render_markdown(different()).splitlines()
    assert (
        "| method | ASW | AUC | iLISI | GC | CGR | NO | structure | mixing | joint score | average score |"
        in lines
    )
    for line in (
        "| C | CGR | 0.2000 | 2 | 0.2000..0.2000 | 0.3000 | 2 | 0.3000..0.3000 | +0.1000 | exceeds |",
        "| B | iLISI | 0.5000 | 2 | 0.5000..0.5000 | undef | 2 | – | – | undefined in 2 |",
    ):
        assert line in lines


def test_files_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    written = write_files(tmp_path / "there", section_files(section_of(different())))
    assert [path.name for path in written] == ["comparison.csv", "comparison.md", "comparison.tex"]
    table = pd.read_csv(written[0])
    assert tuple(table.columns) == COMPARISON_COLUMNS
    assert len(table) == 3 * len(SCORED)
    latex = written[2].read_text()
    assert latex.count(r"\begin{table}") == latex.count(r"\end{table}") == 1
    assert "C & = & = &" in latex
