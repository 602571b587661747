"""Means, least squares, ridge and neighbours: closed forms and scikit-learn as oracles."""

from __future__ import annotations

import numpy as np
import pytest
from inference_cases import error, fit, random_data
from sklearn.linear_model import LinearRegression
from sklearn.linear_model import Ridge as PlainRidge
from sklearn.neighbors import KNeighborsRegressor

from geneboard.methods.inference.base import InferenceData
from geneboard.methods.inference.linear import Decomposition, LeastSquares
from geneboard.methods.inference.means import Mean, OrganMean
from geneboard.methods.inference.nearest_neighbours import NearestNeighbours
from geneboard.methods.inference.ridge import Ridge

TRAIN, VALIDATION, TEST = random_data(30), random_data(8, seed=1), random_data(7, seed=2)
BOTH = TRAIN.and_also(VALIDATION)


def test_mean() -> None:
    predicted = fit(Mean(), TRAIN, VALIDATION).predict(TEST.landmarks, TEST.organs)
    np.testing.assert_allclose(predicted, np.tile(BOTH.targets.mean(axis=0), (7, 1)), rtol=1e-6)


def test_organ_mean() -> None:
    organs = np.array(["liver", "new", "unknown"])
    predicted = fit(OrganMean(), TRAIN, VALIDATION).predict(TEST.landmarks[:3], organs)
    np.testing.assert_allclose(predicted[0], BOTH.targets[BOTH.organs == "liver"].mean(axis=0), rtol=1e-5)
    for row in (1, 2):
        np.testing.assert_allclose(predicted[row], BOTH.targets.mean(axis=0), rtol=1e-6)


@pytest.mark.parametrize("n_landmarks", [6, 60])
def test_least_squares(n_landmarks: int) -> None:
    """With fewer samples than landmarks scikit-learn, too, gives the solution of the smallest norm."""
    train, validation, test = (random_data(n, n_landmarks, seed=n) for n in (30, 8, 7))
    both = train.and_also(validation)
    plain = LinearRegression().fit(both.landmarks.astype(float), both.targets.astype(float))
    found = fit(LeastSquares(), train, validation).predict(test.landmarks, test.organs)
    np.testing.assert_allclose(found, plain.predict(test.landmarks), atol=2e-4, rtol=1e-5)


def test_least_squares_with_a_landmark_twice() -> None:
    doubled = [
        InferenceData(np.hstack([part.landmarks, part.landmarks[:, :1]]), part.targets, part.organs)
        for part in (TRAIN, VALIDATION, TEST)
    ]
    one = fit(LeastSquares(), TRAIN, VALIDATION).predict(TEST.landmarks, TEST.organs)
    other = fit(LeastSquares(), *doubled[:2]).predict(doubled[2].landmarks, TEST.organs)
    np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("n_landmarks", [6, 60])
@pytest.mark.parametrize("penalty", [0.5, 30.0])
def test_every_penalty_is_ridge(n_landmarks: int, penalty: float) -> None:
    train, test = random_data(30, n_landmarks), random_data(7, n_landmarks, seed=1)
    plain = PlainRidge(penalty).fit(train.landmarks.astype(float), train.targets.astype(float))
    found = Decomposition.of(train.landmarks, train.targets).predict(test.landmarks, penalty)
    np.testing.assert_allclose(found, plain.predict(test.landmarks.astype(float)), atol=1e-8)


@pytest.mark.parametrize("refit", [True, False])
def test_ridge_takes_the_penalty_that_is_best_on_validation(refit: bool) -> None:
    train, validation, test = (random_data(n, 40, seed=n) for n in (30, 20, 7))
    method = Ridge(lowest=-1, highest=3, per_decade=1, refit=refit)
    errors = {}
    for penalty in (0.1, 1, 10, 100, 1000):
        plain = PlainRidge(penalty).fit(train.landmarks, train.targets)
        errors[penalty] = np.abs(plain.predict(validation.landmarks) - validation.targets).mean()
    best = min(errors, key=errors.__getitem__)
    fitted = fit(method, train, validation)
    assert fitted.details["penalty"] == pytest.approx(best)
    assert fitted.details["validation_mae"] == pytest.approx(errors[best], rel=1e-4)
    used = train.and_also(validation) if refit else train
    plain = PlainRidge(best).fit(used.landmarks.astype(float), used.targets.astype(float))
    expected = plain.predict(test.landmarks.astype(float))
    np.testing.assert_allclose(fitted.predict(test.landmarks, test.organs), expected, atol=1e-4)


def of_organs(data: InferenceData) -> InferenceData:
    """The same samples, with targets that their organs shift."""
    shift = np.where(data.organs == "lung", 3, 0) - np.where(data.organs == "liver", 2, 0)
    return InferenceData(data.landmarks, data.targets + shift[:, None].astype(np.float32), data.organs)


def test_the_organ_helps_where_it_matters() -> None:
    train, validation, test = (of_organs(random_data(n, seed=n)) for n in (80, 30, 30))
    with_organ, without = (fit(Ridge(organ=organ), train, validation) for organ in (True, False))
    assert error(with_organ, test) < 0.5 * error(without, test)


def test_an_unknown_organ_is_an_average_one() -> None:
    train, validation, test = (of_organs(random_data(n, seed=n)) for n in (80, 30, 30))
    model = fit(Ridge(organ=True), train, validation)
    both = train.and_also(validation)
    unknown = model.predict(test.landmarks, np.full(30, "unknown"))
    np.testing.assert_array_equal(unknown, model.predict(test.landmarks, np.full(30, "spleen")))
    shares = {organ: np.mean(both.organs == organ) for organ in ("lung", "liver", "brain")}
    average = sum(
        share * model.predict(test.landmarks, np.full(30, organ)) for organ, share in shares.items()
    )
    np.testing.assert_allclose(unknown, average, atol=1e-4)


def test_nearest_neighbours() -> None:
    plain = KNeighborsRegressor(3).fit(BOTH.landmarks, BOTH.targets).predict(TEST.landmarks)
    model = fit(NearestNeighbours(n_neighbours=3), TRAIN, VALIDATION)
    np.testing.assert_allclose(model.predict(TEST.landmarks, TEST.organs), plain, rtol=1e-6)
    few = fit(NearestNeighbours(n_neighbours=99), TRAIN, VALIDATION)
    means = np.tile(BOTH.targets.mean(axis=0), (7, 1))
    np.testing.assert_allclose(few.predict(TEST.landmarks, TEST.organs), means, atol=1e-5)
