"""What pictures show, against the numbers of the leaderboard."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from picture_cases import (
    NASTY,
    crowded_board,
    faulty_board,
    five_tissues,
    layouts_for,
    plain_board,
    single_board,
    texts,
    with_gid,
)
from report_cells import METRICS, cell, three_methods

from geneboard.benchmark.commands.build_report import DRAWING
from geneboard.benchmark.engine.processes import Processes
from geneboard.benchmark.report.boards import leaderboards
from geneboard.benchmark.report.pictures import (
    across_pictures,
    average_score,
    board_pictures,
    build_pictures,
    cost,
    critical_difference,
    heatmap,
    picture_files,
    training_curves,
    umap,
)
from geneboard.benchmark.report.pictures.style import (
    KIND_COLOURS,
    KIND_MARKERS,
    LINE_COLOURS,
    MARKERS,
    OKABE_ITO,
    luminance,
    series_style,
    short,
)
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.maps.layout import Layout


def test_cells_of_the_heat_map_hold_the_values_of_the_table():
    board = plain_board()
    shown = texts(heatmap.draw(board))
    for row in board.frame.to_dict("records"):
        assert short(row["title"], 30) in shown
        assert all(f"{row[metric]:.3f}" in shown for metric in METRICS)
    assert len([text for text in shown if text.startswith("0.")]) == 6 * len(board.frame)


def test_heat_map_is_scaled_by_the_methods_and_cuts_controls():
    # ASW of a, b, c is 0.9, 0.5, 0.7; GC has no spread; the control has 0.1 everywhere.
    scaled = heatmap.scaled_values(plain_board().frame)
    assert scaled[:, 0] == pytest.approx([1, 0, 0.5, 0], abs=1e-12)
    assert scaled[:, 3] == pytest.approx([0.5] * 4, abs=1e-12)


def test_heat_map_of_controls_alone_is_scaled_by_them():
    records = [cell("r", 0, 0.1, kind="control"), cell("s", 0, 0.4, kind="control")]
    scaled = heatmap.scaled_values(leaderboards(records)[0].frame)
    assert sorted(scaled[:, 0]) == [0, 1]


def test_undefined_cells_are_hatched_and_rows_without_scores_say_why():
    figure = heatmap.draw(faulty_board())
    shown = texts(figure)
    assert shown.count("undef") == 1
    hatched = figure.findobj(lambda artist: getattr(artist, "get_hatch", lambda: None)() is not None)
    assert len(hatched) == 1
    assert "failed: ValueError: the loss is not finite" in shown
    assert "skipped: needs three datasets" in shown


@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_values_can_be_read_on_their_colour(share):
    # 3 : 1 is what WCAG asks of large or bold text; the worst grey in the middle is still above it.
    from matplotlib import colormaps

    face = colormaps[heatmap.COLOURS](share)
    text = 0.0 if luminance(face) > 0.5 else 1.0
    lighter, darker = max(relative(face), text), min(relative(face), text)
    assert (lighter + 0.05) / (darker + 0.05) > 3


def relative(colour):
    """Relative luminance of WCAG, as an independent measure."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_heat_map_grows_lighter_steadily():
    from matplotlib import colormaps

    greys = [luminance(colormaps[heatmap.COLOURS](share)) for share in np.linspace(0, 1, 50)]
    assert all(np.diff(greys) > 0)


def test_intervals_end_where_the_table_says():
    board = plain_board()
    figure = average_score.draw(board)
    for column in ("average_score", "average_score_datasets"):
        drawn = sorted(tuple(line.get_xdata()) for line in with_gid(figure, column))
        frame = board.frame.dropna(subset=f"{column}_low")
        assert drawn == sorted(zip(frame[f"{column}_low"], frame[f"{column}_high"], strict=True))
        assert drawn
    scores = sorted(line.get_xdata()[0] for line in with_gid(figure, "score"))
    assert scores == sorted(board.frame["average_score"])
    thick, thin = (
        with_gid(figure, gid)[0].get_linewidth() for gid in ("average_score", "average_score_datasets")
    )
    assert thick > 2 * thin


def test_tie_letters_and_published_scores_are_shown():
    board = plain_board()
    figure = average_score.draw(board)
    assert board.comparison.letters
    for letters in board.comparison.letters.values():
        assert letters in texts(figure)
    assert with_gid(figure, "published") == []
    named = [cell(m, 0, v, title=t) for m, v, t in (("p", 0.5, "PCA"), ("g", 0.7, "GAE"))]
    board = leaderboards(named)[0]
    published = sorted(line.get_xdata()[0] for line in with_gid(average_score.draw(board), "published"))
    assert published == sorted(board.frame["published_score"])
    assert len(published) == 2


