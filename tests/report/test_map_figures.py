"""Maps of embeddings: every point in its panel, titles and notes that speak of what is shown."""

import numpy as np
import pytest
from figure_cases import (
    crowded_board,
    draw,
    faulty_board,
    joined,
    layout,
    layouts_for,
    plain_board,
    texts,
    with_gid,
)
from matplotlib.colors import to_rgba
from report_cells import cell

from geneboard.benchmark.report.figures.style import (
    MARKERS,
    OKABE_ITO,
)
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.figures import umap
from geneboard.benchmark.tasks.embedding.maps.layout import Layout


@pytest.mark.parametrize("by", ["dataset", "cluster", "module"])
def test_every_point_of_a_layout_is_drawn_once_in_its_panel(by):
    board = plain_board()
    layouts = layouts_for(board)
    figure = draw(board, f"umap_{by}", layouts)
    squares = [path.vertices[:4] for path in with_gid(figure, "panels")[0].get_paths()]
    assert len(squares) == 4  # one for each method, not for each seed
    artists = with_gid(figure, "points")
    points = np.concatenate([artist.get_offsets() for artist in artists])
    for square in squares:
        inside = (points >= square.min(axis=0)) & (points <= square.max(axis=0))
        assert inside.all(axis=1).sum() == 40
    titles = [title.get_text() for title in with_gid(figure, "panel title")]
    assert titles == [title + (" (6)" if by == "cluster" else "") for title in board.frame["title"]]
    # As many points have a mark as have its number.
    first = {record["method"]: layouts[record["key"]] for record in reversed(board.group.records)}
    numbers = np.concatenate([getattr(one, by) for one in first.values()])
    counts = [len(artist.get_offsets()) for artist in artists]
    assert counts == list(np.bincount(numbers, minlength=len(MARKERS)))


def test_points_have_the_colour_of_their_dataset_and_notes_say_what_maps_are():
    board = plain_board()
    figure = draw(board, "umap_dataset", layouts_for(board))
    for number, artist in enumerate(with_gid(figure, "points")[:3]):
        assert {tuple(colour) for colour in artist.get_facecolors()} == {to_rgba(OKABE_ITO[number])}
    assert {"scrna_lung__a", "scrna_lung__b", "scrna_lung__c"} <= set(texts(figure))
    assert "40 of 400" in joined(figure)
    assert umap.NOTE in joined(figure)


def test_points_have_the_number_of_what_is_asked_for():
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
    assert list(umap.codes_of(one, "dataset", ["a", "b"])) == [1, 1, 0, 0]
    assert list(umap.codes_of(one, "cluster", [])) == [3, 2, 0, 2]
    assert list(umap.codes_of(one, "module", ["2", "9", "10"])) == [1, 0, 2, 0]
    assert umap.names_of([one], "module") == ["2", "9", "10"]
    # A layout without some datasets keeps the colours of the others.
    fewer = Layout(**(vars(one) | {"dataset": one.dataset * 0, "datasets": ("c",)}))
    assert set(umap.codes_of(fewer, "dataset", ["a", "b", "c"])) == {2}


def test_methods_without_a_map_are_named():
    board = plain_board()
    b = {record["key"] for record in board.group.records if record["method"] == "b"}
    layouts = {key: layout for key, layout in layouts_for(board).items() if key not in b}
    assert "Without a map: B (none was kept with its scores)." in joined(draw(board, "umap_cluster", layouts))
    one = {key: layout(modules=0) if place else layout() for place, key in enumerate(layouts)}
    assert "C (no true modules)" in joined(draw(board, "umap_module", one))
    faulty = faulty_board()
    shown = joined(draw(faulty, "umap_dataset", layouts_for(faulty)))
    assert "Without a map: C (failed), D (skipped)." in shown


def test_the_title_of_maps_speaks_of_those_that_are_shown() -> None:
    taken = [
        {**cell(name, 0, value), "taken_from": "results/reference"}
        for name, value in (("c", 0.9), ("d", 0.1))
    ]
    (board,) = leaderboards([cell("a", 0, 0.6), cell("b", 0, 0.4), *taken])
    mine = {r["key"]: layout() for r in board.group.records if r["method"] in "ab"}
    shown = joined(draw(board, "umap_dataset", mine))
    assert "highest iLISI A (0.60), lowest B (0.40)" in shown
    assert "Without a map: 2 rows of results/reference (not run here)." in shown
    assert "highest" not in joined(draw(board, "umap_dataset", dict(list(mine.items())[:1])))


@pytest.mark.parametrize("by", ["dataset", "cluster"])
def test_titles_of_maps_do_not_touch_each_other_or_a_map(by: str) -> None:
    titles = ["W" * 60, "MuSe-GNN[epochs=500, learning_rate=0.01]", "M W M W M W M W M W M W M W", "PCA"] * 3
    board = crowded_board(tuple(f"{number}{title}" for number, title in enumerate(titles)))
    figure = draw(board, f"umap_{by}", layouts_for(board))
    figure.draw_without_rendering()
    boxes = [title.get_window_extent() for title in with_gid(figure, "panel title")]
    assert len(boxes) == 15
    assert not any(one.overlaps(two) for number, one in enumerate(boxes) for two in boxes[:number])
    (panels,) = with_gid(figure, "panels")
    squares = [panels.get_transform().transform_path(path).get_extents() for path in panels.get_paths()]
    assert not any(box.overlaps(square) for box in boxes for square in squares)
