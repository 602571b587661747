"""What a cell of a tissue does in its child process: a method embeds genes, metrics score the embedding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.cells import provenance
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.child import Trained, check_source, plain_scores
from geneboard.benchmark.records.record import Scores
from geneboard.benchmark.records.store import EMBEDDING, TRAINING
from geneboard.benchmark.tasks.embedding.coverage import covered_only, covering_code
from geneboard.benchmark.tasks.embedding.unchanged_input import changes, contents
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue
    from geneboard.methods.base import GeneEmbeddings, Method, Progress


class EmbeddingTraining:
    """The training of a method on a tissue (`benchmark.engine.child.TrainingJob`).

    Raises
    ------
    RuntimeError
        If the source of the method is no longer that of the plan.
    """

    def __init__(self, cell: Cell) -> None:
        from geneboard.datasets.graph_files import read_tissue

        check_source(cell.code, provenance.method_hash(cell.entry))
        self._cell = cell
        self._tissue = read_tissue(cell.manifest)
        self._method: Method = cell.entry.load()(**cell.settings.values)
        self._given = contents(self._tissue)
        self._embeddings: GeneEmbeddings | None = None

    def skip(self) -> str | None:
        """Return why the method cannot embed this tissue."""
        return self._method.skip(self._tissue)

    def fit(self, progress: Progress) -> None:
        """Embed the genes."""
        self._embeddings = self._method.fit_embed(
            self._tissue, seed=self._cell.random_seed, device=self._cell.device, progress=progress
        )

    def keep(self, folder: Path) -> Trained:
        """Check the embedding and write it."""
        embeddings = self._embeddings
        _check_input(changes(self._given, contents(self._tissue)))
        _check_embeddings(embeddings, self._tissue)
        assert embeddings is not None
        embeddings.write(folder / EMBEDDING)
        return Trained(embeddings.dim, embeddings.history)


def _check_embeddings(embeddings: GeneEmbeddings | None, tissue: Tissue) -> None:
    from geneboard.methods.base import GeneEmbeddings

    if not isinstance(embeddings, GeneEmbeddings):
        raise TypeError(f"fit_embed returned {type(embeddings).__name__}, not GeneEmbeddings")
    names = tuple(graph.name for graph in tissue.graphs)
    if embeddings.datasets != names:
        raise ValueError(f"embeddings of datasets {embeddings.datasets}, expected {names}")
    for graph, genes in zip(tissue.graphs, embeddings.genes, strict=True):
        if list(genes) != list(graph.genes):
            raise ValueError(f"{graph.name}: the embedding's genes are not the graph's genes in their order")


def _check_input(changed: str) -> None:
    # Nobody else sees this copy of the tissue, but what was trained on is not what the scores are about.
    if changed:
        raise ValueError(f"fit_embed changed its input: {changed}")


def scores_of_embedding(cell: Cell, folder: Path, metrics: Sequence[Any]) -> tuple[Scores, dict[str, Scores]]:
    """Return the scores of an embedding, and those without each dataset where the cell wants them.

    Parameters
    ----------
    cell
        The cell.
    folder
        Where its training has written the embedding.
    metrics
        The metrics.

    Raises
    ------
    InputError
        If the embedding is damaged; the next run trains the cell again.
    RuntimeError
        If the source of the metrics is no longer that of the plan.
    """
    from geneboard.datasets.graph_files import read_tissue
    from geneboard.metrics.embedding_files import read_rows
    from geneboard.metrics.score import evaluate, leave_one_out

    check_source(cell.metrics_code, provenance.metrics_hash())
    tissue = read_tissue(cell.manifest, heldout=True)
    try:
        rows = read_rows(folder / EMBEDDING, tissue)
    except InputError:
        (folder / TRAINING).unlink(missing_ok=True)
        raise
    if cell.covered is not None:
        check_source(cell.covered.code, covering_code())
        rows, tissue = covered_only(rows, tissue, cell.covered.path)
    scores = plain_scores(evaluate(rows, tissue, metrics))
    without = leave_one_out(rows, tissue, metrics) if cell.jackknife else {}
    return scores, {dataset: plain_scores(rest) for dataset, rest in without.items()}
