"""Selection of landmarks against plain refits and scikit-learn, and what must not change a choice."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import MultiTaskLasso

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000 import landmark_selection
from geneboard.datasets.l1000.landmark_selection import (
    GREEDY_PENALTY,
    SELECTIONS,
    Selection,
    greedy_order,
    lasso_order,
    select_landmarks,
)

Samples = tuple[np.ndarray, np.ndarray]


def samples(n_samples: int, n_landmarks: int, n_targets: int, noise: float = 0.5, seed: int = 0) -> Samples:
    """Landmarks that vary together, and targets that follow all of them."""
    random = np.random.default_rng(seed)
    landmarks = random.standard_normal((n_samples, n_landmarks))
    landmarks += random.standard_normal((n_samples, 2)) @ random.standard_normal((2, n_landmarks))
    targets = landmarks @ random.standard_normal((n_landmarks, n_targets))
    targets += noise * targets.std() * random.standard_normal(targets.shape)
    return standardised(landmarks), standardised(targets)


def standardised(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = ((values - values.mean(axis=0)) / values.std(axis=0)).astype(np.float32)
    return result


def plain_greedy(landmarks: np.ndarray, targets: np.ndarray, k: int, penalty: float) -> list[int]:
    """Refit every model that has one landmark more, by least squares on samples and rows of the penalty."""
    inputs, outputs = (part.astype(float) - part.mean(axis=0, dtype=float) for part in (landmarks, targets))
    order: list[int] = []
    while len(order) < k:
        errors = np.full(inputs.shape[1], np.inf)
        for candidate in set(range(inputs.shape[1])) - set(order):
            chosen = inputs[:, [*order, candidate]]
            rows = np.vstack([chosen, np.sqrt(penalty) * np.eye(chosen.shape[1])])
            wanted = np.vstack([outputs, np.zeros((chosen.shape[1], outputs.shape[1]))])
            coefficients = np.linalg.lstsq(rows, wanted)[0]
            errors[candidate] = ((rows @ coefficients - wanted) ** 2).sum()
        order.append(int(errors.argmin()))
    return order


# Fewer and more samples than landmarks, fewer and more targets than samples.
@pytest.mark.parametrize("shape", [(40, 12, 60), (40, 12, 5), (15, 25, 60), (15, 25, 5)])
def test_greedy_is_a_refit_of_every_candidate(shape: tuple[int, int, int]) -> None:
    landmarks, targets = samples(*shape)
    k = shape[1]  # beyond the number of samples: there only the penalty tells landmarks apart
    expected = plain_greedy(landmarks, targets, k, GREEDY_PENALTY * shape[0])
    assert greedy_order(landmarks, targets, k).tolist() == expected


def test_greedy_lowers_the_residual_sum_of_squares_most() -> None:
    landmarks, targets = samples(60, 14, 30, seed=3)
    assert greedy_order(landmarks, targets, 10).tolist() == plain_greedy(landmarks, targets, 10, 0.0)


@pytest.mark.parametrize("shape", [(50, 20, 8), (25, 40, 8), (50, 20, 90)])
def test_the_lasso_has_the_path_of_scikit_learn(
    shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fitted afresh for every penalty, to all targets as they are."""
    monkeypatch.setattr(landmark_selection, "LASSO_TOLERANCE", 1e-9)
    landmarks, targets = samples(*shape)
    highest = np.linalg.norm(landmarks.T @ targets, axis=1).max() / shape[0]
    expected: list[int] = []
    for step in range(1, 25):
        plain = MultiTaskLasso(alpha=highest * 10 ** (-step / 30), tol=1e-9, max_iter=100_000)
        norms = np.linalg.norm(plain.fit(landmarks.astype(float), targets.astype(float)).coef_, axis=0)
        expected += sorted(set(np.flatnonzero(norms)) - set(expected), key=lambda place: -norms[place])
    assert len(expected) > 10
    assert lasso_order(landmarks, targets, len(expected)).tolist() == expected


def test_landmarks_that_never_enter_the_path_follow_by_their_products_with_residuals() -> None:
    """Landmarks at right angles: the group lasso then has a closed form, and the weak ones never enter."""
    landmarks = np.random.default_rng(0).standard_normal((30, 7))
    landmarks = np.linalg.qr(landmarks - landmarks.mean(axis=0))[0]
    strengths = np.array([0.001, 1.0, 0.003, 0.5, 0.0, 0.002, 0.02])
    targets = landmarks * strengths
    assert lasso_order(landmarks, targets, 7).tolist() == [1, 3, 6, 2, 5, 0, 4]


