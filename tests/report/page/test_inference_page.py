"""The L1000 task in the report: every number in its cell, every sentence in its place."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from page_boards import NASTY, nasty_chapters, nasty_inference_records
from test_page import parsed, table, words

from geneboard.benchmark.report.page.render import render_report, render_section, write_pages
from geneboard.benchmark.report.wording import metric_cell
from geneboard.benchmark.tasks.inference.board.columns import METRICS
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_boards
from geneboard.benchmark.tasks.inference.chapter import chapter
from geneboard.benchmark.tasks.inference.over_problems import METRICS as OF_PROBLEMS

RUN = "l1000-tcga/quick"


@pytest.fixture(scope="module")
def page() -> Element:
    return parsed(render_report([*nasty_chapters(), chapter(nasty_inference_records())]))


def part(page: Element, anchor: str) -> Element:
    """The element with an id."""
    (found,) = (element for element in page.iter() if element.get("id") == anchor)
    return found


def test_every_page_is_faultless_html(tmp_path: Path) -> None:
    for path in write_pages(tmp_path, [chapter(nasty_inference_records())]):
        parsed(path.read_text())
    assert "What the metrics mean" not in (tmp_path / "report.html").read_text()  # there are none of them


def test_links_lead_somewhere_and_ids_are_unique(page: Element) -> None:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = [a.get("href", "")[1:] for a in page.iter("a") if a.get("href", "").startswith("#")]
    assert set(targets) <= set(ids)
    assert {f"{RUN}/all-landmarks", f"{RUN}/landmark_budget", "inference-metrics"} <= set(targets)


def test_every_score_is_in_its_cell(page: Element) -> None:
    for board in inference_boards(nasty_inference_records()):
        heads, rows = table(page, f"{board.group.folder.as_posix()}/leaderboard")
        for row in board.frame.to_dict("records"):
            cells = rows[" ".join(row["title"].split())]
            for metric in METRICS:
                cell = cells[heads.index(metric)]
                shown = words(cell.find("*"))
                assert shown == metric_cell(row, metric, 3)
                if shown not in ("–", "undef"):
                    assert float(cell.get("data-value", "")) == row[metric]


def test_the_lower_error_is_the_best(page: Element) -> None:
    heads, rows = table(page, f"{RUN}/without-lung/leaderboard")
    place = heads.index("MAE")
    assert rows["Ridge"][place].find("strong") is not None
    assert rows["GNN"][place].find("u") is not None
    assert rows["Mean"][place].find("strong") is None


def test_problems_stand_beside_each_other_with_the_published_figures(page: Element) -> None:
    text = words(part(page, f"{RUN}/landmark_budget"))
    for metric in OF_PROBLEMS:
        heads, rows = table(page, f"{RUN}/landmark_budget/{metric}")
        assert heads == ["method", "970", "324", "108"]
        assert "Ridge, greedy" in rows
        assert f"{metric} (" in text
    assert "Published (GTEx, RNA-seq from L1000; another task: not comparable)" in text
    assert "0.8612" in text
    assert "confounded" in words(part(page, f"{RUN}/platforms"))


def test_other_sets_of_genes_and_the_paired_tests_are_there(page: Element) -> None:
    for ending, score in (("best-inferred", "0.700"), ("landmarks", "0.800")):
        _, rows = table(page, f"{RUN}/landmarks-108-greedy/scores-{ending}")
        assert words(rows["DEEP"][1].find("*")) == score
    heads, rows = table(page, f"{RUN}/all-landmarks/pairs")
    assert heads[-1] == "verdict"
    assert words(rows["GNN"][-1]) == "worse"  # of the last metric, the rank correlation


def test_failed_rows_say_why_and_names_stay_text(page: Element) -> None:
    text = words(part(page, f"{RUN}/all-landmarks"))
    assert "ValueError: <b>boom</b> & more" in text
    for name in NASTY:
        assert " ".join(name.split()) in text


def test_simulated_expression_carries_a_warning(page: Element) -> None:
    sections = {one.get("aria-labelledby"): words(one) for one in page.iter("section")}
    assert "SYNTHETIC DATA: simulated expression" in sections["l1000-synthetic/quick"]
    assert "SYNTHETIC" not in sections[RUN]
    (first, *_) = (
        section
        for section in chapter(nasty_inference_records()).sections
        if section.folder.parts[0] == "l1000-synthetic"
    )
    assert "SYNTHETIC DATA" in render_section(first)


def test_metrics_and_controls_are_explained(page: Element) -> None:
    for metric in METRICS:
        assert part(page, f"inference-metrics-{metric}").tag == "h3"
    text = words(part(page, f"{RUN}/all-landmarks"))
    assert "Controls use no landmark" in text
    assert "970 of 970 in the data (the platform measures 978)" in text


def test_without_the_task_there_is_no_part_of_it() -> None:
    text = render_report(nasty_chapters())
    assert "L1000" not in text
    assert "inference" not in text.lower()
