"""A small training set and plates of other patients, from one simulation; what is inferred for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geneboard.datasets.l1000.expression import ExpressionSet
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.l1000.synthetic import Simulation

N_LANDMARKS, N_TARGETS, N_TRAINING = 40, 30, 160
ALL, _ = Simulation(n_samples=200, n_landmarks=N_LANDMARKS, n_targets=N_TARGETS, linear=True).simulate(0)
TRAINING = ALL.take_samples(np.arange(N_TRAINING))
NEW = ALL.take_samples(np.arange(N_TRAINING, 200))
NAMES = landmark_table().head(N_LANDMARKS)
LANDMARK_VALUES = NEW.values[:, :N_LANDMARKS]


def write_training(folder: Path, expression: ExpressionSet = TRAINING) -> Path:
    folder.mkdir()
    np.savez(folder / "values.npz", expression=expression.values)
    genes = expression.genes.rename(columns={"feature_space": "l1000_feature_space"})
    genes.assign(gene=expression.genes.index).to_csv(folder / "genes.tsv", sep="\t", index=False)
    samples = {"sample": expression.samples, "patient": expression.groups, "organ": expression.organs}
    pd.DataFrame(samples).to_csv(folder / "samples.tsv", sep="\t", index=False)
    return folder


def plate_table(system: str = "entrez", values: np.ndarray = LANDMARK_VALUES) -> pd.DataFrame:
    """Samples x landmarks, named in a system."""
    return pd.DataFrame(values.copy(), index=NEW.samples, columns=NAMES[system].to_numpy())


def write_plate(path: Path, table: pd.DataFrame) -> Path:
    table.to_csv(path, sep="\t")
    return path


def write_gct_plate(path: Path, table: pd.DataFrame, organs: bool = False) -> Path:
    """A .gct whose rows have meaningless names and identifiers in a column."""
    cells = [["id", "number", "pr_gene_id", *table.index]]
    if organs:
        cells.append(["tissue_of_origin", "na", "na", *NEW.organs])
    for number, name in enumerate(table):
        cells.append([f"probe{number}", str(number), name, *map(str, table[name].to_numpy().tolist())])
    lines = ["#1.3", f"{table.shape[1]}\t{table.shape[0]}\t2\t{int(organs)}", *map("\t".join, cells)]
    path.write_text("\n".join(lines) + "\n")
    return path


Infer = Callable[..., tuple[int, str, str]]


def full(tmp_path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    genes = pd.read_csv(tmp_path / "full.genes.tsv", sep="\t", index_col="id", keep_default_na=False)
    return pd.read_csv(tmp_path / "full.tsv", sep="\t", index_col="id"), genes


def interval_scales(tmp_path: Path) -> np.ndarray:
    samples = pd.read_csv(tmp_path / "full.samples.tsv", sep="\t", index_col="id")
    return samples["interval_scale"].to_numpy()


def refused(infer: Infer, plate: Path | pd.DataFrame, *options: str, **more: Any) -> str:
    status, out, err = infer(plate, *options, **more)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.endswith(".\n")
    assert err.count("\n") == 1
    return err
