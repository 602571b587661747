"""What holds for every figure: its words, its layout, its bytes."""

import io
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from figure_cases import (
    NASTY,
    all_figures,
    crowded_board,
    draw,
    faulty_board,
    figures_of,
    grey,
    heavy_modules,
    joined,
    layouts_for,
    plain_board,
    texts,
)
from matplotlib.text import Text
from PIL import Image
from report_cells import cell

from geneboard.benchmark.report.figures.save import drawn, figure_files, file_of, write_figures
from geneboard.benchmark.report.figures.style import (
    KIND_LOOKS,
    LINE_COLOURS,
    OKABE_ITO,
    dot_look,
    line_look,
)
from geneboard.benchmark.tasks.embedding.board.board import leaderboards


def test_titles_say_the_finding_and_the_bottom_the_source():
    shown = joined(draw(plain_board(), "heatmap"))
    assert "lung: joint score and the six metrics" in shown
    assert "Source files:data, preset quick, seeds 0, 1." in shown
    assert "SYNTHETIC DATA" not in shown
    synthetic = leaderboards([cell("a", 0, 0.5, source="synthetic")])[0]
    assert "SYNTHETIC DATA" in texts(draw(synthetic, "heatmap"))


@pytest.mark.filterwarnings("error")
def test_names_are_shown_as_they_are():
    board = crowded_board(NASTY)
    for name, entry in figures_of(board, layouts_for(board)).items():
        figure = drawn(entry)
        assert "$\\alpha$" in joined(figure)
        assert "<script>" in joined(figure)
        named = [text for text in figure.findobj(Text) if "$" in text.get_text()]
        assert named
        assert not any(text.get_parse_math() for text in named), name
    assert b"<script" not in figure_files(figures_of(board)["heatmap"])["heatmap.svg"]


@pytest.mark.parametrize("make", [faulty_board, crowded_board])
def test_no_text_leaves_the_figure_and_title_and_notes_cover_no_axes(make):
    board = make()
    for name, entry in figures_of(board, layouts_for(board)).items():
        figure = drawn(entry)
        figure.draw_without_rendering()  # puts the legend in its place
        width, height = figure.get_size_inches() * figure.dpi
        (legend,) = figure.legends
        names = [text for axes in figure.axes for text in axes.texts]
        names += [text for axes in figure.axes if axes.axison for text in axes.get_yticklabels()]
        outer = [legend.get_title(), *legend.get_texts(), *figure.texts]
        for text in [*outer, *names]:
            box = text.get_window_extent()
            assert box.x0 >= -1, (name, text)
            assert box.x1 <= width + 1, (name, text)
            assert box.y0 >= -1, (name, text)
            assert box.y1 <= height + 1, (name, text)
        for axes in figure.axes:
            for text in outer:
                assert not text.get_window_extent().overlaps(axes.get_window_extent()), (name, text)


def test_series_differ_in_grey_and_in_mark_or_dashes():
    for colours in (OKABE_ITO, LINE_COLOURS):
        assert min(abs(np.diff([grey(colour) for colour in colours]))) > 0.12
    looks = [line_look(number) for number in range(20)]
    assert len({str(look) for look in looks}) == 20
    assert all(one["linestyle"] != two["linestyle"] for one, two in pairwise(looks))
    assert all(one["marker"] != two["marker"] for one, two in pairwise(map(dot_look, range(20))))
    assert len({str(dot_look(code, OKABE_ITO)) for code in range(56)}) == 56
    assert len({look["marker"] for look in KIND_LOOKS.values()}) == len(KIND_LOOKS)


def alt(records, stem):
    (board,) = leaderboards(records)
    return figures_of(board)[stem].alt


