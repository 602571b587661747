"""Tables over several problems: budgets, organs left out, other platforms."""

from __future__ import annotations

import pytest
from inference_cells import all_experiments, budget, inference_cell, problem, three_methods, without

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render import markdown
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_boards
from geneboard.benchmark.tasks.inference.chapter import chapter, experiment_section
from geneboard.benchmark.tasks.inference.over_problems import Experiment, experiments
from geneboard.benchmark.tasks.inference.problem_tables import lead_in_words, problem_labels, problem_tables


def tables_of(records: list[Record]) -> dict[str, Experiment]:
    return {one.stem: one for one in experiments(inference_boards(records))}


@pytest.fixture(scope="module")
def found() -> dict[str, Experiment]:
    """The tables of `all_experiments`."""
    return tables_of(all_experiments())


def texts(experiment: Experiment, metric: str) -> dict[str, list[str]]:
    """What the page shows of each row of a metric."""
    (table,) = (one for one in problem_tables(experiment) if one.stem == metric)
    rows = [row for part in table.parts for row in table.cells(part, "html")]
    return {name.text: [cell.text for cell in cells] for name, *cells in rows}


def as_markdown(experiment: Experiment) -> str:
    return markdown.render(experiment_section(experiment))


def test_each_experiment_has_its_table(found: dict[str, Experiment]) -> None:
    assert list(found) == ["landmark_budget", "organs_left_out", "platforms"]
    assert {one.folder.as_posix() for one in found.values()} == {"l1000-tcga/quick"}
    assert tables_of(three_methods()) == {}  # the comparison alone is no experiment over problems


def test_the_comparison_is_the_largest_budget_of_every_selection(found: dict[str, Experiment]) -> None:
    # Ridge has PCC 0.44, 0.43 with 324 greedy landmarks, and 0.03 less with each further problem.
    budgets = found["landmark_budget"]
    table = problem_tables(budgets)[0]
    assert [column.head_in("md") for column in table.columns] == ["method", "970", "324", "108"]
    assert texts(budgets, "PCC")["Ridge, greedy"] == ["0.450", "0.435", "0.375"]
    assert texts(budgets, "PCC")["Ridge, random"] == ["0.450", "0.405", "0.345"]
    assert texts(budgets, "MAE")["GNN, greedy"] == ["0.585", "0.605", "0.665"]
    assert texts(budgets, "PCC")["Mean, greedy"][0] == "undef"
    assert [row["title"] for row in table.parts[1].lines] == ["Mean, greedy", "Mean, random"]
    assert lead_in_words(budgets).startswith("PCC by problem: Ridge, greedy 0.450 (970), 0.435 (324), 0.375")


def test_the_long_table_has_every_score_once(found: dict[str, Experiment]) -> None:
    frame = found["landmark_budget"].frame
    assert len(frame) == 5 * 3 * 4  # problems, methods, metrics
    assert not frame.duplicated(["problem", "method", "metric"]).any()
    line = (
        frame.loc[(frame["landmarks"] == 108) & (frame["selection"] == "random") & (frame["metric"] == "PCC")]
        .set_index("method")
        .loc["ridge"]
    )
    assert (line["value"], line["low"], line["high"]) == pytest.approx((0.345, 0.34, 0.35))
    assert (line["seeds"], line["landmarks_present"], line["targets"]) == (2, 970, 8)


def test_organs_and_platforms_stand_beside_the_comparison(found: dict[str, Experiment]) -> None:
    assert list(problem_labels(found["organs_left_out"]).values()) == [
        "all organs",
        "without liver",
        "without lung",
    ]
    assert list(problem_labels(found["platforms"]).values()) == [
        "same set (8 targets)",
        "to agilent (6 targets)",
    ]
    assert texts(found["platforms"], "PCC")["Ridge"] == ["0.450", "0.255"]
    assert "platform and organ are confounded" in as_markdown(found["platforms"])


def test_failed_and_missing_cells_stay_visible() -> None:
    records = [
        *three_methods(),
        inference_cell("ridge", 0, pcc=0.4, **budget(108)),
        inference_cell("gnn", 0, **budget(108)),
        inference_cell("mlp", 0, pcc=0.3, **budget(10)),
    ]
    budgets = tables_of(records)["landmark_budget"]
    assert texts(budgets, "PCC") == {
        "Ridge, greedy": ["0.450", "0.400", "–"],
        "GNN, greedy": ["0.415", "failed", "–"],
        "MLP, greedy": ["–", "–", "0.300"],
    }
    text = as_markdown(budgets)
    assert "| GNN, greedy | 0.415 [0.405..0.425] | failed | – |" in text
    assert "mean" not in budgets.methods  # it has the comparison alone


def test_problems_of_other_data_or_targets_are_left_out_and_named() -> None:
    newest = {"cost": {"finished_at": "2026-02-01T00:00:00+00:00"}}
    records = [
        *three_methods(),
        inference_cell("ridge", 0, pcc=0.4, **budget(324)),
        inference_cell("ridge", 0, pcc=0.3, **budget(108), **newest, data_hashes={"tcga": "0ther"}),
    ]
    for record in records:
        record["cost"].setdefault("finished_at", "2026-01-01T00:00:00+00:00")
    budgets = tables_of(records)["landmark_budget"]
    assert [board.group.tissue for board in budgets.boards] == ["landmarks-108-greedy"]
    assert budgets.sentences[-1].endswith("all-landmarks, landmarks-324-greedy.")
    fewer = budget(108)
    fewer["problem"]["targets"] = 5
    mixed = tables_of([*three_methods(), inference_cell("ridge", 0, pcc=0.4, **fewer)])["landmark_budget"]
    assert [board.problem["targets"] for board in mixed.boards] == [5]


def test_fewer_targets_have_files_of_their_own() -> None:
    fewer = problem(experiment="landmarks", landmarks=108, selection="greedy", targets=5)
    small = [
        inference_cell("ridge", 0, pcc=0.5, tissue="all-landmarks-5-targets", problem=problem(targets=5)),
        inference_cell("ridge", 0, pcc=0.4, tissue="landmarks-108-greedy-5-targets", problem=fewer),
    ]
    found = tables_of([*all_experiments(), *small])
    assert "landmark_budget-5-targets" in found
    assert [board.problem["targets"] for board in found["landmark_budget-5-targets"].boards] == [5, 5]
    assert len(found["landmark_budget"].boards) == 5


def test_two_sources_share_no_table() -> None:
    records = [inference_cell("ridge", 0, pcc=0.4, **without("lung"))]
    records += [{**record, "source": "l1000:other"} for record in records]
    tables = [section for section in chapter(records).sections if section.stem == "organs_left_out"]
    assert [(one.folder.as_posix(), len(one.facts)) for one in tables] == [
        ("l1000-other/quick", 1),
        ("l1000-tcga/quick", 1),
    ]
