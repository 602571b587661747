"""Landmarks of a plate on the scale of training, worked out by hand."""

from __future__ import annotations

import numpy as np
from small_plates import TRAINING

from geneboard.benchmark.tasks.inference.predict.normalisation import (
    onto_training_scale,
    standardised,
    standardised_by_plate,
)
from geneboard.datasets.l1000.preprocessing import FittedPreprocessing, Preprocessing

LANDMARKS = TRAINING.take_genes(TRAINING.landmarks)
BY_HAND = FittedPreprocessing(
    medians=np.array([2.0, 8.0, 4.0, 6.0]),
    reference=np.array([1.0, 3.0, 5.0, 9.0]),
    means=np.array([2.0, 7.0, 4.0, 5.0]),  # ranks 0, 3, 1, 2
    deviations=np.array([1.0, 2.0, 1.0, 1.0]),
    constant=np.array([False, False, False, True]),
)


def test_without_missing_values_it_is_the_preprocessing_of_training() -> None:
    fitted = Preprocessing().fit(LANDMARKS)
    values = LANDMARKS.values.astype(np.float64)
    found = standardised(onto_training_scale(values, fitted), fitted)
    np.testing.assert_array_equal(found, fitted.apply(LANDMARKS))
    np.testing.assert_array_equal(onto_training_scale(2**values, fitted), onto_training_scale(values, fitted))


def test_missing_values_by_hand() -> None:
    plate = np.array([[70, 10, 20, 30], [70, np.nan, 20, 30], [np.nan, np.nan, 5, 5]], dtype=np.float64)
    found = onto_training_scale(plate, BY_HAND)
    np.testing.assert_allclose(found[0], [9, 1, 3, 5])
    np.testing.assert_allclose(found[1], [5, 7, 1, 3])  # the highest of the reference belongs to the second
    np.testing.assert_allclose(found[2], [2, 7, 4, 4])  # 3 and 5 are left, and the two are equal
    z = standardised(found, BY_HAND)
    np.testing.assert_allclose(z[1], [3, 0, -3, 0])
    np.testing.assert_allclose(z[2], [0, 0, 0, 0])


def test_a_plate_as_its_own_standard() -> None:
    random = np.random.default_rng(0)
    values = random.standard_normal((12, 4)) + np.array([5, -3, 0, 2])
    values[:, 2] = 1.0
    missing = np.zeros(values.shape, dtype=bool)
    missing[:3, 1] = True
    found = standardised_by_plate(values, missing, BY_HAND)
    kept = values[3:, 1]
    np.testing.assert_allclose(found[3:, 1], (kept - kept.mean()) / kept.std(), atol=1e-6)
    np.testing.assert_allclose(
        found[:, 0], (values[:, 0] - values[:, 0].mean()) / values[:, 0].std(), atol=1e-6
    )
    assert not found[:3, 1].any()
    assert not found[:, 2:].any()  # one does not vary on the plate, the other did not in training


def test_a_shift_of_every_gene_is_taken_away() -> None:
    values = np.random.default_rng(1).standard_normal((12, 4))
    none = np.zeros(values.shape, dtype=bool)
    found = standardised_by_plate(values + 30 * np.arange(4), none, BY_HAND)
    np.testing.assert_allclose(found, standardised_by_plate(values, none, BY_HAND), atol=1e-5)
