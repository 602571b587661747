"""Which landmarks to measure when there is room for fewer: chosen at random, by a lasso, or greedily."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from geneboard.datasets.base import StepProgress
from geneboard.datasets.errors import InputError

Selection = Literal["random", "lasso", "greedy"]
SELECTIONS: tuple[Selection, ...] = get_args(Selection)

GREEDY_PENALTY = 1e-3
"""Ridge penalty per sample, that is relative to the sum of squares of a standardised landmark."""

LASSO_COMPONENTS = 64
"""Principal components that stand for the targets; on TCGA RNA-seq they hold 80 % of the variance."""

LASSO_DECADES, LASSO_STEPS_PER_DECADE = 2, 30
"""How far below the highest penalty the path ends, and how finely it tells landmarks apart."""

LASSO_TOLERANCE = 1e-3
"""Duality gap, relative to the squares of the targets."""


def select_landmarks(
    selection: Selection,
    landmarks: np.ndarray,
    targets: np.ndarray,
    k: int,
    *,
    seed: int,
    progress: StepProgress | None = None,
) -> np.ndarray:
    """Choose the landmarks that are inputs; the choice of fewer is part of the choice of more.

    Parameters
    ----------
    selection
        ``"random"``, ``"lasso"`` (`lasso_order`) or ``"greedy"`` (`greedy_order`).
    landmarks
        Float32 of shape (n_samples, n_landmarks), standardised: the samples that may be learnt from.
    targets
        Float32 of shape (n_samples, n_targets), standardised: the same samples.
    k
        Number of landmarks to choose.
    seed
        Seed of the random choice; the others are functions of the samples.
    progress
        Told how many landmarks are chosen, by the selections that take time.

    Returns
    -------
    numpy.ndarray
        Positions of the chosen landmarks, sorted, shape (k,).

    Raises
    ------
    InputError
        If `k` is not positive or larger than the number of landmarks, or the selection is unknown.
    """
    n_landmarks = landmarks.shape[1]
    if selection not in SELECTIONS:
        raise InputError(f"{selection!r} is no selection of landmarks; there are {', '.join(SELECTIONS)}.")
    if not 1 <= k <= n_landmarks:
        raise InputError(f"{k} landmarks cannot be chosen; the data have {n_landmarks}.")
    if k == n_landmarks:
        return np.arange(n_landmarks)
    if selection == "random":
        order = np.random.default_rng(seed).permutation(n_landmarks)[:k]
    else:
        order = {"lasso": lasso_order, "greedy": greedy_order}[selection](landmarks, targets, k, progress)
    return np.sort(order)


def greedy_order(
    landmarks: np.ndarray, targets: np.ndarray, k: int, progress: StepProgress | None = None
) -> np.ndarray:
    """Choose one landmark after the other: the one that lowers the squared error of all targets most.

    The error is that of a ridge regression on the landmarks chosen so far (squared residuals plus the
    penalty), with so small a penalty that it is in effect the residual sum of squares. Once there are as many
    landmarks as samples less one, the residuals are zero whatever is chosen; the penalty keeps the error
    defined there, and the landmark that lets the coefficients shrink most is next. Landmarks that lower the
    error by the same amount are taken in the order of their positions.

    With M = I + X_S X_Sᵀ / penalty for the chosen landmarks S, the error is the trace of Yᵀ M⁻¹ Y. To choose
    x is an update of rank one (Sherman and Morrison 1950), which lowers the error by
    |Yᵀ M⁻¹ x|² / (penalty + xᵀ M⁻¹ x).

    Returns
    -------
    numpy.ndarray
        Positions in the order of choice, shape (k,).
    """
    inputs, outputs = _compact(landmarks, targets)
    penalty = GREEDY_PENALTY * len(landmarks)
    reduced = inputs.copy()  # M⁻¹ X
    products = outputs.T @ inputs  # Yᵀ M⁻¹ X
    squares = (inputs * reduced).sum(axis=0)  # xᵀ M⁻¹ x of every landmark
    free = np.ones(inputs.shape[1], dtype=bool)
    order: list[int] = []
    while len(order) < k:
        gains = np.where(free, np.einsum("cl,cl->l", products, products) / (penalty + squares), -1)
        # Equal landmarks may differ by rounding, which must not decide.
        chosen = int(np.flatnonzero(gains >= gains.max() * (1 - 1e-9))[0])
        root = np.sqrt(penalty + squares[chosen])
        direction = reduced[:, chosen] / root
        shares = direction @ inputs
        products -= np.outer(products[:, chosen] / root, shares)
        reduced -= np.outer(direction, shares)
        squares -= shares**2
        free[chosen] = False
        order.append(chosen)
        if progress is not None:
            progress("greedy selection of landmarks", len(order), k)
    return np.array(order)


def lasso_order(
    landmarks: np.ndarray, targets: np.ndarray, k: int, progress: StepProgress | None = None
) -> np.ndarray:
    """Choose the landmarks that come first when the penalty of a group lasso falls.

    A landmark is in the model for all targets or for none (scikit-learn's `MultiTaskLasso`; Yuan and Lin
    2006, 10.1111/j.1467-9868.2005.00532.x). The penalty falls in fixed steps from where no landmark is in the
    model; landmarks that enter in the same step are ordered by the norm of their coefficients. Landmarks that
    have not entered at the lowest penalty follow in the order of how near they are to it: by the norm of
    their products with the residuals.

    Returns
    -------
    numpy.ndarray
        Positions in the order of choice, shape (k,).
    """
    from sklearn.linear_model import MultiTaskLasso

    # Both terms of the group lasso, squared residuals and norms of a landmark's coefficients, stay the same
    # when the targets are rotated, so principal components can stand for the targets. All of them would give
    # the same path; the leading ones hold what targets have in common. On TCGA RNA-seq (281 samples, 11,298
    # targets) they choose 107 of the same 108 landmarks and 313 of the same 324, in a ninth of the time.
    inputs, outputs = (np.asfortranarray(part) for part in _compact(landmarks, targets))
    outputs = outputs[:, :LASSO_COMPONENTS]
    highest = np.linalg.norm(inputs.T @ outputs, axis=1).max() / len(inputs)
    falling = 10 ** (-np.arange(1, LASSO_DECADES * LASSO_STEPS_PER_DECADE + 1) / LASSO_STEPS_PER_DECADE)
    model = MultiTaskLasso(fit_intercept=False, warm_start=True, tol=LASSO_TOLERANCE, max_iter=10_000)
    order: list[int] = []
    for alpha in highest * falling:
        norms = np.linalg.norm(model.set_params(alpha=alpha).fit(inputs, outputs).coef_, axis=0)
        order += _largest_first(norms, np.setdiff1d(np.flatnonzero(norms), order))
        if progress is not None:
            progress("lasso selection of landmarks", min(len(order), k), k)
        if len(order) >= k:
            break
    else:
        residuals = outputs - inputs @ model.coef_.T
        nearness = np.linalg.norm(inputs.T @ residuals, axis=1)
        order += _largest_first(nearness, np.setdiff1d(np.arange(inputs.shape[1]), order))
    return np.array(order[:k])


def _largest_first(values: np.ndarray, positions: np.ndarray) -> list[int]:
    ordered: list[int] = positions[np.argsort(-values[positions], kind="stable")].tolist()
    return ordered


def _compact(landmarks: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two matrices of fewer rows and columns with the same errors for all linear models.

    Landmarks and targets are centred. With more samples than landmarks, the rows are turned into the space of
    the landmarks: what targets are outside of it is the same error for all models. The targets become their
    principal components, the largest first.

    Returns
    -------
    tuple
        Float64 of the shapes (n_rows, n_landmarks) and (n_rows, n_components), where n_rows is the lower of
        the numbers of samples and landmarks, and n_components that of n_rows and targets.
    """
    inputs = landmarks - landmarks.mean(axis=0, dtype=np.float64)
    outputs = targets - targets.mean(axis=0, dtype=np.float64)
    if len(inputs) > inputs.shape[1]:
        basis, inputs = np.linalg.qr(inputs)
        outputs = basis.T @ outputs
    if outputs.shape[1] > len(outputs):
        outputs = np.linalg.qr(outputs.T).R.T  # or the decomposition below would be of a much larger matrix
    left, singular_values, _ = np.linalg.svd(outputs, full_matrices=False)
    return inputs, left * singular_values
