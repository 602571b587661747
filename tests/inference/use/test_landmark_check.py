"""Whether the landmarks of a plate fit together: against refits one by one, by hand, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge as PlainRidge
from small_plates import (
    LANDMARK_VALUES,
    N_LANDMARKS,
    TRAINING,
    Infer,
    full,
    interval_scales,
    plate_table,
    write_training,
)

from geneboard.benchmark.cli import main
from geneboard.benchmark.tasks.inference.predict.landmark_check import (
    PENALTIES,
    LandmarkCheck,
    residual_operator,
)
from geneboard.datasets.l1000.matrix_files import read_gct
from geneboard.datasets.l1000.synthetic import Simulation

BY_HAND = LandmarkCheck(
    residuals=np.array([[1, -0.5], [-1, 1]], dtype=np.float32),
    calibration=np.arange(1.0, 22.0),
    uninformed=30.0,
)


def refitted(samples: np.ndarray, new: np.ndarray, penalty: float) -> np.ndarray:
    """Residuals of new samples, from one ridge regression for each variable, without intercepts."""
    found = np.empty_like(new)
    for variable in range(samples.shape[1]):
        others = np.delete(samples, variable, axis=1)
        ridge = PlainRidge(alpha=penalty, fit_intercept=False, solver="svd")
        ridge.fit(others, samples[:, variable])
        found[:, variable] = new[:, variable] - ridge.predict(np.delete(new, variable, axis=1))
    return found


class TestTheError:
    @pytest.mark.parametrize("n_samples", [10, 60])
    @pytest.mark.parametrize("penalty", [0.5, 300])
    def test_residuals_are_those_of_refits(self, n_samples: int, penalty: float) -> None:
        random = np.random.default_rng(n_samples)
        samples = random.standard_normal((n_samples, 15)) @ random.standard_normal((15, 15))
        samples -= samples.mean(axis=0)
        new = random.standard_normal((7, 15))
        found = new @ residual_operator(samples, penalty)
        np.testing.assert_allclose(found, refitted(samples, new, penalty), atol=1e-6)

    def test_the_penalty_is_chosen_on_validation_samples(self) -> None:
        expression, _ = Simulation(n_samples=90, n_landmarks=12, n_targets=1).simulate(1)
        values = expression.values[:, :12].astype(np.float64)
        values -= values[:60].mean(axis=0)
        train, validation, calibration = values[:40], values[40:60], values[60:]
        found = LandmarkCheck.fit(train, validation, calibration)
        best = min(PENALTIES, key=lambda penalty: np.abs(refitted(train, validation, penalty)).mean())
        assert PENALTIES[0] < best < PENALTIES[-1]
        residuals = refitted(values[:60], calibration, best)
        np.testing.assert_allclose(found.calibration, np.abs(residuals).mean(axis=1), atol=1e-5)
        assert found.uninformed == pytest.approx(np.median(np.abs(calibration).mean(axis=1)))

    def test_by_hand(self) -> None:
        z = np.array([[2.0, 4.0], [-1.0, 0.0]], dtype=np.float32)  # residuals -2 and 3, -1 and 0.5
        missing = np.array([[False, False], [False, True]])
        assert BY_HAND.errors(z, missing).tolist() == [2.5, 1]
        assert (BY_HAND.typical, BY_HAND.usual, BY_HAND.limit) == (11, 20, 30)
        assert replace(BY_HAND, uninformed=5.0).limit == 21
        scales = BY_HAND.scales(np.array([0.0, 1.0, 22.0, 30.0, 30.1]))
        np.testing.assert_allclose(scales, [1 / 11, 1 / 11, 2, 30 / 11, np.nan])


def shifted(size: float) -> pd.DataFrame:
    """The plate with every landmark shifted by an amount of its own."""
    shift = np.random.default_rng(0).normal(0, size, N_LANDMARKS)
    return plate_table(values=LANDMARK_VALUES + shift.astype(np.float32))


def samples_of(tmp_path: Path) -> pd.DataFrame:
    return pd.read_csv(tmp_path / "full.samples.tsv", sep="\t", index_col="id")


class TestOnAPlate:
    def test_a_shift_is_warned_of_and_widens(self, infer: Infer, tmp_path: Path) -> None:
        _, out, err = infer(plate_table())
        assert err == ""
        assert "interval_half_width of the gene x interval_scale of the sample" in out
        usual, before = widths(tmp_path), samples_of(tmp_path)
        err = infer(shifted(1.5))[2]
        assert "intervals grow by this ratio" in err
        assert "the landmarks of a typical sample, predicted from each other, are off by" in err
        after = samples_of(tmp_path).dropna()
        assert len(after) > 35
        assert "--standard plate" not in err
        ratio = after.landmark_error.median() / before.landmark_error.median()
        assert ratio > 1.5
        np.testing.assert_allclose(widths(tmp_path) / usual, ratio)
        np.testing.assert_allclose(after.interval_scale, after.landmark_error / after.landmark_error.median())

    def test_beyond_all_experience_there_is_none(self, infer: Infer, tmp_path: Path) -> None:
        err = infer(shifted(5))[2]
        assert "40 of 40 samples get no interval" in err
        assert "--standard plate takes away what differs between platforms" in err
        assert "grow" not in err
        assert np.isnan(interval_scales(tmp_path)).all()
        assert set(full(tmp_path)[1].interval_half_width) == {"NaN"}
        assert (samples_of(tmp_path).landmark_error > 0.8).all()

    def test_single_samples_without(self, infer: Infer, tmp_path: Path) -> None:
        plate = plate_table()
        infer(plate)
        expected = widths(tmp_path) * interval_scales(tmp_path)[5]
        plate.iloc[:3] = plate.iloc[:3, ::-1].to_numpy()
        err = infer(plate)[2]
        assert "3 of 40 samples get no interval" in err
        assert "a typical sample" not in err
        assert np.isnan(interval_scales(tmp_path)).tolist() == [True] * 3 + [False] * 37
        np.testing.assert_allclose(widths(tmp_path) * interval_scales(tmp_path)[5], expected)

    def test_the_plate_as_standard(self, infer: Infer) -> None:
        assert "--standard plate is not needed" in infer(plate_table(), "--standard", "plate")[2]
        err = infer(shifted(5), "--standard", "plate")[2]
        assert "not needed" not in err
        assert "40 of 40 samples get no interval" not in err

    def test_the_formats_hold_it(self, infer: Infer, tmp_path: Path) -> None:
        infer(plate_table())
        expected = samples_of(tmp_path)
        infer(plate_table(), "--output", str(tmp_path / "full.h5ad"))
        found = anndata.read_h5ad(tmp_path / "full.h5ad").obs[list(expected)]
        assert (found.dtypes == np.float64).all()
        np.testing.assert_allclose(found, expected)
        infer(plate_table(), "--output", str(tmp_path / "full.gct"))
        samples = read_gct(tmp_path / "full.gct").samples
        assert samples is not None
        np.testing.assert_allclose(samples[list(expected)].astype(float), expected)


def widths(tmp_path: Path) -> np.ndarray:
    return full(tmp_path)[1].interval_half_width.iloc[N_LANDMARKS:].astype(float).to_numpy()


def test_a_model_of_an_older_version(folder: Path, infer: Infer, tmp_path: Path) -> None:
    with np.load(folder / "ridge.npz") as file:
        older = {name: file[name] for name in file.files if not name.startswith("check/")}
    header = json.loads(str(older["geneboard_model"]))
    del header["digest"]
    np.savez(tmp_path / "older.npz", **{**older, "geneboard_model": np.array(json.dumps(header))})
    status, out, err = infer(plate_table(), model=tmp_path / "older.npz")
    assert status == 0
    assert "was trained by an older version and cannot tell whether landmarks fit together" in err
    assert "interval_scale" not in out
    assert samples_of(tmp_path).columns.empty
    found = widths(tmp_path)
    np.testing.assert_allclose(found, (older["genes/half_width"] * older["genes/deviation"])[N_LANDMARKS:])


def test_landmarks_that_do_not_vary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = TRAINING.values.copy()
    values[:, :N_LANDMARKS] = np.arange(N_LANDMARKS)
    place = write_training(tmp_path / "set", replace(TRAINING, values=values))
    assert main(["infer", "train", "--data", str(place), "--model", str(tmp_path / "m.npz")]) == 2
    assert "no landmark varies among the samples to learn from" in capsys.readouterr().err
