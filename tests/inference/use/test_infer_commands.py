"""`infer train` and `infer predict` as a user runs them, on simulated patients."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from sklearn.linear_model import Ridge as PlainRidge
from small_plates import (
    ALL,
    LANDMARK_VALUES,
    N_LANDMARKS,
    N_TARGETS,
    N_TRAINING,
    NEW,
    TRAINING,
    plate_table,
    write_gct_plate,
    write_plate,
    write_training,
)

from benchmark.cli import main
from benchmark.inference.use.plate import read_plate
from benchmark.inference.use.predict import predict_profiles
from benchmark.inference.use.train import train_model
from benchmark.inference.use.usable_model import read_usable_model, write_usable_model
from benchmark.provenance import derived_seed
from datasets.l1000.preprocessing import Preprocessing
from datasets.l1000.reading import read_matrix
from datasets.l1000.splits import random_split
from methods.inference.base import InferenceMethod
from methods.inference.means import OrganMean
from methods.inference.mlp import MLP
from methods.inference.model_files import write_model
from methods.inference.nearest_neighbours import NearestNeighbours

Infer = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the training set and two models, one of which looks at organs."""
    place = tmp_path_factory.mktemp("use")
    write_training(place / "set")
    assert main(["infer", "train", "--data", f"{place}/set", "--model", f"{place}/ridge.npz"]) == 0
    with_organ = ["--set", "ridge.organ=true", "--targets", "20", "--seed", "3"]
    assert (
        main(["infer", "train", "--data", f"{place}/set", "--model", f"{place}/organ.npz", *with_organ]) == 0
    )
    return place