def test_words_of_training_curves_tell_the_loss_and_tell_variants_apart():
    records = [
        cell("a", 0, 0.9, history={"accuracy": [0.1, 0.9], "loss": [None, 5.0, None, 2.0, 1.0]}),
        cell("a", 1, 0.9, history={"loss": [6.0, 7.0]}),
        cell("a", 0, 0.8, overrides={"epochs": 5}, history={"loss": [5.0, 3.0]}),
        cell("b", 0, 0.7, history={"reconstruction": [4.0, 0.25], "loss": [1.0]}),
        cell("c", 0, 0.6, history={"loss": [1.0]}),
        cell("d", 0, 0.0),
        cell("e", 0, history={"loss": [9.0, 8.0]}),  # failed: not in the figure
    ]
    assert alt(records, "training_curves") == (
        "Training curves, first and last value of the first seed: A: loss from 5 to 1; A[epochs=5]: loss "
        "from 5 to 3; B: reconstruction from 4 to 0.25."
    )
    for curve in ({"kl": [3.0, 1.0], "adversary": [2.0, 1.0]}, {"adversary": [2.0, 1.0], "kl": [3.0, 1.0]}):
        records = [cell("a", 0, 0.9, history=curve), cell("b", 0, 0.1)]
        assert alt(records, "training_curves").endswith("A: adversary from 2 to 1.")


def test_words_of_costs_tell_only_of_rows_with_a_score():
    records = [
        cell("a", 0, 0.9, cost={"cpu_seconds": 40.0}),
        cell("b", 0, 0.5, cost={"cpu_seconds": 30.0}),
        cell("c", 0, 0.1, cost={"cpu_seconds": 35.0}),
        cell("dead", 0, cost={"cpu_seconds": 0.5}),
        cell("noise", 0, 0.5, kind="control", cost={"cpu_seconds": 0.1}),
    ]
    assert alt(records, "cost") == (
        "Processor time against joint score. The highest, A, takes 40.0 s for 0.90. The fastest, B, takes "
        "30.0 s for 0.50."
    )


# Files.


def test_files_are_at_300_dots_per_inch_and_the_same_whenever_they_are_made() -> None:
    for name, entry in figures_of(plain_board(), layouts_for(plain_board())).items():
        files = figure_files(entry, ("png", "svg", "pdf"))
        assert files == figure_files(entry, ("png", "svg", "pdf"))
        assert list(files) == [f"{name}.png", f"{name}.svg", f"{name}.pdf"]
        png = Image.open(io.BytesIO(files[f"{name}.png"]))
        figure = drawn(entry)
        assert png.size == pytest.approx(figure.get_size_inches() * 300, abs=1)
        assert png.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert png.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
        assert files[f"{name}.pdf"].startswith(b"%PDF-")
        assert b"CreationDate" not in files[f"{name}.pdf"]


def test_the_pictures_of_a_tissue_leave_room_in_a_report_of_three_megabytes() -> None:
    board = crowded_board()
    entries = figures_of(board, layouts_for(board, n=1000, n_rows=3000)).values()
    assert sum(len(file_of(drawn(entry), "png")) for entry in entries) * 4 / 3 < 2_500_000


def test_a_picture_in_few_colours_looks_like_one_in_all(tmp_path: Path) -> None:
    entry = figures_of(plain_board())["heatmap"]
    figure = drawn(entry)
    figure.savefig(tmp_path / "all.png", dpi=300)
    (few, full) = (
        np.asarray(Image.open(one).convert("RGB"), dtype=float)
        for one in (io.BytesIO(file_of(figure, "png")), tmp_path / "all.png")
    )
    assert abs(few - full).mean() < 2  # of 255
    assert abs(few - full).max() < 64


def test_settings_of_the_user_change_nothing():
    entry = figures_of(plain_board())["heatmap"]
    before = figure_files(entry)
    with mpl.rc_context({"font.size": 20, "text.parse_math": True, "axes.facecolor": "red"}):
        settings = dict(mpl.rcParams)
        assert figure_files(entry) == before
        assert dict(mpl.rcParams) == settings


def test_same_bytes_in_another_process_and_nothing_heavy_is_loaded(tmp_path):
    figures = [(Path("lung"), figure) for figure in all_figures()]
    alone = list(write_figures(tmp_path / "here", figures))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        paths = list(write_figures(tmp_path / "there", figures, pool))
        assert pool.submit(heavy_modules).result() == []
    assert [path.name for path in paths] == [path.name for path in alone]
    assert len(paths) == 20
    for one, two in zip(alone, paths, strict=True):
        assert one.read_bytes() == two.read_bytes()
