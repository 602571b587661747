"""What a leaderboard says: its facts and caption, what rows lack, simulated data, held-out cells."""

from __future__ import annotations

from typing import Any

import pytest
from renderings import board_of, column, render_markdown, render_page, render_text, section_of
from report_cells import cell, entry, three_methods

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render import latex
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.board.words import HOLDOUT, board_notes, row_notes

pytestmark = pytest.mark.usefixtures("small_scale")

DATASETS = ("scrna_lung__a", "scrna_lung__b", "scrna_lung__c")
ONE_CLASS = "in the held-out half, the adjacency of x has one class only"


def everything() -> list[Record]:
    """Every kind of row, and one record of older data."""
    return [
        *three_methods(),
        cell("plug", 0, 0.9, 0.9, 0.9, 0.9, 0.9, None, kind="plugin"),
        cell("dead", 0, status="timeout", reason="over the limit of 60 s"),
        cell("gone", 0, status="skipped", reason="no landmarks"),
        cell("a", 0, 0.5, overrides={"epochs": 500}),
        cell("noise", 0, 9.0, kind="control"),
        cell("old", 0, 0.5, data_hashes={"d": "old"}, finished_at="2025-01-01T00:00:00+00:00"),
    ]


def test_markdown_says_what_it_rests_on() -> None:
    text = render_markdown(board_of(everything()))
    for part in (
        "Source: files:data",
        "Preset: quick",
        "Seeds: 0, 1",
        "Datasets: 3 (scrna_lung__a, scrna_lung__b, scrna_lung__c)",
        "torch 2.13.0",
        "Git revision: 0123456789\n",
        "11 used, 1 left out (1 of other data than the newest)",
        "Scores of different sources or presets are not comparable.",
        "of A, B, C, the published methods",
        "this project's reading",
        "0.5 for every value: GC",
        "Ranked by the joint score",
        "**DEAD**: seed 0 timeout: over the limit of 60 s",
        "**GONE**: seed 0 skipped: no landmarks",
        "**PLUG**: NO undefined: no common genes",
        "fewer than six seeds",
        "| A | 0.550 | 0.533..0.567 | – | 2 | – | above | 0.550 | 0.550 | 0.667 | 0.900 | 0.800 | 0.300 |",
    ):
        assert part in text, part
    assert "NOISE" in text.split("## Controls")[1].split("## Notes")[0]
    assert "SYNTHETIC" not in text


def test_latex_says_it_in_the_caption_and_has_short_heads() -> None:
    found = board_of(everything())
    table = section_of(found).tables[0]
    for part in ("lung", "source files:data", "preset quick", "seeds 0, 1,", "3 datasets", "not comparable"):
        assert part in table.caption
    assert f"data sha256 {found.group.data_hash}." in table.caption
    heads = [column.head_in("tex") for column in table.columns_in("tex")]
    assert heads[:8] == ["method", "joint", "over seeds", "over data", "rank", "ties", "controls", "struct"]
    assert heads[8:] == ["mixing", "avg", "ASW", "AUC", "iLISI", "GC", "CGR", "NO", "seeds", "s", "MB"]


def test_best_and_second_of_each_column() -> None:
    section = section_of(board_of([*three_methods(), cell("noise", 0, 9.0, kind="control")]))
    # GC is 0.5 for all: all are best, and there is no second. For ranks lower is better; costs are unmarked.
    for head, marks in {
        "ASW": ["best", "", "second", ""],
        "GC": ["best", "best", "best", ""],
        "average score": ["best", "second", "", ""],
        "average rank": ["best", "second", "", ""],
        "time (s)": [""] * 4,
    }.items():
        assert [cell.mark for cell in column(section, head).values()] == marks, head
    # The rank of a failed method is the last, which here is the second.
    rank = column(section_of(board_of([cell("a", 0, 0.5), cell("dead", 0)])), "average rank")
    assert [(cell.text, cell.mark) for cell in rank.values()] == [("1.00", "best"), ("2.00", "")]


def test_too_few_published_rows_are_told() -> None:
    text = render_markdown(board_of([cell("a", 0, 0.1), cell("p", 0, 0.2, kind="plugin")]))
    assert "no average score as published: its scale needs scores of at least 5 of the nine" in text
    assert "and has only A here" in text


def held_out(auc: Any = None) -> list[Record]:
    """The records of `three_methods` with held-out cells."""
    records = three_methods()
    values = {"a": (0.7, 0.15), "b": (0.6, 0.25), "c": (0.5, 0.05)}
    for record in records:
        of_auc, of_no = values[record["method"]]
        record["source"] = "files:data:holdout"
        record["data_hashes"] = {**record["data_hashes"], "heldout": "4d"}
        record["key"] += "f0"
        record["scores"] |= {"AUC_heldout": auc or entry(of_auc), "NO_heldout": entry(of_no)}
    return records


