"""From the vectors of genes to the answer to a question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from geneboard.benchmark.cells.seeds import derived_seed
from geneboard.benchmark.records.record import ScoreEntry
from geneboard.benchmark.task import Scored
from geneboard.benchmark.tasks.biology.manifests import GeneTables, Knowledge
from geneboard.benchmark.tasks.biology.questions import Question
from geneboard.benchmark.tasks.biology.told_sets import least_z, told_sets
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.knowledge.labels import Labels

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from geneboard.metrics.biology.null import AgainstNull

PARTS = 200
"""So many resamplings of the gene sets are kept, to compare two methods by them."""

BEST_SETS = 5
"""So many enriched sets of a cluster are kept in its record."""

SHOWN = ("cluster", "cluster_size", "set", "overlap", "set_size", "rich_factor", "fdr", "genes")


@dataclass(frozen=True, eq=False)
class Vectors:
    """The vectors of one dataset.

    Attributes
    ----------
    dataset
        Its name.
    genes
        As knowledge names them, shape (n_genes,).
    matrix
        Float32, shape (n_genes, dim); genes without a vector have zeros.
    stratum
        Cell of each gene in the grid of expression and degree, shape (n_genes,).
    """

    dataset: str
    genes: pd.Index
    matrix: np.ndarray
    stratum: np.ndarray


def named(dataset: str, genes: pd.Index, matrix: np.ndarray, tables: GeneTables) -> Vectors:
    """Return vectors with what is known of their genes; without a tissue all genes are alike."""
    import numpy as np
    import pandas as pd

    if not tables:
        return Vectors(dataset, genes, matrix, np.zeros(len(genes), dtype=np.int64))
    known = tables[dataset].loc[genes]
    return Vectors(
        dataset, pd.Index(known["symbol"].to_numpy(dtype=object)), matrix, known["stratum"].to_numpy()
    )


def answer(question: Question, knowledge: Knowledge, vectors: Sequence[Vectors]) -> Scored:
    """Return the scores of an embedding with their intervals, and what they are means over.

    Random numbers depend on the question alone: folds, permutations and resamplings are the same for all
    methods.
    """
    seed = derived_seed(question.measure, question.digest, index=0)
    values, genes = [one.matrix for one in vectors], [one.genes for one in vectors]
    strata = [one.stratum for one in vectors]
    if isinstance(knowledge, Labels):
        return _predicted(question, knowledge, values, genes, seed)
    sets = knowledge.within(set().union(*genes))
    if question.measure == "retrieval":
        return _retrieved(question, values, genes, strata, sets, seed)
    return _enriched(question, values, genes, strata, sets, seed)


def _retrieved(
    question: Question,
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    sets: GeneSets,
    seed: int,
) -> Scored:
    from geneboard.metrics.biology.retrieval import SET_DRAWS, retrieval

    found = retrieval(values, genes, strata, sets, seed=seed)
    auc = found.auc
    if auc is None or auc.low is None or auc.high is None:
        return _scored(question, {}, found.reason)
    least = least_z(found.n_sets, SET_DRAWS)
    scores = {
        "AUC_above_null": auc.above_null,
        "AUC": auc.value,
        "AUC_null": auc.null_mean,
        "AUC_z": auc.z,
        "recall_over_chance": found.recall,
    }
    return _scored(
        question,
        scores,
        interval=(auc.low - auc.null_mean, auc.high - auc.null_mean),
        parts=[round(value - auc.null_mean, 6) for value in auc.resampled[:PARTS]],
        numbers={
            "genes": list(found.n_genes),
            "sets": found.n_sets,
            "least_z": least,
            "sets_above": int((found.by_set["z"] > least).sum()),
            "p_value": auc.p_value,
        },
        sets=told_sets(found.by_set, sets),
    )


def _enriched(
    question: Question,
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    sets: GeneSets,
    seed: int,
) -> Scored:
    from geneboard.metrics.biology.enrichment import SIGNIFICANT, embedding_clusters, enrichment

    found = enrichment(embedding_clusters(values), genes, strata, sets, seed=seed)
    if found.share is None or found.distinct is None or found.strength is None:
        return _scored(question, {}, found.reason)
    scores = {
        "share_enriched": found.share.value,
        "share_enriched_null": found.share.null_mean,
        "n_enriched_sets": found.distinct.value,
        "mean_best_log10_FDR": found.strength.value,
    }
    best = found.table[found.table["fdr"] <= SIGNIFICANT].sort_values("fdr", kind="stable")
    return _scored(
        question,
        scores,
        interval=_ends(found.share),
        numbers={"clusters": found.n_clusters, "sets": found.n_sets, "p_value": found.share.p_value},
        enriched=best.groupby("cluster").head(BEST_SETS)[list(SHOWN)].to_dict("list"),
    )


def _predicted(
    question: Question,
    labels: Labels,
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    seed: int,
) -> Scored:
    from geneboard.metrics.biology.prediction import predict_labels

    found = predict_labels(
        values,
        genes,
        labels,
        setting=cast(Literal["within", "across"], question.measure),
        model=cast(Literal["logistic", "forest"], question.model),
        seed=seed,
    )
    if found.auroc is None or found.low is None or found.high is None:
        return _scored(question, {}, found.reason)
    return _scored(
        question,
        {"AUROC": found.auroc, "precision_over_prior": found.precision_over_prior},
        interval=(found.low, found.high),
        parts=found.auroc_by_fold,
        numbers={"positive": found.n_positive, "negative": found.n_negative},
    )


def _ends(found: AgainstNull) -> tuple[float, float] | None:
    return None if found.low is None or found.high is None else (found.low, found.high)


def _scored(
    question: Question,
    scores: Mapping[str, float | None],
    reason: str = "",
    *,
    interval: tuple[float, float] | None = None,
    parts: Sequence[float] = (),
    **facts: Any,
) -> Scored:
    """Return an answer in the form that records have; a score that has no value says why."""
    ends = None if interval is None or not all(map(math.isfinite, interval)) else list(interval)
    means_over = [float(part) if math.isfinite(part) else None for part in parts]
    return Scored(
        {name: _entry(scores.get(name), reason) for name in question.about.scores},
        {"answer": {"interval": ends, "parts": means_over, **facts}},
    )


def _entry(value: float | None, reason: str) -> ScoreEntry:
    if value is None or not math.isfinite(value):
        return {"value": None, "status": "undefined", "reason": reason or "it has no value"}
    return {"value": float(value), "status": "ok", "reason": ""}
