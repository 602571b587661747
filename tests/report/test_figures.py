"""What figures show, against the numbers of the leaderboard."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from figure_cases import (
    across_five,
    crowded_board,
    draw,
    faulty_board,
    figures_of,
    grey,
    joined,
    layouts_for,
    plain_board,
    single_board,
    texts,
    with_gid,
)
from inference_cells import all_experiments, inference_cell
from inference_cells import three_methods as three_inferring
from matplotlib import colormaps
from matplotlib.colors import to_rgba
from report_cells import METRICS, cell, five_tissues, three_methods

from geneboard.benchmark.report.figures import curves, heatmap
from geneboard.benchmark.report.figures.save import drawn
from geneboard.benchmark.report.figures.style import (
    PALE,
    short,
)
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.figures.across import across_figures
from geneboard.benchmark.tasks.inference import figures as inference
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_boards
from geneboard.benchmark.tasks.inference.over_problems import experiments
from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS


def xs(lines):
    return sorted(float(line.get_xdata()[0]) for line in lines)


# The heat map.


def test_cells_of_the_heat_map_hold_the_values_of_the_table():
    board = plain_board()
    shown = texts(draw(board, "heatmap"))
    for row in board.frame.to_dict("records"):
        assert short(row["title"], 30) in shown
        assert all(f"{row[metric]:.3f}" in shown for metric in METRICS)
        assert f"{row['joint_score']:.3f}" in shown
    assert len([text for text in shown if text.startswith("0.")]) == 7 * len(board.frame)
    assert shown.index("joint score") < shown.index("ASW")
    assert {"highest\ncontrol", "ceiling"} <= set(shown)  # of the colour bar


def test_heat_map_is_scaled_from_the_highest_control_to_the_ceiling() -> None:
    values = pd.DataFrame(
        {
            "AUC": [0.9, 0.6, 0.5, 0.4, 0.6],
            "NO": [0.3, 0.2, 0.1, 0.1, 0.05],
            "joint": [0.5, 0.04, 0.0, 0.0, 0.02],
        }
    )
    controls = np.array([False, False, False, True, True])
    shares = heatmap.shares_of(values, controls, {"AUC": 1.0, "joint": 1.0}, {"joint": 0.05})
    # AUC starts at 0.6, the higher control, which no control and nothing equal to it exceeds.
    assert shares["AUC"].to_list() == pytest.approx([0.75, *[np.nan] * 4], nan_ok=True)
    # NO has no ceiling but its highest value; 0.1 is that of a control.
    assert shares["NO"].to_list() == pytest.approx([1.0, 0.5, np.nan, np.nan, np.nan], nan_ok=True)
    # The joint score starts at what controls may reach, though none does here.
    assert shares["joint"].to_list() == pytest.approx([0.45 / 0.95, *[np.nan] * 4], nan_ok=True)
    alone = heatmap.shares_of(values.iloc[:3], controls[:3], {"AUC": 1.0}, {})
    assert alone["AUC"].to_list() == pytest.approx([0.8, 0.2, 0.0])


def test_cells_of_controls_are_grey_and_the_oracle_is_none_of_them() -> None:
    records = [
        cell("a", 0, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6),
        cell("random", 0, 0.3, kind="control", title="Random"),
        cell("oracle", 0, 0.9, kind="control", title="Oracle"),
    ]
    figure = draw(leaderboards(records)[0], "heatmap")
    cells = [one for one in figure.axes[0].patches if one.get_width() == 1]
    pale = [tuple(one.get_facecolor()) == to_rgba(PALE) for one in cells]
    rows = [pale[start : start + 7] for start in range(0, len(pale), 7)]
    assert [set(row) for row in rows] == [{False}, {False}, {True}]  # A; then Oracle before Random
    # CGR and NO, whose ceiling is the highest value: that of the oracle.
    assert cells[12].get_facecolor() == cells[13].get_facecolor() == colormaps[heatmap.COLOURS](1.0)


def test_undefined_cells_are_hatched_and_rows_without_scores_say_why():
    figure = draw(faulty_board(), "heatmap")
    shown = texts(figure)
    assert shown.count("undef") == 1
    hatched = figure.findobj(lambda artist: getattr(artist, "get_hatch", lambda: None)() is not None)
    assert len(hatched) == 1  # no other lacks a value
    assert "failed: ValueError: the loss is not finite" in shown
    assert "skipped: needs three datasets" in shown


def relative(colour):
    """Relative luminance of WCAG."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_values_can_be_read_on_their_colour_which_grows_lighter_steadily():
    colours = [mpl.colormaps[heatmap.COLOURS](share) for share in np.linspace(0, 1, 51)]
    assert all(np.diff([grey(colour[:3]) for colour in colours]) > 0)
    for share, colour in zip(np.linspace(0, 1, 51), colours, strict=True):
        text, face = float(share > heatmap.DARK) * -1 + 1, relative(colour)
        assert (max(face, text) + 0.05) / (min(face, text) + 0.05) > 3  # what WCAG asks of large text


