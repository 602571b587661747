"""The pages as files: what is in them, and what must not be."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from xml.etree.ElementTree import Element

import html5lib
import jinja2
import pandas as pd
import pytest
from page_boards import LONG, NASTY, REASON, nasty_boards, nasty_chapters, nasty_records
from renderings import render_page
from report_cells import cell as cell_of

from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.page import render_report, write_pages
from geneboard.benchmark.report.page.pictures import Picture
from geneboard.benchmark.report.page.render import _environment
from geneboard.benchmark.report.section import Chapter
from geneboard.benchmark.report.wording import NOT_COMPARABLE
from geneboard.benchmark.tasks.embedding import chapter as embedding
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.board.board import Board, leaderboards
from geneboard.benchmark.tasks.embedding.board.definitions import CONTROL_MEANINGS, DEFINITIONS
from geneboard.benchmark.tasks.embedding.board.metrics import EXTRA_METRICS, METRICS
from geneboard.benchmark.tasks.embedding.board.words import HOLDOUT, SYNTHETIC
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import COLUMNS, Sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL
from geneboard.benchmark.tasks.embedding.sensitivity.section import TITLE, sensitivity_section

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
LUNG = PurePath("files-data/quick/lung")


@pytest.fixture(scope="module")
def boards() -> list[Board]:
    return nasty_boards()[0]


@pytest.fixture(scope="module")
def text() -> str:
    uri = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    heatmap = Picture("The six metrics of every row.", "Heat map of <six> metrics.", uri, 1, 1, False)
    sensitivity = Chapter(TITLE, [sensitivity_section(_sensitivity())])
    return render_report([*nasty_chapters(), sensitivity], {LUNG.as_posix(): [heatmap]})


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


def table(page: Element, name: str) -> tuple[list[str], dict[str, list[Element]]]:
    """The heads of a table, and its cells by the title in the first of them."""
    found = [element for element in page.iter("table") if element.get("id") == name]
    assert len(found) == 1
    heads = [words(head) for head in found[0].findall("thead/tr/th")]
    rows = {}
    for row in found[0].findall("tbody/tr"):
        cells = list(row)
        assert len(cells) == len(heads)
        rows[words(cells[0].find("span[@class='cell']"))] = cells
    return heads, rows


def test_every_page_is_faultless_html_without_network(boards: list[Board], text: str, tmp_path: Path) -> None:
    pages = [path.read_text() for path in write_pages(tmp_path, nasty_chapters())]
    assert len(pages) == len(boards) + 1 + 1  # one table across tissues, one report
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
    assert targets
    assert set(targets) <= set(ids)


def test_every_number_of_a_leaderboard_is_in_its_cell(boards: list[Board], page: Element) -> None:
    digits = {**dict.fromkeys(METRICS, 3), "average_score": 3, "average_rank": 2, "wall_seconds": 1}
    digits |= {"published_score": 2, "seeds": 0, "peak_mb": 0}
    head_of = {
        **{metric: metric for metric in METRICS},
        "average_score": "average score",
        "average_rank": "average rank",
        "published_score": "published score",
        "wall_seconds": "time (s)",
        "peak_mb": "memory (MB)",
        "seeds": "seeds",
    }
    for board in boards:
        heads, rows = table(page, f"{board.group.folder.as_posix()}/leaderboard")
        assert len(rows) == len(board.frame)
        for row in board.frame.to_dict("records"):
            cells = dict(zip(heads, rows[" ".join(row["title"].split())], strict=True))
            for column, head in head_of.items():
                if head not in cells:  # nobody has a published score
                    assert board.frame[column].isna().all()
                    continue
                cell = cells[head]
                if pd.isna(row[column]):
                    assert cell.get("data-missing") is not None
                    assert words(cell) in ("–", "undef")
                else:
                    assert words(cell) == number(row[column], digits[column])
                    assert float(cell.get("data-value", "nan")) == row[column]
            for end in ("", "_datasets"):
                low, high = row[f"average_score{end}_low"], row[f"average_score{end}_high"]
                shown = words(cells["over datasets" if end else "over seeds"])
                assert shown == ("–" if pd.isna(low) else f"{low:.3f}..{high:.3f}")
            assert words(cells["ties"]) == (row["tie_group"] or "–")


def test_every_interval_is_in_the_table_of_details(boards: list[Board], page: Element) -> None:
    for board in boards:
        heads, rows = table(page, f"{board.group.folder.as_posix()}/details")
        for row in board.frame.to_dict("records"):
            cells = dict(zip(heads, rows[" ".join(row["title"].split())], strict=True))
            for metric in METRICS:
                lines = [words(span) for span in cells[f"{metric} intervals"].findall("span[@class='line']")]
                for line, end in zip(lines, ("", "_datasets"), strict=True):
                    low, high = row[f"{metric}{end}_low"], row[f"{metric}{end}_high"]
                    assert line.split(" ", 1)[1] == ("–" if pd.isna(low) else f"{low:.3f}..{high:.3f}")


def test_the_best_and_the_second_are_marked_and_controls_take_no_part() -> None:
    board = next(b for b in nasty_boards()[0] if b.group.folder == LUNG)
    heads, rows = table(parsed(render_page(board)), f"{LUNG.as_posix()}/leaderboard")
    asw = {title: cells[heads.index("ASW")] for title, cells in rows.items()}
    assert [title for title, cell in asw.items() if cell.find("strong") is not None] == ["A"]
    assert [title for title, cell in asw.items() if cell.find("u") is not None] == ["C"]
    assert "best" in "".join(asw["A"].itertext())
    assert float(asw["Random"].get("data-value", "")) > float(asw["A"].get("data-value", ""))
    ranks = {title: cells[heads.index("average rank")] for title, cells in rows.items()}
    best = min(board.frame["average_rank"].dropna())
    assert {float(c.get("data-value", "")) for c in ranks.values() if c.find("strong") is not None} == {best}


def test_a_method_that_failed_is_never_second() -> None:
    tissues = ("heart", "lung", "tonsil")
    records = [cell_of("a", 0, 0.5, tissue=tissue) for tissue in tissues]
    records += [cell_of("dead", 0, tissue=tissue) for tissue in tissues]
    (board, *_) = leaderboards(records)
    heads, rows = table(parsed(render_page(board)), f"{board.group.folder.as_posix()}/leaderboard")
    rank = heads.index("average rank")
    assert words(rows["DEAD"][rank]) == "2.00"
    assert rows["A"][rank].find("strong") is not None
    assert not [title for title, cells in rows.items() for cell in cells if cell.find("u") is not None]
    # B and C were not run everywhere and DEAD has no score in any tissue: A alone has a mean rank.
    records += [cell_of("b", 0, 0.1, tissue=tissue) for tissue in tissues[:2]]
    records.append(cell_of("c", 0, 0.1, tissue=tissues[2]))
    (across,) = across_tissues(leaderboards(records))
    heads, rows = table(
        parsed(render_page(across)), f"{across.folder.as_posix()}/across_tissues/across_tissues"
    )
    rank = heads.index("mean rank")
    assert words(rows["DEAD"][rank]) == "–"
    assert rows["A"][rank].find("strong") is not None
    assert rows["DEAD"][rank].find("u") is None


def test_failed_and_undefined_cells_say_why(text: str, page: Element) -> None:
    heads, rows = table(page, f"{LUNG.as_posix()}/leaderboard")
    failed, undefined = rows["Broken"], rows["Half"]
    assert words(failed[heads.index("status")]) == "failed"
    for cell in failed[2:8]:
        assert REASON in cell.get("title", "")
    asw = undefined[heads.index("ASW")]
    assert words(asw) == "undef"
    assert "no common genes" in asw.get("title", "")
    notes = {e.get("id"): words(e) for e in page.iter("li") if e.get("id")}
    for row, reason in ((failed, REASON), (undefined, "no common genes")):
        targets = [a.get("href", "")[1:] for a in row[0].iter("a")]
        assert any(reason in notes[target] for target in targets)
    assert "<b>boom" not in text


def test_names_of_ill_will_stay_text(text: str, page: Element) -> None:
    _, rows = table(page, f"{LUNG.as_posix()}/leaderboard")
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
    shown = {e.get("id") for e in page.iter("h3")}
    assert {f"metrics-{name}" for name in METRICS} <= shown
    assert "metrics-module_nmi" not in shown  # no leaderboard here has it


def test_the_table_across_tissues_has_all_scores(page: Element) -> None:
    _, acrosses = nasty_boards()
    across = next(a for a in acrosses if a.source == "files:data")
    heads, rows = table(page, "files-data/quick/across_tissues/across_tissues")
    for row in across.frame.to_dict("records"):
        cells = dict(zip(heads, rows[" ".join(row["title"].split())], strict=True))
        for tissue in across.tissues:
            shown = words(cells[tissue][0])
            if pd.isna(row[tissue]):
                assert shown == str(row[f"{tissue}_status"]).partition(":")[0]
            else:
                partial = "" if row[f"{tissue}_status"] == "ok" else "*"
                assert shown == number(row[tissue], 3) + partial
    assert words(rows["Broken"][heads.index("lung")]).startswith("failed")
    assert words(rows["Broken"][heads.index("heart")]) == "not run"


def test_sensitivity_has_a_part_only_where_there_is_any(page: Element) -> None:
    heads, rows = table(page, "sensitivity/synthetic/quick/lung/giant/findings/findings")
    assert heads == ["metric", "Noise"]
    assert [words(part) for part in rows["AUC"][1]] == ["sees it early", "0.900 → 0.700"]
    assert [words(part) for part in rows["ASW"][1]] == ["becomes undefined", "0.800 before"]
    assert rows["ASW"][1].get("title") == "one <b>cluster</b>"
    assert TITLE not in render_report(nasty_chapters())


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    def files(folder: Path, reverse: bool) -> Iterator[tuple[PurePath, bytes]]:
        records = nasty_records()
        for path in write_pages(folder, [embedding.chapter(records[::-1] if reverse else records)]):
            yield path.relative_to(folder), path.read_bytes()

    assert dict(files(tmp_path / "a", reverse=False)) == dict(files(tmp_path / "b", reverse=True))


def test_a_name_that_a_template_does_not_get_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        _environment().get_template("report.html.j2").render(title="")


def test_style_and_script_cannot_end_themselves() -> None:
    folder = Path(__file__).parents[3] / "benchmark" / "report" / "page"
    for name in ("style.css", "table.js"):
        assert not re.search(r"</(style|script)|<!--", (folder / name).read_text(), re.IGNORECASE)
