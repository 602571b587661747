"""Gradient boosting against LightGBM called plainly, and where LightGBM is not installed."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import numpy as np
import pytest
from inference_cases import error, fit, random_data, simulated

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.synthetic import Simulation
from geneboard.methods.inference.boosting import Boosting
from geneboard.methods.inference.means import Mean

needs_lightgbm = pytest.mark.skipif(
    Boosting().skip(random_data(2)) is not None, reason="needs LightGBM, the extra boosting"
)

TRAIN, VALIDATION, TEST = (random_data(n, n_landmarks=12, seed=n) for n in (60, 20, 15))
SMALL = Boosting(trees=60, patience=5, learning_rate=0.2, landmark_share=0.5)


@needs_lightgbm
def test_every_target_is_a_model_of_its_own() -> None:
    """The number of trees is the one with the lowest error on validation samples; all are learnt from."""
    from lightgbm import LGBMRegressor

    both = TRAIN.and_also(VALIDATION)
    predicted = fit(SMALL, TRAIN, VALIDATION, seed=3).predict(TEST.landmarks, TEST.organs)
    for target in range(TRAIN.targets.shape[1]):
        plain = LGBMRegressor(
            n_estimators=60,
            learning_rate=0.2,
            num_leaves=8,
            min_child_samples=10,
            colsample_bytree=0.5,
            subsample=0.8,
            subsample_freq=1,
            max_bin=15,
            random_state=3,
            n_jobs=1,
            force_col_wise=True,
            verbosity=-1,
        )
        plain.fit(TRAIN.landmarks, TRAIN.targets[:, target])
        truth, errors = VALIDATION.targets[:, target], []
        for n_trees in range(1, 61):
            errors.append(np.abs(plain.predict(VALIDATION.landmarks, num_iteration=n_trees) - truth).mean())
            if n_trees - np.argmin(errors) > 5:
                break
        plain.set_params(n_estimators=int(np.argmin(errors)) + 1)
        expected = plain.fit(both.landmarks, both.targets[:, target]).predict(TEST.landmarks)
        np.testing.assert_allclose(predicted[:, target], expected, rtol=1e-5, atol=1e-6)


@needs_lightgbm
def test_a_model_is_saved_as_plain_arrays() -> None:
    method = replace(SMALL, organ=True)
    model, content = fit(method, TRAIN, VALIDATION), io.BytesIO()
    np.savez(content, **model.arrays())
    content.seek(0)
    with np.load(content, allow_pickle=False) as file:
        restored = method.restore(dict(file))
    expected = model.predict(TEST.landmarks, TEST.organs)
    assert expected.dtype == np.float32
    np.testing.assert_array_equal(restored.predict(TEST.landmarks, TEST.organs), expected)
    for name, array in model.arrays().items():
        np.testing.assert_array_equal(restored.arrays()[name], array)


@needs_lightgbm
def test_the_organ_is_an_input() -> None:
    parts = []
    for data in (TRAIN, VALIDATION, TEST):
        shift = np.where(data.organs == "lung", 9, 0).astype(np.float32)
        parts.append(replace(data, targets=data.targets + shift[:, None]))
    with_organ, without = (fit(replace(SMALL, organ=organ), *parts[:2]) for organ in (True, False))
    assert error(with_organ, parts[2]) < 0.7 * error(without, parts[2])
    unknown = with_organ.predict(TEST.landmarks, np.full(15, "unknown"))
    np.testing.assert_array_equal(unknown, with_organ.predict(TEST.landmarks, np.full(15, "spleen")))


@needs_lightgbm
def test_thresholds_are_learnt_where_a_line_cannot() -> None:
    train, validation, test = simulated(Simulation(n_samples=600, n_landmarks=8, n_targets=10, chained=0))
    method = Boosting(landmark_share=0.5)
    assert error(fit(method, train, validation), test) < 0.7 * error(fit(Mean(), train, validation), test)


def test_it_is_skipped_where_lightgbm_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    reason = Boosting().skip(TRAIN)
    assert reason is not None
    assert reason.startswith('needs LightGBM, the extra "boosting" of the installation')
    with pytest.raises(InputError, match=r"^A model of gradient boosting needs LightGBM"):
        Boosting().restore({})
