"""The task of embedding genes: a method embeds the genes of a tissue, metrics score the embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.fingerprint import method_code
from geneboard.benchmark.cells.versions import metric_versions
from geneboard.benchmark.engine.child import check_source, tell_left_out
from geneboard.benchmark.records.record import Scores
from geneboard.benchmark.records.store import EMBEDDING
from geneboard.benchmark.task import Scored, Trained
from geneboard.benchmark.tasks.embedding.coverage import planned_tissue, read_part
from geneboard.benchmark.tasks.embedding.decoder_auc import curves_and_facts, decoder_scores
from geneboard.benchmark.tasks.embedding.memory import check_memory
from geneboard.benchmark.tasks.embedding.stored.kept_clusters import keep_clusters
from geneboard.benchmark.tasks.embedding.unchanged_input import changes, contents
from geneboard.datasets.unit_groups import FEWEST_GROUPS

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record
    from geneboard.benchmark.report.compare import Compared
    from geneboard.benchmark.report.foreign import ForeignTable
    from geneboard.benchmark.report.section import Chapter
    from geneboard.datasets.base import Tissue
    from geneboard.methods.base import GeneEmbeddings, Method, Progress
    from geneboard.metrics.base import Score

LIBRARIES = (
    "anndata",
    "leidenalg",
    "pynndescent",
    "scanpy",
    "scipy.sparse.csgraph",
    "sklearn.metrics",
    "umap.umap_",
)
"""What training and scoring import; umap alone takes seconds in every process that has to load it itself."""


class EmbeddingTask:
    """Embeddings of the genes of a tissue; with an input, scored on a part of the genes only."""

    name = "embedding"
    artifact = EMBEDDING
    libraries = LIBRARIES

    def train(self, cell: Cell) -> EmbeddingTraining:
        """Return the training of a method on a tissue."""
        return EmbeddingTraining(cell)

    def score(self, cell: Cell, folder: Path) -> Scored:
        """Return the scores of an embedding, and those without each group of datasets.

        Raises
        ------
        InputError
            If the embedding is damaged.
        RuntimeError
            If the source of the metrics is no longer that of the plan.
        """
        from geneboard.metrics.joint.score import chance_of
        from geneboard.metrics.neighbours import shared_view
        from geneboard.metrics.score import evaluate, leave_groups_out

        check_source(cell.metric_versions, metric_versions())
        metrics = [entry.load()() for entry in registry.metrics()]
        rows, tissue = read_part(cell, folder, heldout=True)
        chance = chance_of(rows, tissue, cell.problem.manifest.parent)
        view = shared_view(rows, tissue, chance)
        if cell.input is None:
            keep_clusters(folder, rows, view.clusters)
        scores = {**evaluate(rows, tissue, metrics, chance, view), **decoder_scores(cell, folder)}
        without = leave_groups_out(
            rows, tissue, metrics, groups_to_leave_out(cell), chance, progress=partial(tell_left_out, cell)
        )
        facts = {"without_group": {name: plain_scores(found) for name, found in without.items()}}
        return Scored(plain_scores(scores), facts if without else {})

    def chapter(
        self, records: Sequence[Record], out: Path, foreign: Sequence[ForeignTable], _beside: object
    ) -> Chapter:
        """Return what the report shows of this task."""
        from geneboard.benchmark.tasks.embedding.chapter import chapter

        return chapter(records, out, foreign)

    def compared(self) -> Compared:
        """Return how its leaderboards are compared."""
        from geneboard.benchmark.tasks.embedding.compare import COMPARED

        return COMPARED


def groups_to_leave_out(cell: Cell) -> Mapping[str, Sequence[str]]:
    """Return the groups of datasets that a cell is also scored without, if there are enough of them."""
    groups: Mapping[str, Sequence[str]] = cell.scored_with.get("groups", {})
    return groups if len(groups) >= FEWEST_GROUPS else {}


def plain_scores(scores: Mapping[str, Score]) -> Scores:
    """Return scores in the form that records have."""
    return {
        name: {"value": score.value, "status": score.status, "reason": score.reason}
        for name, score in scores.items()
    }


class EmbeddingTraining:
    """The training of a method on a tissue (`benchmark.task.TrainingJob`).

    Raises
    ------
    RuntimeError
        If the source of the method is no longer that of the plan.
    """

    def __init__(self, cell: Cell) -> None:
        check_source(cell.code, method_code(cell.entry))
        self._cell = cell
        self._tissue = planned_tissue(cell)
        self._method: Method = cell.entry.load()(**cell.settings.values)
        self._given = contents(self._tissue)
        self._embeddings: GeneEmbeddings | None = None

    def skip(self) -> str | None:
        """Return why the method cannot embed this tissue."""
        return self._method.skip(self._tissue)

    def fit(self, progress: Progress) -> None:
        """Embed the genes, if memory can hold what that needs."""
        check_memory(self._cell.entry, self._tissue, self._cell.device)
        self._embeddings = self._method.fit_embed(
            self._tissue, seed=self._cell.random_seed, device=self._cell.device, progress=progress
        )

    def keep(self, folder: Path) -> Trained:
        """Check the embedding and write it."""
        embeddings = self._embeddings
        # Nobody else sees this copy of the tissue, but what was trained on is not what the scores are about.
        if changed := changes(self._given, contents(self._tissue)):
            raise ValueError(f"fit_embed changed its input: {changed}")
        _check_embeddings(embeddings, self._tissue)
        assert embeddings is not None
        embeddings.write(folder / EMBEDDING)
        return Trained(embeddings.dim, *curves_and_facts(embeddings))


def _check_embeddings(embeddings: GeneEmbeddings | None, tissue: Tissue) -> None:
    from geneboard.methods.base import GeneEmbeddings
    from geneboard.metrics.base import TOO_LARGE, unusable_rows

    if not isinstance(embeddings, GeneEmbeddings):
        raise TypeError(f"fit_embed returned {type(embeddings).__name__}, not GeneEmbeddings")
    names = tuple(graph.name for graph in tissue.graphs)
    if embeddings.datasets != names:
        raise ValueError(f"embeddings of datasets {embeddings.datasets}, expected {names}")
    for graph, genes, values in zip(tissue.graphs, embeddings.genes, embeddings.values, strict=True):
        if unusable_rows(values).any():
            raise ValueError(f"{graph.name}: the embedding has values {TOO_LARGE}")
        if list(genes) != list(graph.genes):
            raise ValueError(f"{graph.name}: the embedding's genes are not the graph's genes in their order")
