"""What `infer train` takes, refuses and fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_plates import (
    N_LANDMARKS,
    NEW,
    TRAINING,
    plate_table,
    write_plate,
    write_training,
)

from geneboard.benchmark.cli import main
from geneboard.benchmark.tasks.inference.predict.plate import read_plate
from geneboard.benchmark.tasks.inference.predict.predict import predict_profiles
from geneboard.benchmark.tasks.inference.predict.train import train_model
from geneboard.benchmark.tasks.inference.predict.usable_model import read_usable_model, write_usable_model
from geneboard.methods.inference.base import InferenceMethod
from geneboard.methods.inference.means import OrganMean
from geneboard.methods.inference.mlp import MLP
from geneboard.methods.inference.nearest_neighbours import NearestNeighbours


class TestTraining:
    def test_faults(self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for options, sentence in (
            (["--method", "rigde"], "did you mean 'ridge'?"),
            (["--set", "ridge.penalty=1"], "unknown hyper-parameter 'penalty'"),
            (["--organ-column", "age"], "has no column 'age' for the organ"),
            (["--device", "tpu"], "--device tpu"),
        ):
            given = ["--data", str(folder / "set"), "--model", str(tmp_path / "m.npz"), *options]
            assert main(["infer", "train", *given]) == 2
            assert sentence in capsys.readouterr().err
        assert not (tmp_path / "m.npz").exists()

    def test_missing_values_and_few_samples(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        values = TRAINING.values.copy()
        values[::7, 50] = np.nan
        few = TRAINING.take_samples(np.arange(30))
        few = replace(few, values=values[:30])
        place, model = write_training(tmp_path / "few", few), tmp_path / "m.npz"
        given = ["infer", "train", "--data", str(place), "--model", str(model)]
        assert main(given) == 2
        assert "are missing" in capsys.readouterr().err
        assert main([*given, "--missing", "fill"]) == 0
        assert "genes have no interval" in capsys.readouterr().out
        assert np.isinf(read_usable_model(model).targets["half_width"]).any()

    def test_a_training_that_fails(
        self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        diverging = ["--method", "mlp", "--set", "mlp.epochs=3", "--set", "mlp.learning_rate=1e30"]
        given = ["--data", str(folder / "set"), "--model", str(tmp_path / "m.npz"), *diverging]
        assert main(["infer", "train", *given]) == 1
        assert capsys.readouterr().err == "failed: mlp: the loss is nan\n"
        assert not (tmp_path / "m.npz").exists()

    @pytest.mark.parametrize(
        ("method", "uses_organs"),
        [(OrganMean(), True), (NearestNeighbours(), False), (MLP(hidden=4, epochs=1), False)],
    )
    def test_other_methods(self, tmp_path: Path, method: InferenceMethod, uses_organs: bool) -> None:
        model = train_model(TRAINING, method, targets=7)
        assert model.about["uses_organs"] == uses_organs
        write_usable_model(tmp_path / "m.npz", model)
        plate = read_plate(write_plate(tmp_path / "a.tsv", plate_table()), model.landmarks)
        expected = predict_profiles(model, plate, organs=list(NEW.organs)).profiles.values
        again = predict_profiles(read_usable_model(tmp_path / "m.npz"), plate, organs=list(NEW.organs))
        np.testing.assert_array_equal(again.profiles.values, expected)
        assert expected.shape == (NEW.n_samples, N_LANDMARKS + 7)