def plain() -> list[Record]:
    records = three_methods()
    for record in records:
        for name in ("AUC_heldout", "NO_heldout"):
            record["scores"][name] = entry(None, "no cells were held out")
    return records


def test_held_out_cells_have_a_board_of_their_own() -> None:
    other, found = leaderboards([*plain(), *held_out()])
    assert [one.group.folder.as_posix() for one in (other, found)] == [
        "files-data/quick/lung",
        "files-data-holdout/quick/lung",
    ]
    assert found.frame["AUC_heldout"].to_list() == pytest.approx([0.7, 0.6, 0.5])
    assert found.frame["NO_heldout"].to_list() == pytest.approx([0.15, 0.25, 0.05])
    assert other.frame[["AUC_heldout", "NO_heldout"]].isna().all(axis=None)
    for name in ("average_score", "average_rank"):
        assert found.frame[name].to_list() == other.frame[name].to_list()
    assert f"- Held-out cells: {HOLDOUT}" in render_markdown(found)
    assert "| 0.700 | 0.150 |" in render_markdown(found)
    assert HOLDOUT in section_of(found).tables[0].caption
    assert [cell.mark for cell in column(section_of(found), "NO_heldout", "tex").values()] == [
        "second",
        "best",
        "",
    ]
    for text in (render_markdown(other), render_text(other), render_page(other)):
        assert "heldout" not in text
    assert "heldout" not in latex.render(section_of(other))


def test_added_genes_are_told_on_a_board_of_their_own() -> None:
    more = three_methods()
    for record in more:
        record["source"], record["genes_note"] = "files:data:genes", "genes of mine added: 5 in scrna_lung__a"
        record["key"] += "a0"
    other, found = leaderboards([*three_methods(), *more])
    assert [one.group.folder.parts[0] for one in (other, found)] == ["files-data", "files-data-genes"]
    told = "Genes of mine added: 5 in scrna_lung__a; not comparable with the usual graphs"
    for render in (render_markdown, render_text, render_page):
        assert told in " ".join(render(found).split())
        assert "of mine" not in render(other)


def test_terminal_shows_both_beside_each_other() -> None:
    lines = render_text(board_of(held_out())).splitlines()
    header = lines.index("method    AUC  AUC_heldout     NO  NO_heldout")
    assert lines[header + 2 : header + 5] == [
        "A       0.800        0.700  0.200       0.150",
        "B       0.700        0.600  0.300       0.250",
        "C       0.600        0.500  0.100       0.050",
    ]
    assert HOLDOUT in " ".join(" ".join(lines).split())


def test_what_no_row_has_is_told_once_and_what_one_lacks_is_its_own() -> None:
    nobody = board_of(held_out(auc=entry(None, ONE_CLASS)))
    assert f"AUC_heldout is undefined: {ONE_CLASS}." in render_markdown(nobody)
    assert "AUC_heldout undefined in" not in render_page(nobody)
    records = held_out()
    for record in records[-2:]:
        record["scores"]["AUC_heldout"] = entry(None, ONE_CLASS)
    section = section_of(board_of(records))
    lacking = column(section, "AUC_heldout")["C"]
    assert (lacking.text, lacking.value) == ("undef", None)
    assert lacking.reason == f"AUC_heldout undefined in 2 of 2 seeds: {ONE_CLASS}"
    assert section.tables[0].row_notes()[lacking.reason] == ["C"]


@pytest.mark.parametrize(("n_datasets", "told"), [(7, False), (8, True)])
def test_where_the_published_ilisi_breaks_down_it_is_told(n_datasets: int, told: bool) -> None:
    hashes = {f"scrna_lung__{number}": str(number) for number in range(n_datasets)}
    (board,) = leaderboards([cell("pca", 0, 0.5, data_hashes=hashes)])
    assert any("Read iLISI_knn instead" in note.text for note in board_notes(board)) == told


@pytest.mark.parametrize(
    ("reasons", "noted"),
    [
        (("has no decoder", "has no decoder"), []),  # by its nature: nothing is missing
        (("one class", "has no decoder"), ["one class / has no decoder"]),
        (("one class", "one class"), ["one class"]),
    ],
)
def test_a_method_without_a_decoder_lacks_nothing(reasons: tuple[str, str], noted: list[str]) -> None:
    records = three_methods()
    for record in records:
        reached = None if record["method"] == "c" else 0.7
        record["scores"]["decoder_AUC"] = entry(reached, reasons[record["seed"]])
    board = board_of(records)
    found = {line["method"]: [note for note in row_notes(line) if "decoder" in note] for line in board.lines}
    assert found == {
        "a": [], "b": [], "c": [f"decoder_AUC undefined in 2 of 2 seeds: {why}" for why in noted]
    }  # fmt: skip
    assert ("has no decoder" in render_text(board)) == ("has no decoder" in "".join(noted))