# Dots with intervals.


def test_intervals_end_where_the_table_says():
    board = plain_board()
    figure = draw(board, "joint_score")
    bars = {"interval": "joint_score", "wide_interval": "joint_score_datasets"}
    for gid, column in bars.items():
        shown = sorted(tuple(line.get_xdata()) for line in with_gid(figure, gid))
        frame = board.frame.dropna(subset=f"{column}_low")
        assert shown == sorted(zip(frame[f"{column}_low"], frame[f"{column}_high"], strict=True))
        assert shown
    dots = with_gid(figure, "dot published") + with_gid(figure, "dot control")
    assert xs(dots) == sorted(board.frame["joint_score"])
    (level,) = with_gid(figure, "line")
    assert list(level.get_xdata()) == [NOT_ABOVE_CONTROLS] * 2
    assert "level of no knowledge (0.05)" in texts(figure)
    thick, thin = (with_gid(figure, gid)[0].get_linewidth() for gid in bars)
    assert thick > 2 * thin


def test_tie_letters_are_shown():
    board = plain_board()
    figure = draw(board, "joint_score")
    assert board.comparison.letters
    assert set(board.comparison.letters.values()) <= set(texts(figure))


def test_controls_are_apart_and_methods_without_a_score_stand_with_their_status():
    ticks = draw(plain_board(), "joint_score").axes[0].get_yticks()
    assert list(ticks[:3]) == [0, 1, 2]
    assert ticks[3] > 3.5
    assert {"C", "failed", "D", "skipped"} <= set(texts(draw(faulty_board(), "joint_score")))


def test_mean_ranks_have_bars_that_part_where_methods_are_told_apart():
    across = across_five()
    _, entry = across_figures(across)
    figure, test = drawn(entry), across.test
    assert xs(with_gid(figure, "dot ")) == sorted(test.mean_ranks)
    bars = [line.get_xdata() for line in with_gid(figure, "interval")]
    assert [high - low for low, high in bars] == pytest.approx([test.critical_difference] * 3)
    # Ranks a 1.0, c 2.4 and b 2.6, critical difference 1.48: b is told apart from a, c from neither.
    ends = sorted(bars, key=lambda bar: bar[0])
    assert ends[0][1] > ends[1][0]
    assert ends[0][1] < ends[2][0]
    assert "told apart from 1 of 2 others" in joined(figure)
    assert "SYNTHETIC DATA" in texts(figure)
    without = across_figures(type(across)(**(vars(across) | {"test": None})))
    assert [one.stem for one in without] == ["joint_scores"]


def test_joint_scores_over_tissues_are_their_means_with_every_tissue_and_the_range() -> None:
    # a has 0.9 everywhere; b 0.5, 0.3, 0.5, 0.3, 0.5; c the reverse.
    entry, _ = across_figures(across_five())
    figure = drawn(entry)
    assert xs(with_gid(figure, "dot published")) == pytest.approx([0.38, 0.42, 0.9])
    bars = sorted(tuple(line.get_xdata()) for line in with_gid(figure, "interval"))
    assert bars == [(0.3, 0.5), (0.3, 0.5), (0.9, 0.9)]
    (single,) = with_gid(figure, "single")
    assert sorted(single.get_xdata()) == pytest.approx([0.3] * 5 + [0.5] * 5 + [0.9] * 5)
    (level,) = with_gid(figure, "line")
    assert list(level.get_xdata()) == [NOT_ABOVE_CONTROLS] * 2
    assert "A has the highest mean joint score over 5 tissues, 0.900, and the highest in all" in joined(
        figure
    )
    assert "level of no knowledge (0.05)" in texts(figure)


def test_methods_that_lack_a_tissue_have_no_mean_and_no_marks() -> None:
    records = five_tissues(a=(0.9,) * 5, b=(0.5,) * 5, c=(0.2,) * 5)
    records = [one for one in records if (one["method"], one["tissue"]) != ("c", "lung")]
    entry = across_figures(across_tissues(leaderboards(records))[0])[0]
    figure = drawn(entry)
    assert "scored in 4 of 5 tissues" in texts(figure)
    (single,) = with_gid(figure, "single")
    assert sorted(single.get_xdata()) == pytest.approx([0.5] * 5 + [0.9] * 5)


