"""The pages as files: what is in them, and what must not be."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path, PurePath
from xml.etree.ElementTree import Element

import html5lib
import jinja2
import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing
from page_boards import LONG, NASTY, REASON, nasty_chapters, nasty_inference_records, nasty_records

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.page import render_report, write_pages
from geneboard.benchmark.report.page.render import Picture, _environment
from geneboard.benchmark.report.section import Chapter, Figure, Section
from geneboard.benchmark.report.table import Cell, Table
from geneboard.benchmark.report.wording import NOT_COMPARABLE
from geneboard.benchmark.tasks.embedding import chapter as embedding
from geneboard.benchmark.tasks.embedding.board.definitions import CONTROL_MEANINGS, DEFINITIONS
from geneboard.benchmark.tasks.embedding.board.metrics import EXTRA_METRICS, METRICS
from geneboard.benchmark.tasks.embedding.board.words import HOLDOUT, SYNTHETIC
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import COLUMNS, Sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL
from geneboard.benchmark.tasks.embedding.sensitivity.section import TITLE, sensitivity_section
from geneboard.benchmark.tasks.inference import chapter as inference
from geneboard.benchmark.tasks.inference.board.columns import METRICS as INFERENCE_METRICS

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
LUNG = PurePath("files-data/quick/lung")


L1000 = "l1000-tcga/quick"


@pytest.fixture(scope="module")
def chapters() -> list[Chapter]:
    return [*nasty_chapters(), Chapter(TITLE, [sensitivity_section(_sensitivity())])]


@pytest.fixture(scope="module")
def text(chapters: list[Chapter]) -> str:
    heatmap = Figure("heatmap", Drawing, "Heat map of <six> metrics.", "The six metrics of every row.")
    return render_report(chapters, {LUNG.as_posix(): [Picture.of(heatmap, PNG)]})


@pytest.fixture(scope="module")
def page(text: str) -> Element:
    return parsed(text)


def _sensitivity() -> Sensitivity:
    """AUC falls halfway to the control; ASW is undefined at the end."""
    reason = "one <b>cluster</b>"
    lines = [
        ("noise", 0.0, 0, "AUC", 0.9, "ok", ""),
        ("noise", 1.0, 0, "AUC", 0.7, "ok", ""),
        (CONTROL, 1.0, 0, "AUC", 0.5, "ok", ""),
        ("noise", 0.0, 0, "ASW", 0.8, "ok", ""),
        ("noise", 1.0, 0, "ASW", None, "undefined", reason),
        (CONTROL, 1.0, 0, "ASW", 0.4, "ok", ""),
    ]
    table = pd.DataFrame(lines, columns=list(COLUMNS)).astype({"value": float})
    facts = {"title": "GIANT", "dim": 32, "repeats": 1, "git_revision": "abc"}
    return Sensitivity("synthetic", "quick", "lung", "giant", table, facts)


def parsed(text: str) -> Element:
    """Parse as a browser does; any fault of the markup is an error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(text)


def words(element: Element) -> str:
    """What an element shows, without what only screen readers read."""
    if element.get("class") == "unseen":
        return ""
    inner = (element.text or "") + "".join(words(child) + (child.tail or "") for child in element)
    return " ".join(inner.split())


def part(page: Element, anchor: str) -> Element:
    """The element with an id."""
    (found,) = (element for element in page.iter() if element.get("id") == anchor)
    return found


def table(page: Element, name: str) -> tuple[list[str], dict[str, list[Element]]]:
    """The heads of a table, and its cells by the title in the first of them."""
    found = part(page, name)
    heads = [words(head) for head in found.findall("thead/tr/th")]
    rows = [list(row) for row in found.findall("tbody/tr")]
    return heads, {words(cells[0].find("span[@class='cell']")): cells for cells in rows}


def test_every_page_is_faultless_html_without_network(text: str, tmp_path: Path) -> None:
    pages = [path.read_text() for path in write_pages(tmp_path, nasty_chapters())]
    assert len(pages) == 1 + sum(bool(one.stem) for chapter in nasty_chapters() for one in chapter.sections)
    for page in (*pages, text):
        assert page.startswith("<!DOCTYPE html>")
        root = parsed(page)
        for element in root.iter():
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                assert name != "style"
                if name in ("src", "srcset", "data", "action", "poster"):
                    assert value.startswith("data:image/")
                if name == "href" and not value.startswith(("#", "data:,")):
                    assert value == "https://arxiv.org/abs/2310.02275"
                    assert element.tag == "a"
                    assert "noopener" in element.get("rel", "")
        assert "url(" not in page
        assert "@import" not in page


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(page: Element) -> None:
    policy = next(m.get("content", "") for m in page.iter("meta") if m.get("http-equiv"))
    style, script = (next(page.iter(tag)).text or "" for tag in ("style", "script"))
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    for rule, content in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert len(list(page.iter("script"))) == len(list(page.iter("style"))) == 1


