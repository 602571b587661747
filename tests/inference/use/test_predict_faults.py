"""Plates and models that cannot be used: each is told in one sentence, or what is missing is imputed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_plates import (
    LANDMARK_VALUES,
    NEW,
    TRAINING,
    Infer,
    full,
    plate_table,
    refused,
    write_gct_plate,
    write_plate,
)

from geneboard.benchmark.cli import main
from geneboard.benchmark.tasks.inference.predict.usable_model import read_usable_model
from geneboard.datasets.errors import InputError
from geneboard.methods.inference.model_files import write_model

OTHER, MISFIT = "was written by another version of the method", "not one that `infer train` has written"
FORGED: list[tuple[str, Callable[[Any], Any], str]] = [
    ("format", lambda _: float("inf"), "not a model file that can be read"),
    ("method", lambda _: ["ridge"], "is not known here"),
    ("hyper_parameters", lambda _: [1], OTHER),
    ("about", lambda _: None, MISFIT),
    ("about", lambda about: {**about, "organs": [1, "a"]}, MISFIT),
    ("about", lambda about: {"organs": about["organs"]}, MISFIT),
    ("fitted/coefficients", lambda old: old[:-1], MISFIT),
    ("fitted/coefficients", lambda old: old * np.nan, MISFIT),
    ("fitted/organ_means", lambda old: old[:1].repeat(3), MISFIT),
    ("genes/mean", lambda old: old + np.inf, MISFIT),
    ("genes/deviation", lambda old: np.full(old.shape, "x"), MISFIT),
    ("genes/feature_space", lambda old: np.full(old.shape, "inferred"), MISFIT),
    ("landmarks/reference", lambda old: old[:0], MISFIT),
    ("landmarks/means", lambda old: old * np.nan, MISFIT),
    ("landmarks/constant", lambda old: old[1:], MISFIT),
    ("scale/lowest", lambda old: old[None], MISFIT),
    ("check/residuals", lambda old: old[:-1], MISFIT),
    ("check/calibration", lambda old: old * 0, MISFIT),
    ("check/uninformed", lambda old: old * np.inf, MISFIT),
]
"""Part of a model file, how it is changed, and what is said."""


def contents(model: Path) -> dict[str, Any]:
    with np.load(model) as file:
        return {name: file[name] for name in file.files}


def with_values(sample: int | slice, landmark: int | slice, value: float) -> pd.DataFrame:
    """A plate with another value in some places."""
    values = LANDMARK_VALUES.copy()
    values[sample, landmark] = value
    return plate_table(values=values)


class TestMissingLandmarks:
    def test_a_tenth_is_imputed(self, infer: Infer, tmp_path: Path) -> None:
        status, out, err = infer(plate_table().iloc[:, 4:])
        assert status == 0
        assert "36 of 40" in out
        names = ", ".join(TRAINING.genes.symbol.iloc[:4])
        assert f"4 of the model's 40 landmarks are missing and take their training mean: {names}.\n" in err
        values, genes = full(tmp_path)
        assert list(genes.status.iloc[:5]) == ["imputed"] * 4 + ["measured"]
        assert not np.ptp(values.to_numpy()[:, :4], axis=0).any()
        assert (genes.interval_half_width.iloc[:4].astype(float) > 0).all()

    def test_more_are_refused(self, infer: Infer, tmp_path: Path) -> None:
        plate = plate_table().iloc[:, :24]
        assert "has 24 of the model's 40 landmarks (60%) by Entrez id" in refused(infer, plate)
        assert not (tmp_path / "full.tsv").exists()
        status, _, err = infer(plate, "--impute")
        assert status == 0
        assert "16 of the model's 40 landmarks are missing" in err

    def test_single_values(self, infer: Infer, tmp_path: Path) -> None:
        plate = with_values(2, 5, np.nan)
        symbol = TRAINING.genes.symbol.iloc[5]
        assert f"1 values of the landmarks {symbol} are missing" in refused(infer, plate)
        assert infer(plate, "--impute")[0] == 0
        assert full(tmp_path)[1].status.iloc[5] == "measured in part"
        filled = (tmp_path / "full.tsv").read_bytes()
        of_cmap = with_values(2, 5, -666)
        for sentinel in (of_cmap, write_gct_plate(tmp_path / "a.gct", of_cmap)):
            assert f"1 values of the landmarks {symbol} are missing" in refused(infer, sentinel)
            assert infer(sentinel, "--impute")[0] == 0
            assert (tmp_path / "full.tsv").read_bytes() == filled


class TestFaultsOfPlates:
    @pytest.mark.parametrize(
        ("plate", "sentence"),
        [
            (plate_table().T, "40 landmarks stand where samples should"),
            (plate_table().rename(columns={"23": "16"}), "'AARS' appears 2 times"),
            (plate_table().rename(index={NEW.samples[1]: NEW.samples[0]}), "appears twice"),
            (plate_table().add_prefix("g"), "none of the 40 landmarks"),
            (with_values(3, slice(None), np.nan), "has no value for any landmark"),
            (with_values(slice(None), slice(None), np.nan), "no landmark has a value"),
            (with_values(1, 1, np.inf), "1 values of landmarks are infinite"),
            (with_values(1, 1, -1.5), "1 values of landmarks are negative (the lowest is -1.5)"),
            (with_values(1, 1, -99), "a value of -99 is neither a count nor a logarithm"),
            (plate_table() - plate_table().mean(), "all genes have about the same mean"),
        ],
    )
    def test_tables(self, infer: Infer, tmp_path: Path, plate: pd.DataFrame, sentence: str) -> None:
        logged = ["--logged", "no"] if "negative" in sentence else []
        assert sentence in refused(infer, plate, *logged)

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
        for name, sentence in (
            ("full.xlsx", "its ending is none of"),
            ("plate.tsv", "plate.tsv, which is an input."),
        ):
            assert sentence in refused(infer, plate_table(), "--output", str(tmp_path / name))

    @pytest.mark.parametrize("part", ["samples", "genes"])
    def test_output_beside_the_output(self, infer: Infer, tmp_path: Path, part: str) -> None:
        plate = write_plate(tmp_path / f"full.{part}.tsv", plate_table())
        content = plate.read_bytes()
        linked = tmp_path / "linked.tsv"
        linked.symlink_to(plate)
        for given in (plate, linked):
            assert f"would overwrite {plate}, which is an input." in refused(infer, given)
        assert plate.read_bytes() == content
        assert not (tmp_path / "full.tsv").exists()

    def test_a_model_is_not_written_over_its_data(
        self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = folder / "set" / "values.npz"
        content = data.read_bytes()
        assert main(["infer", "train", "--data", str(data.parent), "--model", str(data)]) == 2
        assert f"--model {data}: would overwrite {data}, which is an input." in capsys.readouterr().err
        assert data.read_bytes() == content

    def test_too_few_samples_for_a_standard(self, infer: Infer, tmp_path: Path) -> None:
        told = refused(infer, plate_table().iloc[:9], "--standard", "plate")
        assert "has 9 samples, and at least 10" in told


class TestModelFiles:
    def test_faults(self, folder: Path, infer: Infer, tmp_path: Path) -> None:
        plate, bad = plate_table(), tmp_path / "bad.npz"
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
        plate = plate_table()
        assert "not one that `infer train` has written" in refused(infer, plate, model=tmp_path / "bare.npz")

    def test_a_model_that_was_changed(self, folder: Path, infer: Infer, tmp_path: Path) -> None:
        changed = contents(folder / "ridge.npz")
        changed["fitted/intercepts"] = changed["fitted/intercepts"] + 1
        np.savez(tmp_path / "bad.npz", **changed)
        told = refused(infer, plate_table(), model=tmp_path / "bad.npz")
        assert "bad.npz: has been changed since it was written; train the model again" in told

    @pytest.mark.parametrize(("name", "change", "sentence"), FORGED)
    def test_a_forged_model(
        self, folder: Path, tmp_path: Path, name: str, change: Callable[[Any], Any], sentence: str
    ) -> None:
        forged = contents(folder / "organ.npz")
        header = json.loads(str(forged["geneboard_model"]))
        del header["digest"]  # as the first files had none
        if name in forged:
            forged[name] = change(forged[name])
        else:
            header = {**header, name: change(header.get(name))}
        np.savez(tmp_path / "bad.npz", **{**forged, "geneboard_model": np.array(json.dumps(header))})
        with pytest.raises(InputError, match=sentence):
            read_usable_model(tmp_path / "bad.npz")

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