def test_what_landmarks_in_the_model_explain_does_not_bring_others_nearer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The path ends at 0.01: there the residual is 0.01 of the strong one, of which the second shares 0.6."""
    monkeypatch.setattr(landmark_selection, "LASSO_TOLERANCE", 1e-9)
    landmarks = np.random.default_rng(0).standard_normal((30, 3))
    strong, other, weak = np.linalg.qr(landmarks - landmarks.mean(axis=0))[0].T
    landmarks = np.stack([strong, 0.6 * strong + 0.8 * other, weak], axis=1)
    targets = np.stack([strong, 0.008 * weak], axis=1)
    assert lasso_order(landmarks, targets, 3).tolist() == [0, 2, 1]


@pytest.mark.parametrize("selection", ["lasso", "greedy"])
def test_the_regulators_are_found(selection: Selection) -> None:
    random = np.random.default_rng(1)
    landmarks = random.standard_normal((150, 60))
    regulators = np.sort(random.choice(60, 7, replace=False))
    targets = landmarks[:, regulators] @ random.standard_normal((7, 200))
    targets += random.standard_normal(targets.shape)
    chosen = select_landmarks(selection, standardised(landmarks), standardised(targets), 7, seed=0)
    np.testing.assert_array_equal(chosen, regulators)


@pytest.mark.parametrize("selection", ["lasso", "greedy"])
def test_the_order_of_landmarks_samples_and_targets_does_not_matter(selection: Selection) -> None:
    landmarks, targets = samples(30, 40, 50)
    random = np.random.default_rng(5)
    columns, rows, others = (random.permutation(n) for n in (40, 30, 50))
    chosen = select_landmarks(selection, landmarks, targets, 15, seed=0)
    moved = select_landmarks(selection, landmarks[rows][:, columns], targets[rows][:, others], 15, seed=0)
    np.testing.assert_array_equal(np.sort(columns[moved]), chosen)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_fewer_landmarks_are_part_of_more(selection: Selection) -> None:
    landmarks, targets = samples(20, 50, 30)
    chosen = {k: select_landmarks(selection, landmarks, targets, k, seed=0) for k in (1, 5, 19, 20, 42, 50)}
    for k, positions in chosen.items():
        assert len(set(positions)) == k
        np.testing.assert_array_equal(positions, np.sort(positions))
    for fewer, more in zip(chosen.values(), list(chosen.values())[1:], strict=False):
        assert set(fewer) < set(more)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_the_same_samples_and_seed_give_the_same_choice(selection: Selection) -> None:
    landmarks, targets = samples(20, 50, 30)
    before = landmarks.copy(), targets.copy()
    one, same, other = (
        select_landmarks(selection, landmarks, targets, 10, seed=seed).tolist() for seed in (1, 1, 2)
    )
    assert one == same
    assert (one == other) == (selection != "random")
    np.testing.assert_array_equal(landmarks, before[0])
    np.testing.assert_array_equal(targets, before[1])


def test_of_equal_landmarks_the_first_is_taken() -> None:
    landmarks, targets = samples(30, 6, 10)
    twice = np.hstack([landmarks, landmarks])
    for order in (greedy_order(twice, targets, 6), lasso_order(twice, targets, 6)):
        assert order[0] < 6
    assert sorted(greedy_order(twice, targets, 6)) == list(range(6))


def test_landmarks_that_do_not_vary_are_last() -> None:
    landmarks, targets = samples(30, 6, 10)
    landmarks[:, [1, 3]] = 0
    for order in (greedy_order, lasso_order):
        assert order(landmarks, targets, 6).tolist()[-2:] == [1, 3]


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("k", [0, -1, 7])
def test_as_many_landmarks_as_there_are(selection: Selection, k: int) -> None:
    with pytest.raises(InputError, match=rf"^{k} landmarks cannot be chosen; the data have 6\.$"):
        select_landmarks(selection, *samples(30, 6, 10), k, seed=0)


def test_an_unknown_selection() -> None:
    with pytest.raises(InputError, match="random, lasso, greedy"):
        select_landmarks("best", *samples(30, 6, 10), 3, seed=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_progress_ends_with_all_chosen(selection: Selection) -> None:
    steps: list[tuple[int, int]] = []
    landmarks, targets = samples(30, 12, 10)
    select_landmarks(selection, landmarks, targets, 5, seed=0, progress=lambda _, *step: steps.append(step))
    assert selection == "random" or steps[-1] == (5, 5)