def test_links_lead_somewhere_and_ids_are_unique(page: Element) -> None:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = [a.get("href", "")[1:] for a in page.iter("a") if a.get("href", "").startswith("#")]
    assert {f"{L1000}/all-landmarks", f"{L1000}/landmark_budget", "inference-metrics"} <= set(targets)
    assert set(targets) <= set(ids)


def shown_tables(chapters: list[Chapter]) -> list[tuple[Section, Table]]:
    sections = [section for chapter in chapters for section in chapter.sections]
    return [(section, table) for section in sections for table in section.tables_in("html")]


def assert_shown(element: Element, cell: Cell, *, is_text: bool) -> None:
    """A cell of the page is what the table says: its words, its number, why it has none, and its mark."""
    texts = [child for child in element if child.tag in ("span", "strong", "u")]
    assert words(texts[0]) == (" ".join(cell.text.split()) or MISSING)
    assert [words(line) for line in element.findall("span[@class='line']")] == list(cell.lines)
    assert element.get("title", "") == cell.reason
    marks = {"best": "strong", "second": "u"}
    assert {child.tag for child in element} & {"strong", "u"} == ({marks[cell.mark]} if cell.mark else set())
    if not is_text and cell.value is not None:
        assert float(element.get("data-value", "nan")) == cell.value
    else:
        assert element.get("data-value") is None
        assert is_text or element.get("data-missing") is not None


def test_every_cell_of_every_table_is_in_its_place(chapters: list[Chapter], page: Element) -> None:
    found = shown_tables(chapters)
    assert len(found) > 40
    for section, table in found:
        element = part(page, f"{section.anchor}/{table.stem}")
        columns = table.columns_in("html")
        heads = [words(head) for head in element.findall("thead/tr/th")]
        assert heads == [column.head_in("html") for column in columns]
        for is_control in (False, True):
            parts = [one for one in table.parts_in("html") if one.is_control == is_control]
            expected = [row for one in parts for row in table.cells(one, "html")]
            bodies = [b for b in element.findall("tbody") if (b.get("class") == "controls") == is_control]
            rows = [list(row) for body in bodies for row in body]
            assert len(rows) == len(expected)
            for elements, cells in zip(rows, expected, strict=True):
                for one, cell, column in zip(elements, cells, columns, strict=True):
                    assert_shown(one, cell, is_text=column.is_text)


def test_failed_and_undefined_cells_say_why(text: str, page: Element) -> None:
    heads, rows = table(page, f"{LUNG.as_posix()}/leaderboard")
    failed, undefined = rows["Broken"], rows["Half"]
    assert words(failed[heads.index("status")]) == "failed"
    for metric in METRICS:
        assert REASON in failed[heads.index(metric)].get("title", "")
    asw = undefined[heads.index("ASW")]
    assert words(asw) == "undef"
    assert "no common genes" in asw.get("title", "")
    notes = {e.get("id"): words(e) for e in page.iter("li") if e.get("id")}
    for row, reason in ((failed, REASON), (undefined, "no common genes")):
        targets = [a.get("href", "")[1:] for a in row[0].iter("a")]
        assert any(reason in notes[target] for target in targets)
    assert "<b>boom" not in text
    assert REASON in words(part(page, f"{L1000}/all-landmarks"))


def test_names_of_ill_will_stay_text(text: str, page: Element) -> None:
    for board in (LUNG.as_posix(), f"{L1000}/all-landmarks"):
        _, rows = table(page, f"{board}/leaderboard")
        assert {" ".join(title.split()) for title in NASTY} <= set(rows)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert ">49<" not in text
    assert len(LONG) == 200


def test_synthetic_data_carry_a_warning_and_runs_are_not_compared(page: Element) -> None:
    sections = list(page.iter("section"))
    of_run = {s.get("aria-labelledby"): " ".join("".join(s.itertext()).split()) for s in sections}
    assert SYNTHETIC in of_run["synthetic-holdout/quick"]
    assert SYNTHETIC not in of_run["files-data/quick"]
    assert NOT_COMPARABLE in of_run["synthetic-holdout/quick"]
    assert HOLDOUT in of_run["synthetic-holdout/quick"]
    assert HOLDOUT not in of_run["files-data/quick"]
    assert "SYNTHETIC DATA: simulated expression" in of_run["l1000-synthetic/quick"]
    assert "SYNTHETIC" not in of_run[L1000]