def test_methods_without_a_score_stand_with_their_status():
    shown = texts(average_score.draw(faulty_board()))
    assert {"C", "failed", "D", "skipped"} <= set(shown)


def test_controls_are_apart_below_the_methods():
    figure = average_score.draw(plain_board())
    ticks = figure.axes[0].get_yticks()
    assert list(ticks[:3]) == [0, 1, 2]
    assert ticks[3] > 3.5


def test_without_average_scores_there_is_no_picture_of_them():
    assert set(board_pictures(single_board(), {})) == {"heatmap"}


def test_costs_stand_where_the_table_says():
    board = crowded_board()
    figure = cost.draw(board)
    drawn = {tuple(point) for points in with_gid(figure, "published") for point in points.get_offsets()}
    assert drawn == set(zip(board.frame["cpu_seconds"], board.frame["average_score"], strict=True))
    assert any(text.endswith(", 2800 MB") for text in texts(figure))
    assert not any("$" in text for text in texts(figure))


def test_names_of_points_do_not_cover_each_other():
    figure = cost.draw(crowded_board())
    boxes = [note.get_window_extent() for note in figure.axes[0].texts]
    assert len(boxes) == 15
    pairs = [(one, two) for i, one in enumerate(boxes) for two in boxes[:i]]
    assert sum(one.overlaps(two) for one, two in pairs) <= 2


def test_methods_without_a_time_are_named_below():
    records = three_methods()
    for record in records[-2:]:
        record["cost"]["cpu_seconds"] = None
    shown = texts(cost.draw(leaderboards(records)[0]))
    assert any("Not shown, without a score or a time: C." in text for text in shown)


def test_every_curve_is_drawn_and_the_others_are_named():
    records = three_methods()
    records[0]["history"] = {"loss": [100.0, 1.0, 0.1], "kl": [3.0, 2.0, 1.0]}
    records[1]["history"] = {"loss": [90.0, 2.0, 0.2], "kl": [3.5, 2.5, 1.5]}
    records[2]["history"] = {"loss": [3.0, -2.0]}
    figure = training_curves.draw(leaderboards(records)[0])
    assert len(figure.axes) == 2
    first, second = figure.axes
    curves = {line.get_gid(): list(line.get_ydata()) for line in first.lines}
    assert curves["loss seed 0"] == [100.0, 1.0, 0.1]
    assert curves["kl seed 1"] == [3.5, 2.5, 1.5]
    widths = {line.get_gid(): line.get_linewidth() for line in first.lines}
    assert widths["loss seed 0"] > 2 * widths["loss seed 1"]
    assert (first.get_yscale(), second.get_yscale()) == ("log", "linear")
    assert any("Without curves: C." in text for text in texts(figure))


def test_long_curves_keep_their_ends():
    kept = training_curves.thinned(2000)
    assert (kept[0], kept[-1]) == (0, 1999)
    assert len(kept) == training_curves.MOST_POINTS
    assert list(training_curves.thinned(3)) == [0, 1, 2]


@pytest.mark.parametrize("by", ["dataset", "cluster", "module"])
def test_every_point_of_a_layout_is_drawn_once_in_its_panel(by):
    board = plain_board()
    layouts = layouts_for(board)
    figure = umap.draw(board, layouts, by)
    squares = [path.vertices[:4] for path in with_gid(figure, "panels")[0].get_paths()]
    assert len(squares) == 4  # one for each method, not for each seed
    points = np.concatenate([artist.get_offsets() for artist in with_gid(figure, "points")])
    for square in squares:
        inside = (points >= square.min(axis=0)) & (points <= square.max(axis=0))
        assert inside.all(axis=1).sum() == 40
    titles = [title.get_text() for title in with_gid(figure, "panel title")]
    assert titles == [title + (" (6)" if by == "cluster" else "") for title in board.frame["title"]]


def test_points_have_the_colour_and_mark_of_their_dataset():
    board = plain_board()
    layouts = layouts_for(board)
    figure = umap.draw(board, layouts, "dataset")
    layout = layouts[board.group.records[0]["key"]]
    from matplotlib.colors import to_rgba

    for number, artist in enumerate(with_gid(figure, "points")[:3]):
        colours = {tuple(colour) for colour in artist.get_facecolors()}
        assert colours == {to_rgba(OKABE_ITO[number])}
    drawn = [len(artist.get_offsets()) for artist in with_gid(figure, "points")]
    shown = [layouts[umap.first_scored(row)["key"]] for row in umap.rows_in_order(board)]
    assert drawn[:3] == [sum((one.dataset == number).sum() for one in shown) for number in range(3)]
    assert {"scrna_lung__a", "scrna_lung__b", "scrna_lung__c"} <= set(texts(figure))
    assert any("40 of 400" in text for text in texts(figure))
    assert any(umap.NOTE in text for text in texts(figure))
    assert layout.datasets[0] == "scrna_lung__a"


