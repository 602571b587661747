"""A training set with two models, and the command that predicts from plates."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_plates import Infer, write_plate, write_training

from geneboard.benchmark.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the training set and two models, one of which looks at organs."""
    place = tmp_path_factory.mktemp("use")
    write_training(place / "set")
    with_organ = ["--set", "ridge.organ=true", "--targets", "20", "--seed", "3"]
    train = ["infer", "train", "--data", f"{place}/set", "--model"]
    assert main([*train, f"{place}/ridge.npz"]) == 0
    assert main([*train, f"{place}/organ.npz", *with_organ]) == 0
    return place


@pytest.fixture
def infer(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Infer:
    """Predict from a plate, a file or a table; return exit status, output and errors."""

    def run(plate: Path | pd.DataFrame, *options: str, model: Path | None = None) -> tuple[int, str, str]:
        capsys.readouterr()
        if isinstance(plate, pd.DataFrame):
            plate = write_plate(tmp_path / "plate.tsv", plate)
        output = [] if "--output" in options else ["--output", str(tmp_path / "full.tsv")]
        given = ["--model", str(model or folder / "ridge.npz"), "--input", str(plate), *output, *options]
        status = main(["infer", "predict", *given])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run