def test_a_picture_and_a_sentence_of_each_source_come_before_all_tables(chapters: list[Chapter]) -> None:
    entry = Figure("joint_scores", Drawing, "Joint scores.")
    second = Figure("critical_difference", Drawing, "Mean ranks.")
    across = "files-data/quick/across_tissues"
    page = parsed(render_report(chapters, {across: [Picture.of(one, PNG) for one in (entry, second)]}))
    order = [e for e in page.iter() if e.tag in ("img", "table") or e.get("class") == "verdict"]
    kinds = [e.tag for e in order]
    assert order[0].get("class") == "verdict"
    assert words(order[0]) == (
        "Across tissues: A has the highest mean joint score over 3 tissues, 0.550, and the highest in all of "
        "them; no test over tissues."
    )
    assert kinds[1] == "img"
    assert order[1].get("alt") == "Joint scores."
    assert [e.get("alt") for e in order if e.tag == "img"] == ["Joint scores.", "Mean ranks."]
    assert kinds.index("table") > 1
    verdicts = [words(e) for e in order if e.get("class") == "verdict"]
    assert any(said.startswith("lung: A has the highest") for said in verdicts)  # the only one of its source
    assert len([said for said in verdicts if "PCC" in said]) == 2  # of both sources of the L1000 task


def test_the_overview_has_a_row_for_each_source_and_its_leaderboards_side_by_side(page: Element) -> None:
    found = [e for e in page.iter("table") if e.get("class") == "data overview"]
    rows = [[words(cell) for cell in row] for one in found for row in one.findall("tbody/tr")]
    heads = [row[0] for row in rows]
    assert heads == [
        "Source files:data, preset quick",
        "Source synthetic:holdout, preset quick",
        "Source l1000:synthetic, preset quick",
        "Source l1000:tcga, preset quick",
    ]
    assert rows[0][1] == "heart A 0.550 lung A 0.550 pbmc A 0.550"
    assert rows[1][1] == "lung A 0.550"
    assert len(rows[3][1].split(" 0.")) > 4


def test_every_task_has_a_part_of_its_own(page: Element) -> None:
    chapters = [e for e in page.iter("section") if e.get("class") == "chapter"]
    heads = [words(next(chapter.iter("h2"))) for chapter in chapters]
    assert heads == ["Gene embeddings", "Inference from landmarks (L1000)", TITLE]
    for chapter, is_l1000 in zip(chapters, (False, True, False), strict=True):
        tables = [e.get("id", "") for e in chapter.iter("table")]
        assert all(name.startswith("l1000") == is_l1000 for name in tables if name)


def test_pictures_are_inside_and_have_words(page: Element) -> None:
    pictures = {img.get("src", ""): img.get("alt", "") for img in page.iter("img")}
    assert all((img.get("width"), img.get("height")) == ("1", "1") for img in page.iter("img"))
    assert pictures == {
        f"data:image/png;base64,{base64.b64encode(PNG).decode()}": "Heat map of <six> metrics."
    }


def test_all_metrics_and_controls_are_explained(page: Element) -> None:
    from geneboard.benchmark import registry

    assert set(METRICS) | set(EXTRA_METRICS) | set(registry.metrics().names()) <= set(DEFINITIONS)
    controls = {entry.name for entry in registry.methods(installed=False) if entry.kind == "control"}
    assert controls == set(CONTROL_MEANINGS)
    shown = {e.get("id") for e in page.iter("h4")}
    assert {f"metrics-{name}" for name in METRICS} <= shown
    assert "metrics-module_nmi" not in shown  # no leaderboard here has it
    assert {f"inference-metrics-{metric}" for metric in INFERENCE_METRICS} <= shown


def test_problems_stand_beside_each_other_with_the_published_figures(page: Element) -> None:
    budgets = words(part(page, f"{L1000}/landmark_budget"))
    assert "Published (GTEx, RNA-seq from L1000; another task: not comparable)" in budgets
    assert "0.8612" in budgets
    assert "confounded" in words(part(page, f"{L1000}/platforms"))
    board = words(part(page, f"{L1000}/all-landmarks"))
    assert "Controls use no landmark" in board
    assert "970 of 970 in the data (the platform measures 978)" in board


def test_tasks_have_parts_only_where_there_are_any() -> None:
    embeddings, inferred = nasty_chapters()
    text = render_report([embeddings])
    assert TITLE not in text
    assert "L1000" not in text
    assert "inference" not in text.lower()
    assert "What the metrics mean" not in render_report([inferred])


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    reversed_chapters = [
        embedding.chapter(nasty_records()[::-1]),
        inference.chapter(nasty_inference_records()[::-1]),
    ]
    one, two = write_pages(tmp_path / "1", nasty_chapters()), write_pages(tmp_path / "2", reversed_chapters)
    assert {path.relative_to(tmp_path / "1"): path.read_bytes() for path in one} == {
        path.relative_to(tmp_path / "2"): path.read_bytes() for path in two
    }


def test_a_name_that_a_template_does_not_get_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        _environment().get_template("report.html.j2").render(title="")


def test_style_and_script_cannot_end_themselves() -> None:
    folder = Path(__file__).parents[3] / "benchmark" / "report" / "page"
    for name in ("style.css", "table.js"):
        assert not re.search(r"</(style|script)|<!--", (folder / name).read_text(), re.IGNORECASE)
