"""What every registered model of inference keeps; a new one is tested by being registered."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import pytest
from inference_cases import fit, random_data

from geneboard.benchmark import registry
from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.cells.settings import settings_of
from geneboard.methods.inference.base import InferenceData, InferenceMethod
from tests.methods.kept_training import Memory, Stopping

ENTRIES = list(registry.inference_methods())
TRAIN, VALIDATION, TEST = random_data(24), random_data(8, seed=1), random_data(7, seed=2)
SHORT = {"epochs": 2, "trees": 5, "hidden": 6, "batch": 8}
NOTHING_TO_CHOOSE = ("epochs", "trees", "lowest", "highest")


@pytest.fixture(params=ENTRIES, ids=lambda entry: entry.name)
def method(request: pytest.FixtureRequest) -> InferenceMethod:
    """A registered method with short training; skipped where it says itself that it cannot run."""
    cls = request.param.load()
    names = {field.name for field in dataclasses.fields(cls)}
    made: InferenceMethod = cls(**{name: value for name, value in SHORT.items() if name in names})
    reason = made.skip(TRAIN)
    if reason is not None:
        pytest.skip(reason)
    return made


def taken(rows: np.ndarray) -> InferenceData:
    """Some of the training samples, with the validation samples behind them."""
    both = TRAIN.and_also(VALIDATION)
    return InferenceData(both.landmarks[rows], both.targets[rows], both.organs[rows])


def copied(data: InferenceData) -> InferenceData:
    return InferenceData(data.landmarks.copy(), data.targets.copy(), data.organs.copy())


def predicted(method: InferenceMethod, test: InferenceData = TEST, seed: int = 0) -> np.ndarray:
    return fit(method, TRAIN, VALIDATION, seed).predict(test.landmarks, test.organs)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_presets_give_hyper_parameters(entry: registry.Entry) -> None:
    assert entry.kind in registry.KIND_ORDER
    quick, paper = (settings_of(entry, PRESETS[name], {}).values for name in ("quick", "paper"))
    assert quick.keys() == paper.keys()


def test_predictions_are_finite_numbers_of_the_right_shape(method: InferenceMethod) -> None:
    found = predicted(method)
    assert (found.dtype, found.shape) == (np.float32, TEST.targets.shape)
    assert np.isfinite(found).all()


def test_the_same_seed_gives_the_same_model(method: InferenceMethod) -> None:
    np.testing.assert_array_equal(predicted(method), predicted(method))
    if method.deterministic:
        np.testing.assert_array_equal(predicted(method), predicted(method, seed=1))


def test_all_are_fitted_on_training_and_validation_samples(method: InferenceMethod) -> None:
    """With nothing to choose it does not matter which samples are there to choose by."""
    names = {field.name for field in dataclasses.fields(method)}
    fixed = dataclasses.replace(method, **{name: 1 for name in NOTHING_TO_CHOOSE if name in names})
    rows = np.arange(24 + 8)
    one, other = (
        fit(fixed, taken(rows[:n]), taken(rows[n:])).predict(TEST.landmarks, TEST.organs) for n in (24, 18)
    )
    np.testing.assert_allclose(one, other, atol=1e-6)
    fewer = fit(fixed, taken(rows[:18]), taken(rows[18:24])).predict(TEST.landmarks, TEST.organs)
    assert (one != fewer).any()


def test_a_sample_is_predicted_whoever_is_beside_it(method: InferenceMethod) -> None:
    turned = InferenceData(TEST.landmarks[::-1].copy(), TEST.targets, TEST.organs[::-1].copy())
    np.testing.assert_allclose(predicted(method, turned)[::-1], predicted(method), atol=1e-5)


def test_samples_are_not_changed(method: InferenceMethod) -> None:
    train, validation = copied(TRAIN), copied(VALIDATION)
    for data in (train, validation):
        data.landmarks.flags.writeable = data.targets.flags.writeable = False
    fit(method, train, validation)
    np.testing.assert_array_equal(train.targets, TRAIN.targets)


def test_a_saved_model_predicts_the_same(method: InferenceMethod) -> None:
    fitted = fit(method, TRAIN, VALIDATION)
    again = method.restore(fitted.arrays())
    expected = fitted.predict(TEST.landmarks, TEST.organs)
    np.testing.assert_allclose(again.predict(TEST.landmarks, TEST.organs), expected, atol=1e-6)
    assert not any(array.dtype == object for array in fitted.arrays().values())


def test_an_organ_that_is_new_is_no_fault(method: InferenceMethod) -> None:
    organs = np.array(["spleen"] * TEST.n_samples)
    assert np.isfinite(fit(method, TRAIN, VALIDATION).predict(TEST.landmarks, organs)).all()


def test_a_single_landmark_and_a_single_target_train(method: InferenceMethod) -> None:
    train, validation = (
        InferenceData(data.landmarks[:, :1].copy(), data.targets[:, :1].copy(), data.organs)
        for data in (TRAIN, VALIDATION)
    )
    assert fit(method, train, validation).predict(TEST.landmarks[:, :1].copy(), TEST.organs).shape == (7, 1)


def test_a_landmark_that_never_varies_is_no_fault(method: InferenceMethod) -> None:
    parts = [copied(data) for data in (TRAIN, VALIDATION, TEST)]
    for data in parts:
        data.landmarks[:, 2] = 0
    found = fit(method, parts[0], parts[1]).predict(parts[2].landmarks, parts[2].organs)
    assert np.isfinite(found).all()


def test_progress_ends_at_its_total(method: InferenceMethod) -> None:
    calls: list[tuple[int, int]] = []
    method.fit(
        TRAIN,
        VALIDATION,
        seed=0,
        device="cpu",
        progress=lambda done, total, **values: calls.append((done, total)),
    )
    assert all(0 <= done <= total for done, total in calls)
    if calls:
        assert calls[-1][0] == calls[-1][1]


@pytest.mark.parametrize("at", [2, 5])
def test_an_interrupted_training_goes_on_to_the_same_model(method: InferenceMethod, at: int) -> None:
    """In the search for the best epoch, and in the training on all samples after it."""
    long = dataclasses.replace(method, epochs=4) if hasattr(method, "epochs") else method
    expected, memory = fit(long, TRAIN, VALIDATION, 3), Memory()
    with contextlib.suppress(KeyboardInterrupt):
        fit(long, TRAIN, VALIDATION, 3, Stopping(memory, at))
    resumed = Stopping(memory)
    found = fit(long, TRAIN, VALIDATION, 3, resumed)
    np.testing.assert_array_equal(*(one.predict(TEST.landmarks, TEST.organs) for one in (found, expected)))
    assert found.history == expected.history
    assert (memory.content is not None) == hasattr(method, "epochs")
    if hasattr(method, "epochs"):
        assert resumed.reports[0] == (at if at < 5 else at - 4)


def test_learning_rates_that_fell_go_on_falling_from_there() -> None:
    """Steps far too large make the error rise, so that the rate has been halved where it was interrupted."""
    method = registry.inference_methods()["mlp"].load()(
        epochs=10, patience=10, plateau=1, learning_rate=0.5, hidden=6, batch=8, refit=False
    )
    expected, memory = fit(method, TRAIN, VALIDATION), Memory()
    with contextlib.suppress(KeyboardInterrupt):
        fit(method, TRAIN, VALIDATION, progress=Stopping(memory, 4))
    assert fit(method, TRAIN, VALIDATION, progress=Stopping(memory)).history == expected.history