def test_a_layout_without_some_datasets_keeps_the_colours_of_the_others():
    board = plain_board()
    layouts = layouts_for(board)
    one = layouts[board.group.records[0]["key"]]
    fewer = type(one)(**(vars(one) | {"dataset": one.dataset * 0, "datasets": ("scrna_lung__c",)}))
    codes = umap._codes(fewer, "dataset", ["scrna_lung__a", "scrna_lung__b", "scrna_lung__c"])
    assert set(codes) == {2}


def test_points_have_the_colour_of_what_is_asked_for():
    # Numbers of datasets, clusters and modules differ at every point, and names are not in order.
    one = Layout(
        coordinates=np.zeros((4, 2), dtype=int),
        dataset=np.array([0, 0, 1, 1]),
        datasets=("b", "a"),
        cluster=np.array([3, 2, 0, 2]),
        n_clusters=4,
        module=np.array([1, 2, 0, 2]),
        modules=("10", "9", "2"),
        n_rows=4,
    )
    assert list(umap._codes(one, "dataset", ["a", "b"])) == [1, 1, 0, 0]
    assert list(umap._codes(one, "cluster", [])) == [3, 2, 0, 2]
    assert list(umap._codes(one, "module", ["2", "9", "10"])) == [1, 0, 2, 0]
    assert umap._names([umap.Map("a", one)], "module") == ["2", "9", "10"]


@pytest.mark.parametrize("by", ["dataset", "cluster", "module"])
def test_as_many_points_have_a_mark_as_have_its_number(by):
    board = plain_board()
    layouts = layouts_for(board)
    drawn = [len(points.get_offsets()) for points in with_gid(umap.draw(board, layouts, by), "points")]
    shown = [layouts[umap.first_scored(row)["key"]] for row in umap.rows_in_order(board)]
    numbers = np.concatenate([getattr(one, by) for one in shown])
    assert drawn == list(np.bincount(numbers, minlength=len(MARKERS)))


def test_maps_by_module_are_only_drawn_where_there_are_modules():
    board = plain_board()
    assert "umap_module" in board_pictures(board, layouts_for(board))
    assert "umap_module" not in board_pictures(board, layouts_for(board, modules=0))
    assert "umap_dataset" not in board_pictures(board, {})


def test_methods_without_a_map_are_named():
    board = plain_board()
    layouts = layouts_for(board)
    first = umap.first_scored(umap.rows_in_order(board)[1])
    del layouts[first["key"]]
    assert any("Without a map: B." in text for text in texts(umap.draw(board, layouts, "cluster")))


def test_bars_join_what_is_within_the_critical_difference():
    # Ranks 1, 2, 3 and 6: 1 to 3 are within 2, 6 is alone; 2 to 3 lie within the first bar.
    assert critical_difference.bars_of([1, 2, 3, 6], 2.0) == [(1, 3)]
    assert critical_difference.bars_of([1, 2, 3, 4], 1.5) == [(1, 2), (2, 3), (3, 4)]
    assert critical_difference.bars_of([1, 3, 5], 1.0) == []


def test_critical_difference_diagram_shows_ranks_and_bars():
    across = five_tissues()
    figure = critical_difference.draw(across)
    drawn = sorted(line.get_xdata()[0] for line in with_gid(figure, "rank"))
    assert drawn == sorted(across.nemenyi.mean_ranks)
    bars = [tuple(line.get_xdata()) for line in with_gid(figure, "bar")]
    # Ranks a 1.0, c 2.4 and b 2.6, critical difference 1.48: b is told apart from a, c from neither.
    expected = critical_difference.bars_of(
        sorted(across.nemenyi.mean_ranks), across.nemenyi.critical_difference
    )
    assert len(bars) == len(expected) == 2
    assert np.ravel(bars) + [0.03, -0.03] * 2 == pytest.approx(np.ravel(expected))
    scale = with_gid(figure, "critical difference")[0].get_xdata()
    assert scale[1] - scale[0] == pytest.approx(across.nemenyi.critical_difference)
    assert "SYNTHETIC DATA" in texts(figure)


def test_without_nemenyi_there_is_no_diagram():
    across = five_tissues()
    few = type(across)(**(vars(across) | {"nemenyi": None}))
    assert across_pictures(few) == {}
    with pytest.raises(ValueError, match="no result of Nemenyi"):
        critical_difference.draw(few)