def test_scores_of_inferred_genes_are_those_of_the_table():
    (board,) = inference_boards([*three_inferring(), inference_cell("dead", 0)])
    panels = drawn(inference.board_figures(board)[0]).axes
    for axes, metric in zip(panels, ("PCC", "PCC_within", "MAE"), strict=True):
        dots = [line for line in axes.lines if (line.get_gid() or "").startswith("dot ")]
        assert xs(dots) == sorted(board.frame[metric].dropna())
        (baseline,) = (line for line in axes.lines if line.get_gid() == "line")
        assert baseline.get_xdata()[0] == board.frame.set_index("method").loc["ridge", metric]
        assert "failed" in {text.get_text() for text in axes.texts}
    bars = [list(line.get_xdata()) for line in panels[0].lines if line.get_gid() == "interval"]
    assert bars == [[0.45, 0.45], [pytest.approx(0.405), pytest.approx(0.425)]]


def test_curves_and_dots_of_several_problems_go_through_the_values():
    budgets, organs, _ = experiments(inference_boards(all_experiments()))
    figure = drawn(inference.experiment_figure(budgets))
    assert [axes.get_xscale() for axes in figure.axes] == ["log"] * 4
    lines = {line.get_gid(): line for line in figure.axes[2].lines}  # PCC, greedy
    assert list(lines["ridge greedy"].get_xdata()) == [108, 324, 970]
    assert list(lines["ridge greedy"].get_ydata()) == pytest.approx([0.375, 0.435, 0.45])
    assert list(lines["mean greedy"].get_xdata()) == [108, 324]  # undefined with all
    axes = drawn(inference.experiment_figure(organs)).axes[0]
    dots = [line for line in axes.lines if line.get_gid() == "dot Ridge"]
    assert [line.get_xdata()[0] for line in dots] == pytest.approx([0.45, 0.285, 0.315])
    heights = {tuple(line.get_ydata()) for line in axes.lines if (line.get_gid() or "").startswith("dot ")}
    assert len(heights) > 3  # no two dots of a problem cover each other


# Cost and curves.


def test_costs_stand_where_the_table_says():
    board = crowded_board()
    figure = draw(board, "cost")
    shown = {tuple(point) for points in with_gid(figure, "published") for point in points.get_offsets()}
    assert shown == set(zip(board.frame["cpu_seconds"], board.frame["joint_score"], strict=True))
    assert any(text.endswith(", 2800 MB") for text in texts(figure))


def test_names_of_points_do_not_cover_each_other():
    figure = draw(crowded_board(), "cost")
    boxes = [note.get_window_extent() for note in figure.axes[0].texts]
    assert len(boxes) == 15
    assert not any(one.overlaps(two) for i, one in enumerate(boxes) for two in boxes[:i])


def test_methods_without_a_time_are_named_below():
    records = three_methods()
    for record in records[-2:]:
        record["cost"]["cpu_seconds"] = None
    shown = joined(draw(leaderboards(records)[0], "cost"))
    assert "Not shown, without a score or a time: C." in shown


def test_every_curve_is_drawn_and_the_others_are_named():
    records = three_methods()
    records[0]["history"] = {"loss": [100.0, 1.0, 0.1], "kl": [3.0, 2.0, 1.0]}
    records[1]["history"] = {"loss": [90.0, 2.0, 0.2], "kl": [3.5, 2.5, 1.5]}
    records[2]["history"] = {"loss": [3.0, -2.0]}
    figure = draw(leaderboards(records)[0], "training_curves")
    first, second = figure.axes
    thick = {line.get_gid(): line for line in first.lines}
    thin = {lines.get_gid(): lines for lines in first.collections}
    assert {gid: list(line.get_ydata()) for gid, line in thick.items()} == {
        "loss first": [100.0, 1.0, 0.1],
        "kl first": [3.0, 2.0, 1.0],
    }
    assert {
        gid: [list(y) for _, y in map(np.transpose, lines.get_segments())] for gid, lines in thin.items()
    } == {
        "loss others": [[90.0, 2.0, 0.2]],
        "kl others": [[3.5, 2.5, 1.5]],
    }
    assert thick["loss first"].get_linewidth() > 2 * thin["loss others"].get_linewidth()[0]
    low, high = first.get_ylim()
    assert low < 0.1 < 100 < high
    assert [line.get_gid() for line in second.lines] == ["loss first"]
    assert (first.get_yscale(), second.get_yscale()) == ("log", "linear")
    assert "Without curves: C." in joined(figure)


def test_long_curves_keep_their_ends():
    kept = curves.thinned(2000)
    assert (kept[0], kept[-1]) == (0, 1999)
    assert len(kept) == curves.MOST_POINTS
    assert list(curves.thinned(3)) == [0, 1, 2]


def test_figures_that_would_be_empty_are_absent():
    board = plain_board()
    assert "umap_module" in figures_of(board, layouts_for(board))
    assert "umap_module" not in figures_of(board, layouts_for(board, modules=0))
    assert "umap_dataset" not in figures_of(board)
    assert set(figures_of(single_board())) == {"heatmap"}
