"""The task of inferring a profile from landmark genes: a model is fitted, its predictions are scored."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.child import check_source
from geneboard.benchmark.records.record import Parts, ScoreEntry
from geneboard.benchmark.records.store import PREDICTIONS, TRAINING
from geneboard.benchmark.task import Scored, Trained
from geneboard.benchmark.tasks.inference.codes import inference_method_code, inference_metric_versions
from geneboard.benchmark.tasks.inference.manifests import read_manifest
from geneboard.benchmark.tasks.inference.parts import packed
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError
from geneboard.methods.inference.base import InferenceData

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record
    from geneboard.benchmark.report.compare import Compared
    from geneboard.benchmark.report.section import Chapter
    from geneboard.datasets.l1000.prepared import PreparedSplit
    from geneboard.methods.base import Progress
    from geneboard.methods.inference.base import FittedInference, InferenceMethod
    from geneboard.metrics.inference.score import InferenceScore


class InferenceTask:
    """Profiles that models infer for samples they have not seen."""

    name = "inference"
    artifact = PREDICTIONS
    libraries = ("numpy", "pandas", "scipy.stats")

    def train(self, cell: Cell) -> InferenceTraining:
        """Return the fitting of a model on a problem."""
        return InferenceTraining(cell)

    def score(self, cell: Cell, folder: Path) -> Scored:
        """Return the scores of predictions, with the values that they are means over.

        Raises
        ------
        InputError
            If the predictions are damaged; the next run fits the model again.
        RuntimeError
            If the source of the metrics is no longer that of the plan.
        """
        from geneboard.metrics.inference.score import score_inference

        check_source(cell.metric_versions, inference_metric_versions())
        split, inputs = read_manifest(cell.problem.manifest, cell.problem.manifest_digest)
        predicted = _read_predictions(folder)
        test, hidden = data_of(split, inputs, "test"), np.setdiff1d(np.arange(split.n_landmarks), inputs)
        varying = np.concatenate([split.varying_landmarks[hidden], split.varying_targets])
        spaces = np.concatenate([np.repeat("landmark", len(hidden)), split.target_spaces])
        learnt = data_of(split, inputs, "train").and_also(data_of(split, inputs, "validation"))
        found = score_inference(
            test.targets[:, varying],
            predicted[:, varying],
            test.organs,
            spaces[varying],
            np.median(learnt.targets[:, varying], axis=0),
        )
        ending = {"targets": "", "best inferred": "_best_inferred", "landmarks": "_landmarks"}
        scores = {
            f"{metric}{ending[genes]}": _entry(score)
            for genes, by_metric in found.items()
            for metric, score in by_metric.items()
        }
        parts = _parts(split, test.targets[:, len(hidden) :], predicted[:, len(hidden) :])
        return Scored(scores, {"parts": parts})

    def chapter(self, records: Sequence[Record], *_: object) -> Chapter:
        """Return what the report shows of this task."""
        from geneboard.benchmark.tasks.inference.chapter import chapter

        return chapter(records)

    def compared(self) -> Compared:
        """Return how its leaderboards are compared."""
        from geneboard.benchmark.report.compare import Compared
        from geneboard.benchmark.tasks.inference.board.columns import METRICS
        from geneboard.benchmark.tasks.inference.board.leaderboard import inference_leaderboard
        from geneboard.benchmark.tasks.inference.board.words import warning

        return Compared(METRICS, inference_leaderboard, warning)


class InferenceTraining:
    """The fitting of a model on a problem (`benchmark.task.TrainingJob`).

    Raises
    ------
    RuntimeError
        If the source of the method is no longer that of the plan.
    """

    def __init__(self, cell: Cell) -> None:
        check_source(cell.code, inference_method_code(cell.entry))
        self._cell = cell
        split, inputs = read_manifest(cell.problem.manifest, cell.problem.manifest_digest)
        self._train, self._validation, self._test = (
            data_of(split, inputs, part) for part in ("train", "validation", "test")
        )
        self._method: InferenceMethod = cell.entry.load()(**cell.settings.values)
        self._fitted: FittedInference | None = None
        self._predicted: np.ndarray | None = None

    def skip(self) -> str | None:
        """Return why the method cannot learn from these samples."""
        return self._method.skip(self._train)

    def fit(self, progress: Progress) -> None:
        """Fit the model and infer the test samples."""
        for data in (self._train, self._validation, self._test):
            data.landmarks.flags.writeable = data.targets.flags.writeable = False
        self._fitted = self._method.fit(
            self._train,
            self._validation,
            seed=self._cell.random_seed,
            device=self._cell.device,
            progress=progress,
        )
        self._predicted = self._fitted.predict(self._test.landmarks, self._test.organs)

    def keep(self, folder: Path) -> Trained:
        """Check the predictions and write them."""
        fitted, predicted = self._fitted, self._predicted
        assert fitted is not None
        _check_predictions(predicted, self._test.targets.shape)
        content = io.BytesIO()
        np.savez(content, predicted=np.asarray(predicted, dtype=np.float32))
        write_atomically(folder / PREDICTIONS, content.getvalue())
        chosen = {name: float(value) for name, value in fitted.details.items() if np.isfinite(value)}
        return Trained(None, fitted.history, {"chosen": chosen})


def data_of(split: PreparedSplit, inputs: np.ndarray, part: str) -> InferenceData:
    """Return the samples of a part as models get them: landmarks that are not given are to be inferred too.

    Parameters
    ----------
    split
        The samples.
    inputs
        Positions of the landmarks that are given.
    part
        ``"train"``, ``"validation"`` or ``"test"``.
    """
    rows, hidden = split.rows(part), np.setdiff1d(np.arange(split.n_landmarks), inputs)
    landmarks = split.landmarks[rows]
    return InferenceData(
        np.ascontiguousarray(landmarks[:, inputs]),
        np.hstack([landmarks[:, hidden], split.targets[rows]]),
        split.organs[rows],
    )


def _check_predictions(predicted: np.ndarray | None, shape: tuple[int, ...]) -> None:
    if not isinstance(predicted, np.ndarray):
        raise TypeError(f"predict returned {type(predicted).__name__}, not an array")
    if predicted.shape != shape:
        raise ValueError(f"predictions have the shape {predicted.shape}, expected {shape}")
    if not np.isfinite(predicted).all():
        raise ValueError("predictions contain NaN or infinite values")


def _read_predictions(folder: Path) -> np.ndarray:
    try:
        with np.load(folder / PREDICTIONS, allow_pickle=False) as file:
            predicted: np.ndarray = file["predicted"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        (folder / TRAINING).unlink(missing_ok=True)
        raise InputError(f"{folder / PREDICTIONS}: is damaged") from error
    return predicted


def _entry(score: InferenceScore) -> ScoreEntry:
    return {
        "value": score.value,
        "status": "ok" if score.value is not None else "undefined",
        "reason": score.reason,
    }


def _parts(split: PreparedSplit, true: np.ndarray, predicted: np.ndarray) -> Parts:
    from geneboard.metrics.inference.score import gene_values, sample_values

    rows, varying = split.rows("test"), split.varying_targets
    genes = gene_values(true[:, varying], predicted[:, varying], split.organs[rows], recall=False)
    possible = gene_values(true[:, varying], true[:, varying], split.organs[rows], recall=False)
    samples = sample_values(true[:, varying], predicted[:, varying])
    samples["MAE"] = np.abs(true[:, varying].astype(np.float64) - predicted[:, varying]).mean(axis=1)
    by_gene = {}
    for metric in genes:
        # A constant prediction of a gene that varies is no correlation, as in the mean.
        values = genes[metric].fillna(0.0).where(possible[metric].notna())
        everyone = np.full(split.n_targets, np.nan)
        everyone[varying] = values
        by_gene[str(metric)] = packed(everyone)
    return {
        "genes": by_gene,
        "samples": {metric: packed(samples[metric].to_numpy()) for metric in ("MAE", "rank_correlation")},
        "groups": split.groups[rows].tolist(),
    }
