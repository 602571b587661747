"""`infer train` and `infer predict` as a user runs them, on simulated patients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from sklearn.linear_model import Ridge as PlainRidge
from small_plates import (
    LANDMARK_VALUES,
    N_LANDMARKS,
    N_TARGETS,
    N_TRAINING,
    NEW,
    TRAINING,
    Infer,
    full,
    interval_scales,
    plate_table,
    refused,
    write_gct_plate,
)

from geneboard.benchmark.cells.seeds import derived_seed
from geneboard.benchmark.commands.infer_model import Predicted, show_infer_predict
from geneboard.benchmark.tasks.inference.predict.usable_model import read_usable_model
from geneboard.datasets.l1000.preprocessing import Preprocessing
from geneboard.datasets.l1000.reading import read_matrix
from geneboard.datasets.l1000.splits import random_split


def test_what_is_predicted(folder: Path, infer: Infer, tmp_path: Path) -> None:
    """Against sorting, standardising and scikit-learn's ridge on the samples that the model learnt from."""
    status, out, err = infer(plate_table())
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
    infer(table)
    values, genes = full(tmp_path)
    scales = interval_scales(tmp_path)
    fitted = Preprocessing().fit(TRAINING.take_samples(rows))
    truth = fitted.apply(calibration) * fitted.deviations + fitted.means
    for gene in range(N_LANDMARKS, N_LANDMARKS + N_TARGETS):
        errors = np.abs(truth[:, gene] - values.iloc[:, gene])
        row = genes.iloc[gene]
        assert float(row.interval_half_width) == pytest.approx(
            np.sort(errors / scales)[27],
            abs=1e-5,  # ceil(0.9 * 31) is 28
        )
        assert float(row.quality_mae_in_deviations) * fitted.deviations[gene] == pytest.approx(
            errors.mean(), abs=1e-5
        )
        correlation = np.corrcoef(truth[:, gene], values.iloc[:, gene])[0, 1]
        assert float(row.quality_pearson) == pytest.approx(correlation, abs=1e-5)
    assert set(genes.interval_half_width.iloc[:N_LANDMARKS]) == {"NaN"}


def test_intervals_hold_for_other_patients(infer: Infer, tmp_path: Path) -> None:
    infer(plate_table())
    values, genes = full(tmp_path)
    fitted = Preprocessing().fit(TRAINING.take_samples(learnt_rows()))
    truth = fitted.apply(NEW) * fitted.deviations + fitted.means
    half_widths = genes.interval_half_width.iloc[N_LANDMARKS:].astype(float).to_numpy()
    half_widths = np.outer(interval_scales(tmp_path), half_widths)
    covered = np.abs(truth - values.to_numpy())[:, N_LANDMARKS:] <= half_widths
    assert not set(NEW.groups) & set(TRAINING.groups)
    assert covered.mean() == pytest.approx(0.9, abs=0.04)


@pytest.mark.parametrize("system", ["symbol", "ensembl"])
def test_all_names_give_the_same(infer: Infer, tmp_path: Path, system: str) -> None:
    infer(plate_table())
    expected = (tmp_path / "full.tsv").read_bytes()
    shuffled = plate_table(system).sample(frac=1, axis=1, random_state=0)
    status, out, _ = infer(write_gct_plate(tmp_path / "plate.gct", shuffled))
    assert status == 0
    assert "(column pr_gene_id)" in out
    assert (tmp_path / "full.tsv").read_bytes() == expected


@pytest.mark.parametrize("ending", ["gct", "gctx", "h5ad", "csv"])
def test_every_format_holds_the_same(infer: Infer, tmp_path: Path, ending: str) -> None:
    plate = plate_table()
    infer(plate)
    path = tmp_path / f"other.{ending}"
    assert infer(plate, "--output", str(path))[0] == 0
    np.testing.assert_array_equal(read_matrix(path).values, read_matrix(tmp_path / "full.tsv").values)


def test_only_the_order_within_a_sample_counts(infer: Infer, tmp_path: Path) -> None:
    infer(plate_table())
    expected = (tmp_path / "full.tsv").read_bytes()
    status, _, err = infer(plate_table(values=2**LANDMARK_VALUES))
    assert status == 0
    assert "are taken for not logarithms" in err
    assert (tmp_path / "full.tsv").read_bytes() == expected
    status, _, err = infer(plate_table(values=2**LANDMARK_VALUES), "--logged", "no")
    assert status == 0
    assert "are taken for" not in err  # who has said it is not asked to
    assert (tmp_path / "full.tsv").read_bytes() == expected


def test_another_scale_is_warned_of(infer: Infer, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    moved = LANDMARK_VALUES + random.normal(0, 5, N_LANDMARKS).astype(np.float32) + 20
    plate = plate_table(values=moved)
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
        plate.write_text(plate.read_text().replace("skin", "NA"))
        assert infer(plate, "--organ-column", "tissue_of_origin", model=model)[2] == ""

    def test_a_model_without_organs(self, infer: Infer) -> None:
        assert "does not look at organs" in infer(plate_table(), "--organ", "lung")[2]


def test_files_are_told_before_what_to_beware_of(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geneboard.benchmark.commands.terminal.show_warning", print)
    assert show_infer_predict(Predicted([Path("full.tsv")], ["inferred: 20 genes"], ["beware"])) == 0
    assert capsys.readouterr().out.splitlines() == ["inferred: 20 genes", "full.tsv", "beware"]
