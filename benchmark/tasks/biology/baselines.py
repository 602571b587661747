"""The baselines of this task as methods: what the data say of a gene without any training."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.fingerprint import Code
from geneboard.benchmark.engine.child import check_source
from geneboard.benchmark.records.store import EMBEDDING
from geneboard.benchmark.registry import ROOT, Entry
from geneboard.benchmark.task import Trained
from geneboard.benchmark.tasks.embedding.coverage import planned_tissue
from geneboard.methods.base import GeneEmbeddings

if TYPE_CHECKING:
    import numpy as np

    from geneboard.methods.base import Progress

MODULE = "geneboard.metrics.biology.baselines"
FILE = ROOT / "metrics" / "biology" / "baselines.py"

RAW_GRAPH = "raw_graph"
TITLES = {
    RAW_GRAPH: "Raw graph",
    "raw_expression": "Raw expression",
    "expression_and_degree": "Expression and degree",
}
MEANINGS = {
    RAW_GRAPH: "The row of a gene in the graph that methods are trained on: what does not beat it has added "
    "nothing.",
    "raw_expression": "The residuals of a gene over the cells.",
    "expression_and_degree": "Mean count, dispersion and degree of a gene: who knows these alone knows no "
    "biology.",
}


def entries() -> list[Entry]:
    """Return the baselines; each is a function of a tissue."""
    return [
        Entry(
            name,
            FILE,
            name,
            {"name": name, "title": title, "kind": "baseline", "deterministic": True, "reference": ""},
            module=MODULE,
            origin=FILE.relative_to(ROOT).as_posix(),
        )
        for name, title in TITLES.items()
    ]


def baseline_code(entry: Entry, code: Code | None = None) -> str:
    """Return the fingerprint of what computes a baseline; `code` is read once for several."""
    return (code or Code()).digest([*entry.roots, (Path(__file__), "BaselineTraining.fit")])


class BaselineTraining:
    """The vectors of a baseline (`benchmark.task.TrainingJob`).

    Raises
    ------
    RuntimeError
        If its source is no longer that of the plan.
    """

    def __init__(self, cell: Cell) -> None:
        check_source(cell.code, baseline_code(cell.entry))
        self._entry, self._tissue = cell.entry, planned_tissue(cell)
        self._values: list[np.ndarray] = []

    def skip(self) -> None:
        """Never skip."""

    def fit(self, progress: Progress) -> None:
        """Take the vectors from the tissue; those of datasets get equal lengths by zeros at their end."""
        import numpy as np

        found = getattr(importlib.import_module(MODULE), self._entry.class_name)(self._tissue)
        length = max(values.shape[1] for values in found)
        self._values = [
            np.pad(values, ((0, 0), (0, length - values.shape[1]))).astype(np.float32) for values in found
        ]
        progress(1, 1)

    def keep(self, folder: Path) -> Trained:
        """Write them."""
        embeddings = GeneEmbeddings.of(self._tissue, self._values)
        embeddings.write(folder / EMBEDDING)
        return Trained(embeddings.dim, {})
