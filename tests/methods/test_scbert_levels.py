"""Expression levels by hand, and what masking hides."""

import numpy as np
import pytest

from geneboard.methods.expression_levels import NO_TARGET, MaskedCells, expression_levels


def draw(levels, seed=0, masked=0.15, replaced=0.9):
    rng = np.random.default_rng(seed)
    return MaskedCells.draw(levels, mask_token=9, masked=masked, replaced=replaced, rng=rng)


def random_levels(n_cells=30, n_genes=50, seed=1):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 6, (n_cells, n_genes)) * (rng.random((n_cells, n_genes)) < 0.4)


def test_levels_by_hand():
    """Quintiles of 1 to 10 are at 2.8, 4.6, 6.4 and 8.2."""
    features = np.array([[1, 10, -3, 4, 5], [0, 2, 9, 3, -0.5], [6, 7, 8, 0, 0]], dtype=np.float32)
    expected = [[1, 5, 0, 2, 3], [0, 1, 5, 2, 0], [3, 4, 4, 0, 0]]
    made = expression_levels(features, 5)
    assert made.T.tolist() == expected
    assert made.flags.c_contiguous


def test_levels_are_equally_filled():
    features = np.random.default_rng(0).standard_normal((100, 100)).astype(np.float32)
    levels = expression_levels(features, 4)
    counts = np.bincount(levels.ravel())
    assert counts[0] == (features <= 0).sum()
    assert np.ptp(counts[1:]) <= 1
    order = np.argsort(features.T.ravel())
    assert (np.diff(levels.ravel()[order]) >= 0).all()


def test_levels_where_nothing_or_everything_is_the_same():
    assert not expression_levels(np.array([[-1.0, 0.0]], dtype=np.float32), 5).any()
    assert expression_levels(np.full((2, 3), 0.7, dtype=np.float32), 5).tolist() == [[1, 1]] * 3
    assert expression_levels(np.array([[2.0, -1.0, 5.0]], dtype=np.float32), 1).tolist() == [[1], [0], [1]]


def test_only_expressed_entries_are_chosen_and_each_once():
    levels = random_levels()
    made = draw(levels)
    for cell in range(len(levels)):
        counted = made.targets[cell] != NO_TARGET
        chosen = made.chosen[cell][counted]
        assert len(set(chosen)) == len(chosen) == np.ceil(0.15 * (levels[cell] > 0).sum())
        assert (levels[cell, chosen] > 0).all()
        assert (made.targets[cell][counted] == levels[cell, chosen]).all()
    assert made.n_targets == sum(np.ceil(0.15 * (row > 0).sum()) for row in levels)


def test_only_chosen_entries_are_hidden():
    levels = random_levels()
    before = levels.copy()
    for replaced in (0.0, 0.5, 1.0):
        made = draw(levels, replaced=replaced)
        hidden = made.tokens == 9
        assert (made.tokens[~hidden] == levels[~hidden]).all()
        chosen = np.zeros_like(hidden)
        counted = made.targets != NO_TARGET
        chosen[np.nonzero(counted)[0], made.chosen[counted]] = True
        assert (chosen[hidden]).all()
        if replaced in (0.0, 1.0):
            assert hidden.sum() == replaced * made.n_targets
    assert (levels == before).all()


def test_every_expressed_entry_has_the_same_chance():
    """One cell with 20 expressed entries of 40: 3 are chosen, 2.7 hidden on average."""
    levels = np.tile(np.repeat([0, 3], 20), (8000, 1))
    hidden = (draw(levels).tokens == 9).mean(axis=0)
    assert not hidden[:20].any()
    share = 0.15 * 0.9
    assert np.abs(hidden[20:] - share).max() < 4.5 * np.sqrt(share * (1 - share) / 8000)


@pytest.mark.parametrize("levels", [np.zeros((2, 4), dtype=np.int64), np.array([[0, 0], [0, 5]])])
def test_cells_that_express_nothing(levels):
    made = draw(levels)
    assert made.n_targets == (levels > 0).sum()
    assert made.chosen.shape == made.targets.shape == (2, 1)
