"""The card of each method: what it says, where it has it from, and what it does not know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from report_cells import cell

from geneboard.benchmark import registry
from geneboard.benchmark.records.descriptions import write_descriptions
from geneboard.benchmark.records.store import write_record
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.board.method_cards import method_cards
from geneboard.benchmark.tasks.embedding.board.section import board_section
from geneboard.benchmark.tasks.embedding.board.training_data import TRAINED_ON


def details(*records: Any) -> dict[str, str]:
    (card,) = method_cards(records).definitions
    return {"text": card.text, **card.details}


def test_every_method_of_ours_says_what_it_is_trained_on() -> None:
    assert set(TRAINED_ON) == {entry.name for entry in registry.methods(installed=False)}


def test_a_card_has_what_the_docstring_and_the_records_say() -> None:
    quick = cell("giant", 0, 0.5, title="GIANT")
    paper = cell("giant", 1, 0.5, title="GIANT", preset="paper", overrides={"epochs": 1000}, device="cuda:0")
    card = details(paper, quick)
    assert card["text"].startswith("GIANT (Chen et al. 2022)")
    assert card["Source"] == "doi"
    assert card["Trained on"] == "the gene graphs"
    assert card["Trained on what it is scored on"] == "yes"
    assert card["Epochs"] == "1000 (preset paper); 100 (preset quick)"
    assert card["Settings"] == '{"dim": 32}'
    assert card["Hardware"] == "cuda:0, 1 thread, here (preset paper); cpu, 1 thread (preset quick)"
    assert card["Deviations"].startswith("The skip-gram loss is its expectation")
    assert card["Deviations"].endswith("every node had every gene.")
    assert "Parameters" not in card["Deviations"]


def test_a_method_of_expression_is_not_scored_on_what_it_has_seen() -> None:
    assert details(cell("pca", 0, 0.5))["Trained on what it is scored on"] == "no"


def test_a_plugin_says_that_it_does_not_say() -> None:
    card = details(cell("mine", 0, 0.5, kind="plugin", reference=""))
    assert card["text"] == "What it is, is not kept with its records."
    for label in ("Source", "Trained on", "Trained on what it is scored on", "Deviations"):
        assert card[label] == "not stated"


def test_a_plugin_may_say_what_it_is_trained_on() -> None:
    card = details(cell("mine", 0, 0.5, kind="plugin", trained_on="expression and the gene graphs"))
    assert card["Trained on"] == "expression and the gene graphs"
    assert card["Trained on what it is scored on"] == "yes"


def test_a_record_that_states_something_else_states_nothing() -> None:
    assert details(cell("mine", 0, 0.5, kind="plugin", trained_on="all"))["Trained on"] == "not stated"


def test_the_leaderboard_of_the_page_has_the_column_and_no_file_has() -> None:
    plugins = [
        cell("mine", 0, 0.4, kind="plugin"),
        cell("theirs", 0, 0.3, kind="plugin", trained_on="other data"),
    ]
    board = leaderboards([cell("giant", 0, 0.6), cell("pca", 0, 0.5), *plugins])[0]
    table = board_section(board).tables[0]
    place = [column.key for column in table.columns_in("html")].index("trained_on_scored")
    assert [row[place].text for row in table.cells(table.parts[0], "html")] == [
        *("yes", "no", "not stated", "no"),
    ]
    assert "trained_on_scored" not in table.frame
    assert "trained_on_scored" not in {column.key for column in table.columns_in("md")}


def test_a_plugin_says_what_its_docstring_said_when_it_was_run_last(tmp_path: Path) -> None:
    plugin = tmp_path / "mine.py"
    records = [cell("mine", seed, 0.5, kind="plugin", reference="") for seed in (0, 1)]
    records[1] = {**records[1], "cost": {**records[1]["cost"], "finished_at": "2999-01-01T00:00:00+00:00"}}
    for record in records:
        write_record(tmp_path, record)
        text = f"Sums {record['seed']}\n    of neighbours.\n\n    More.\n    "
        plugin.write_text(f'class Mine:\n    """{text}"""\n\n    name = "mine"\n    title = "Mine"\n')
        (entry,) = registry.entries_in(plugin)
        write_descriptions(tmp_path, dict.fromkeys((record["key"], "gone"), entry.docstring))
    plugin.unlink()
    (card,) = method_cards(records, tmp_path).definitions
    assert card.text == "Sums 1 of neighbours."
    assert card.details["Deviations"] == "not stated"
    assert not (tmp_path / "runs" / "gone").exists()
    (pca,) = method_cards([cell("pca", 0, 0.5)], tmp_path).definitions
    assert pca.text.startswith("PCA")