def test_titles_say_tissue_source_preset_and_synthetic():
    assert {"lung: six metrics", "source files:data, preset quick, seeds 0, 1"} <= set(
        texts(heatmap.draw(plain_board()))
    )
    synthetic = leaderboards([cell("a", 0, 0.5, source="synthetic")])[0]
    assert "SYNTHETIC DATA" in texts(heatmap.draw(synthetic))
    assert "SYNTHETIC DATA" not in texts(heatmap.draw(plain_board()))


@pytest.mark.filterwarnings("error")
def test_names_are_shown_as_they_are():
    board = crowded_board(NASTY)
    for name, figure in board_pictures(board, layouts_for(board)).items():
        shown = " ".join(texts(figure))
        assert "$\\alpha$" in shown
        assert "<script>" in shown
        named = figure.findobj(lambda artist: "$" in getattr(artist, "get_text", str)())
        assert named
        assert not any(text.get_parse_math() for text in named), name
    assert b"<script" not in picture_files("x", heatmap.draw(board))["x.svg"]


@pytest.mark.parametrize("make", [plain_board, faulty_board, single_board, crowded_board])
def test_no_text_leaves_the_figure(make):
    board = make()
    for name, figure in board_pictures(board, layouts_for(board)).items():
        width, height = figure.get_size_inches() * figure.dpi
        names = [text for axes in figure.axes for text in axes.texts]
        names += [text for axes in figure.axes if axes.axison for text in axes.get_yticklabels()]
        for text in [*figure.texts, *names]:
            box = text.get_window_extent()
            assert box.x0 >= -1, (name, text)
            assert box.x1 <= width + 1, (name, text)
            assert box.y0 >= -1, (name, text)
            assert box.y1 <= height + 1, (name, text)


def test_series_differ_in_grey_or_in_mark():
    greys = [luminance(colour) for colour in OKABE_ITO]
    assert min(abs(np.diff(greys))) > 0.12
    looks = [(series_style(i)["color"], str(series_style(i)["linestyle"])) for i in range(20)]
    assert len(set(looks)) == 20
    for i, j in zip(range(19), range(1, 20), strict=True):
        assert looks[i][1] != looks[j][1]
    assert min(abs(np.diff([luminance(colour) for colour in LINE_COLOURS]))) > 0.12
    codes = {(umap.colour_of(code), umap.mark_of(code)) for code in range(56)}
    assert len(codes) == 56
    assert len(set(MARKERS)) == len(MARKERS)
    assert len(set(KIND_MARKERS.values())) == len(KIND_COLOURS)


PROGRAM = """
import hashlib, json, sys
sys.path.insert(0, "tests/report")
from picture_cases import layouts_for, plain_board
from geneboard.benchmark.report.pictures import board_pictures, picture_files
board = plain_board()
figures = board_pictures(board, layouts_for(board))
files = {f: hashlib.sha256(b).hexdigest() for n, g in figures.items() for f, b in picture_files(n, g).items()}
loaded = [name for name in ("torch", "scanpy", "numba") if name in sys.modules]
print(json.dumps([files, loaded]))
"""


def test_same_bytes_in_another_process_and_nothing_heavy_is_loaded():
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=root,
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    there, loaded = json.loads(done.stdout)
    board = plain_board()
    figures = board_pictures(board, layouts_for(board))
    here = {
        file: hashlib.sha256(content).hexdigest()
        for name, figure in figures.items()
        for file, content in picture_files(name, figure).items()
    }
    assert there == here
    assert len(here) == 12
    assert loaded == []


def test_settings_of_the_user_change_nothing():
    import matplotlib as mpl

    board = plain_board()
    before = picture_files("x", heatmap.draw(board))
    with mpl.rc_context({"font.size": 20, "text.parse_math": True, "axes.facecolor": "red"}):
        settings = dict(mpl.rcParams)
        assert picture_files("x", heatmap.draw(board)) == before
        assert dict(mpl.rcParams) == settings


def test_files_of_several_boards_are_written_by_processes_as_by_one(tmp_path):
    records = [
        *three_methods(),
        *(cell(r["method"], r["seed"], 0.5, tissue="heart") for r in three_methods()),
    ]
    boards = leaderboards(records)
    with Processes(2, libraries=DRAWING) as pool:
        paths = build_pictures(tmp_path / "both", boards, [], {}, executor=pool)
    for board in boards:
        alone = build_pictures(tmp_path / "one", [board], [], {})
        for path in alone:
            assert (tmp_path / "both" / path.relative_to(tmp_path / "one")).read_bytes() == path.read_bytes()
    assert len(paths) == len(set(paths)) == 12
    assert all(path.exists() for path in paths)