@pytest.fixture
def infer(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Infer:
    """Predict from a plate; return exit status, output and errors."""

    def run(plate: Path, *options: str, model: Path | None = None) -> tuple[int, str, str]:
        capsys.readouterr()
        output = [] if "--output" in options else ["--output", str(tmp_path / "full.tsv")]
        given = ["--model", str(model or folder / "ridge.npz"), "--input", str(plate), *output, *options]
        status = main(["infer", "predict", *given])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def full(tmp_path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    genes = pd.read_csv(tmp_path / "full.genes.tsv", sep="\t", index_col="id", keep_default_na=False)
    return pd.read_csv(tmp_path / "full.tsv", sep="\t", index_col="id"), genes


def refused(infer: Infer, plate: Path, *options: str, **more: Any) -> str:
    status, out, err = infer(plate, *options, **more)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.endswith(".\n")
    assert err.count("\n") == 1
    return err


def test_what_is_predicted(folder: Path, infer: Infer, tmp_path: Path) -> None:
    """Against sorting, standardising and scikit-learn's ridge on the samples that the model learnt from."""
    status, out, err = infer(write_plate(tmp_path / "plate.tsv", plate_table()))
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == (
        "landmarks: 40 of 40 by Entrez id (names of the genes); 0 other genes of the plate are left aside"
    )
    values, genes = full(tmp_path)
    model = read_usable_model(folder / "ridge.npz")
    about = model.about
    assert (about["n_training"], about["n_validation"], about["n_calibration"]) == (110, 20, 30)
    learnt = TRAINING.values.astype(np.float64)
    rows = learnt_rows()
    reference = np.sort(learnt[rows, :N_LANDMARKS], axis=1).mean(axis=0)
    given = _normalised(learnt[rows, :N_LANDMARKS], reference)
    plate = _normalised(LANDMARK_VALUES.astype(np.float64), reference)
    profiles = _normalised(learnt[rows], np.sort(learnt[rows], axis=1).mean(axis=0))[:, N_LANDMARKS:]
    scaled = (profiles - profiles.mean(axis=0)) / profiles.std(axis=0)
    ridge = PlainRidge(alpha=about["details"]["penalty"], solver="svd")
    ridge.fit((given - given.mean(axis=0)) / given.std(axis=0), scaled)
    expected = ridge.predict((plate - given.mean(axis=0)) / given.std(axis=0))
    expected = expected * profiles.std(axis=0) + profiles.mean(axis=0)
    np.testing.assert_allclose(values.to_numpy()[:, :N_LANDMARKS], plate, atol=1e-5)
    np.testing.assert_allclose(values.to_numpy()[:, N_LANDMARKS:], expected, atol=1e-4)
    assert list(genes.status) == ["measured"] * N_LANDMARKS + ["inferred"] * N_TARGETS


def learnt_rows() -> np.ndarray:
    """Samples that a model with the seed 0 learns from; no calibration patient is among them."""
    seed = derived_seed("infer train", "set", "split", index=0)
    split = random_split(TRAINING, seed=seed, test=0.2, validation=0.1)
    rows = np.sort(np.concatenate([split.train, split.validation]))
    assert not set(TRAINING.groups[split.test]) & set(TRAINING.groups[rows])
    return rows


def _normalised(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    return reference[rankdata(values, axis=1, method="ordinal") - 1]


def test_quality_is_that_of_the_calibration_samples(infer: Infer, tmp_path: Path) -> None:
    """Predict them once more, as a plate, and count plainly."""
    rows = learnt_rows()
    rest = np.setdiff1d(np.arange(N_TRAINING), rows)
    calibration = TRAINING.take_samples(rest)
    table = pd.DataFrame(calibration.values[:, :N_LANDMARKS], calibration.samples, plate_table().columns)
    infer(write_plate(tmp_path / "plate.tsv", table))
    values, genes = full(tmp_path)
    fitted = Preprocessing().fit(TRAINING.take_samples(rows))
    truth = fitted.apply(calibration) * fitted.deviations + fitted.means
    for gene in range(N_LANDMARKS, N_LANDMARKS + N_TARGETS):
        errors = np.sort(np.abs(truth[:, gene] - values.iloc[:, gene]))
        row = genes.iloc[gene]
        assert float(row.interval_half_width) == pytest.approx(errors[27], abs=1e-5)  # ceil(0.9 * 31) is 28
        assert float(row.quality_mae_in_deviations) * fitted.deviations[gene] == pytest.approx(
            errors.mean(), abs=1e-5
        )
        correlation = np.corrcoef(truth[:, gene], values.iloc[:, gene])[0, 1]
        assert float(row.quality_pearson) == pytest.approx(correlation, abs=1e-5)
    assert set(genes.interval_half_width.iloc[:N_LANDMARKS]) == {"NaN"}


def test_intervals_hold_for_other_patients(infer: Infer, tmp_path: Path) -> None:
    infer(write_plate(tmp_path / "plate.tsv", plate_table()))
    values, genes = full(tmp_path)
    fitted = Preprocessing().fit(TRAINING.take_samples(learnt_rows()))
    truth = fitted.apply(NEW) * fitted.deviations + fitted.means
    half_widths = genes.interval_half_width.iloc[N_LANDMARKS:].astype(float).to_numpy()
    covered = np.abs(truth - values.to_numpy())[:, N_LANDMARKS:] <= half_widths
    assert covered.mean() == pytest.approx(0.9, abs=0.04)


@pytest.mark.parametrize("system", ["symbol", "ensembl"])
def test_all_names_give_the_same(infer: Infer, tmp_path: Path, system: str) -> None:
    infer(write_plate(tmp_path / "entrez.tsv", plate_table()))
    expected = (tmp_path / "full.tsv").read_bytes()
    shuffled = plate_table(system).sample(frac=1, axis=1, random_state=0)
    status, out, _ = infer(write_gct_plate(tmp_path / "plate.gct", shuffled))
    assert status == 0
    assert "(column pr_gene_id)" in out
    assert (tmp_path / "full.tsv").read_bytes() == expected


@pytest.mark.parametrize("ending", ["gct", "gctx", "h5ad", "csv"])
def test_every_format_holds_the_same(infer: Infer, tmp_path: Path, ending: str) -> None:
    plate = write_plate(tmp_path / "plate.tsv", plate_table())
    infer(plate)
    path = tmp_path / f"other.{ending}"
    assert infer(plate, "--output", str(path))[0] == 0
    np.testing.assert_array_equal(read_matrix(path).values, read_matrix(tmp_path / "full.tsv").values)


def test_only_the_order_within_a_sample_counts(infer: Infer, tmp_path: Path) -> None:
    infer(write_plate(tmp_path / "plate.tsv", plate_table()))
    expected = (tmp_path / "full.tsv").read_bytes()
    status, _, err = infer(write_plate(tmp_path / "plate.tsv", plate_table(values=2**LANDMARK_VALUES)))
    assert status == 0
    assert "are taken for not logarithms" in err
    assert (tmp_path / "full.tsv").read_bytes() == expected


def test_another_scale_is_warned_of(infer: Infer, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    moved = LANDMARK_VALUES + random.normal(0, 5, N_LANDMARKS).astype(np.float32) + 20
    plate = write_plate(tmp_path / "plate.tsv", plate_table(values=moved))
    status, _, err = infer(plate)
    assert status == 0
    assert "distributed otherwise than those of any training sample" in err
    assert "40 of 40 samples are beyond" in err
    own = infer(plate, "--standard", "plate")[2]
    assert "samples are beyond" not in own
    assert "only differences between its samples say something" in own
    values, _ = full(tmp_path)
    true = NEW.values[:, N_LANDMARKS:]
    found = [
        np.corrcoef(true[:, gene], values.iloc[:, N_LANDMARKS + gene])[0, 1] for gene in range(N_TARGETS)
    ]
    assert np.mean(found) > 0.7


class TestMissingLandmarks:
    def test_a_tenth_is_imputed(self, infer: Infer, tmp_path: Path) -> None:
        status, out, err = infer(write_plate(tmp_path / "plate.tsv", plate_table().iloc[:, 4:]))
        assert status == 0
        assert "36 of 40" in out
        names = ", ".join(TRAINING.genes.symbol.iloc[:4])
        assert f"4 of the model's 40 landmarks are missing and take their training mean: {names}.\n" in err
        values, genes = full(tmp_path)
        assert list(genes.status.iloc[:5]) == ["imputed"] * 4 + ["measured"]
        assert not np.ptp(values.to_numpy()[:, :4], axis=0).any()
        assert (genes.interval_half_width.iloc[:4].astype(float) > 0).all()

    def test_more_are_refused(self, infer: Infer, tmp_path: Path) -> None:
        plate = write_plate(tmp_path / "plate.tsv", plate_table().iloc[:, :24])
        assert "has 24 of the model's 40 landmarks (60%) by Entrez id" in refused(infer, plate)
        assert not (tmp_path / "full.tsv").exists()
        status, _, err = infer(plate, "--impute")
        assert status == 0
        assert "16 of the model's 40 landmarks are missing" in err

    def test_single_values(self, infer: Infer, tmp_path: Path) -> None:
        values = LANDMARK_VALUES.copy()
        values[2, 5] = np.nan
        plate = write_plate(tmp_path / "plate.tsv", plate_table(values=values))
        symbol = TRAINING.genes.symbol.iloc[5]
        assert f"1 values of the landmarks {symbol} are missing" in refused(infer, plate)
        assert infer(plate, "--impute")[0] == 0
        assert full(tmp_path)[1].status.iloc[5] == "measured in part"


class TestFaultsOfPlates:
    def test_turned_round(self, infer: Infer, tmp_path: Path) -> None:
        plate = write_plate(tmp_path / "plate.tsv", plate_table().T)
        assert "40 landmarks stand where samples should" in refused(infer, plate)

    def test_a_landmark_twice(self, infer: Infer, tmp_path: Path) -> None:
        table = plate_table().rename(columns={"23": "16"})
        assert "'AARS' appears 2 times" in refused(infer, write_plate(tmp_path / "a.tsv", table))

    def test_a_sample_twice(self, infer: Infer, tmp_path: Path) -> None:
        table = plate_table().rename(index={NEW.samples[1]: NEW.samples[0]})
        assert "appears twice" in refused(infer, write_plate(tmp_path / "a.tsv", table))

    @pytest.mark.parametrize(
        ("value", "options", "sentence"),
        [
            (np.inf, [], "1 values of landmarks are infinite"),
            (-1.5, ["--logged", "no"], "1 values of landmarks are negative (the lowest is -1.5)"),
        ],
    )
    def test_values(
        self, infer: Infer, tmp_path: Path, value: float, options: list[str], sentence: str
    ) -> None:
        values = LANDMARK_VALUES.copy()
        values[1, 1] = value
        plate = write_plate(tmp_path / "a.tsv", plate_table(values=values))
        assert sentence in refused(infer, plate, *options)

    def test_no_landmark_and_no_value(self, infer: Infer, tmp_path: Path) -> None:
        table = plate_table().add_prefix("g")
        assert "none of the 40 landmarks" in refused(infer, write_plate(tmp_path / "a.tsv", table))
        table = plate_table()
        table.iloc[3] = np.nan
        assert "has no value for any landmark" in refused(infer, write_plate(tmp_path / "a.tsv", table))

    def test_files(self, infer: Infer, tmp_path: Path) -> None:
        plate = write_gct_plate(tmp_path / "a.gct", plate_table())
        plate.write_text("\n".join(plate.read_text().splitlines()[:20]))
        assert "says that it holds 40 genes and 40 samples, but has 17 and 40" in refused(infer, plate)
        for name in ("empty.gct", "empty.gctx", "empty.h5ad", "empty.tsv", "empty.npz"):
            (tmp_path / name).write_bytes(b"")
            refused(infer, tmp_path / name)
        np.savez(tmp_path / "b.npz", x=LANDMARK_VALUES)
        assert "does not name its genes and samples" in refused(infer, tmp_path / "b.npz")
        np.savez(tmp_path / "c.npz", x=LANDMARK_VALUES, genes=np.array(["16"]), samples=np.array(["s"]))
        assert "names 1 samples and 1 genes, but the matrix is 40 x 40" in refused(infer, tmp_path / "c.npz")
        assert "is a folder" in refused(infer, tmp_path)
        assert "no such file" in refused(infer, tmp_path / "absent.gct")

    def test_output(self, infer: Infer, tmp_path: Path) -> None:
        plate = write_plate(tmp_path / "plate.tsv", plate_table())
        assert "its ending is none of" in refused(infer, plate, "--output", str(tmp_path / "full.xlsx"))
        assert "is the input or the model" in refused(infer, plate, "--output", str(plate))

    def test_too_few_samples_for_a_standard(self, infer: Infer, tmp_path: Path) -> None:
        plate = write_plate(tmp_path / "plate.tsv", plate_table().iloc[:9])
        assert "has 9 samples, and at least 10" in refused(infer, plate, "--standard", "plate")


class TestModelFiles:
    def test_faults(self, folder: Path, infer: Infer, tmp_path: Path) -> None:
        plate, bad = write_plate(tmp_path / "plate.tsv", plate_table()), tmp_path / "bad.npz"
        whole = (folder / "ridge.npz").read_bytes()
        for content in (b"hello", b"", whole[: len(whole) // 2]):
            bad.write_bytes(content)
            assert "not a model file" in refused(infer, plate, model=bad)
        np.savez(bad, x=np.zeros(3))
        assert "not a model file" in refused(infer, plate, model=bad)
        newer = json.dumps({"format": 99, "method": "ridge"})
        np.savez(bad, geneboard_model=np.array(newer))
        assert "is a model file of format 99" in refused(infer, plate, model=bad)
        assert "no such file" in refused(infer, plate, model=tmp_path / "absent.npz")

    def test_a_model_without_what_use_needs(self, folder: Path, infer: Infer, tmp_path: Path) -> None:
        model = read_usable_model(folder / "ridge.npz")
        write_model(tmp_path / "bare.npz", model.method, model.fitted)
        plate = write_plate(tmp_path / "plate.tsv", plate_table())
        assert "not one that `infer train` has written" in refused(infer, plate, model=tmp_path / "bare.npz")

    def test_the_same_data_give_the_same_bytes(self, folder: Path, tmp_path: Path) -> None:
        again = tmp_path / "again.npz"
        assert main(["infer", "train", "--data", str(folder / "set"), "--model", str(again)]) == 0
        assert again.read_bytes() == (folder / "ridge.npz").read_bytes()

    def test_about(self, folder: Path) -> None:
        about = read_usable_model(folder / "organ.npz").about
        assert (about["training_set"], about["seed"], about["uses_organs"]) == ("set", 3, True)
        assert about["organs"] == ["brain", "heart", "kidney", "liver", "lung"]
        assert len(about["digest"]) == 64
        assert not read_usable_model(folder / "ridge.npz").about["uses_organs"]


class TestOrgans:
    def test_organs_change_what_is_inferred(self, folder: Path, infer: Infer, tmp_path: Path) -> None:
        plate, model = write_gct_plate(tmp_path / "a.gct", plate_table(), organs=True), folder / "organ.npz"
        status, _, err = infer(plate, model=model)
        assert status == 0
        assert "no organ is given" in err
        without = full(tmp_path)[0]
        assert infer(plate, "--organ-column", "tissue_of_origin", model=model)[2] == ""
        by_column = full(tmp_path)[0]
        assert without.shape == by_column.shape == (40, N_LANDMARKS + 20)
        infer(plate, "--organ", "lung", model=model)
        lung = (NEW.organs == "lung").nonzero()[0]
        pd.testing.assert_frame_equal(full(tmp_path)[0].iloc[lung], by_column.iloc[lung])
        assert (without.iloc[:, N_LANDMARKS:] != by_column.iloc[:, N_LANDMARKS:]).any(axis=None)

    def test_unknown_organs(self, folder: Path, infer: Infer, tmp_path: Path) -> None:
        plate, model = write_gct_plate(tmp_path / "a.gct", plate_table(), organs=True), folder / "organ.npz"
        assert "did you mean 'lung'?" in refused(infer, plate, "--organ", "lungs", model=model)
        sentence = refused(infer, plate, "--organ-column", "tissue", model=model)
        assert "no column 'tissue'; they have tissue_of_origin" in sentence
        plate.write_text(plate.read_text().replace("brain", "skin"))
        err = infer(plate, "--organ-column", "tissue_of_origin", model=model)[2]
        assert "8 samples are of organs that the model does not know (skin)" in err

    def test_a_model_without_organs(self, infer: Infer, tmp_path: Path) -> None:
        plate = write_plate(tmp_path / "plate.tsv", plate_table())
        assert "does not look at organs" in infer(plate, "--organ", "lung")[2]


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
        [(OrganMean(), True), (NearestNeighbours(), False), (MLP(4, epochs=1), False)],
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

    def test_help_names_both(self, capsys: pytest.CaptureFixture[str]) -> None:
        for words, expected in ((["infer"], "predict"), (["infer", "predict"], "quality_pearson")):
            with pytest.raises(SystemExit) as left:
                main([*words, "--help"])
            assert left.value.code == 0
            assert expected in capsys.readouterr().out


def test_the_plate_is_of_other_patients() -> None:
    assert not set(NEW.groups) & set(TRAINING.groups)
    assert ALL.n_samples == N_TRAINING + NEW.n_samples
