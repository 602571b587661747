"""From the vectors of genes to the answer to a question."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from geneboard.benchmark.cells.seeds import derived_seed
from geneboard.benchmark.records.record import ScoreEntry
from geneboard.benchmark.task import Scored
from geneboard.benchmark.tasks.biology.conditions import condition_answer
from geneboard.benchmark.tasks.biology.joint_answers import shared_answer, tree_answer
from geneboard.benchmark.tasks.biology.manifests import GeneTables, Knowledge
from geneboard.benchmark.tasks.biology.ortholog_answers import ortholog_answer
from geneboard.benchmark.tasks.biology.questions import Question
from geneboard.benchmark.tasks.biology.regulator_answers import regulator_answer
from geneboard.benchmark.tasks.biology.told_sets import least_z, told_sets
from geneboard.datasets.knowledge.conditions import Conditions
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.knowledge.labels import Labels
from geneboard.datasets.knowledge.orthologs import Orthologs
from geneboard.datasets.knowledge.regulators import Regulators
from geneboard.datasets.knowledge.time_split import TimeSplit
from geneboard.datasets.knowledge.tissues import DatasetTissues, TissueRegulators

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from geneboard.metrics.biology.enrichment import Enrichment
    from geneboard.metrics.biology.over_time import OverTime
    from geneboard.metrics.biology.prediction import Prediction
    from geneboard.metrics.biology.retrieval import Retrieval

Clusters = Callable[[Sequence["np.ndarray"]], Sequence["np.ndarray"]]

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


def answer(
    question: Question, knowledge: Knowledge, vectors: Sequence[Vectors], clusters: Clusters | None = None
) -> Scored:
    """Return the scores of an embedding with their intervals, and what they are means over.

    Random numbers depend on the question alone: folds, permutations and resamplings are the same for all
    methods.

    Parameters
    ----------
    question, knowledge
        What is asked, and about what.
    vectors
        The embedding.
    clusters
        Returns its Leiden clusters (`metrics.biology.enrichment.embedding_clusters`); by default they are
        computed.
    """
    from geneboard.metrics.biology import enrichment, over_time, prediction, retrieval

    seed = derived_seed(question.measure, question.digest, index=0)
    values, genes = [one.matrix for one in vectors], [one.genes for one in vectors]
    strata, model = [one.stratum for one in vectors], cast(Literal["logistic", "forest"], question.model)
    if isinstance(knowledge, Orthologs):
        labels = partial(clusters or enrichment.embedding_clusters, values)
        rows = [one.dataset for one in vectors], values, genes
        return _scored(question, **ortholog_answer(question.measure, knowledge, *rows, labels, seed))
    if isinstance(knowledge, Conditions):
        asked = [one for one in vectors if one.dataset in knowledge.groups]
        rows = [one.dataset for one in asked], [one.matrix for one in asked], [one.genes for one in asked]
        return _scored(question, **condition_answer(knowledge, *rows, seed))
    names = [one.dataset for one in vectors]
    if isinstance(knowledge, DatasetTissues):
        return _scored(question, **tree_answer(knowledge, names, values, genes, seed))
    if isinstance(knowledge, TissueRegulators):
        own = (clusters or enrichment.embedding_clusters)(values)
        return _scored(question, **shared_answer(knowledge, names, own, genes, seed))
    if isinstance(knowledge, TimeSplit):
        return _over_time(
            question, over_time.predict_over_time(values, genes, knowledge, model=model, seed=seed)
        )
    if isinstance(knowledge, Labels):
        setting = cast(Literal["within", "across"], question.measure)
        found = prediction.predict_labels(values, genes, knowledge, setting=setting, model=model, seed=seed)
        return _predicted(question, found)
    if isinstance(knowledge, Regulators):
        own = (clusters or enrichment.embedding_clusters)(values)
        return _scored(question, **regulator_answer(knowledge, own, genes, strata, seed))
    sets = knowledge.within(set().union(*genes))
    if question.measure == "retrieval":
        return _retrieved(question, retrieval.retrieval(values, genes, strata, sets, seed=seed), sets)
    found_clusters = (clusters or enrichment.embedding_clusters)(values)
    most = enrichment.SIGNIFICANT
    return _enriched(
        question, enrichment.enrichment(found_clusters, genes, strata, sets, seed=seed, listed_up_to=most)
    )


def _retrieved(question: Question, found: Retrieval, sets: GeneSets) -> Scored:
    from geneboard.metrics.biology.retrieval import SET_DRAWS

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


def _enriched(question: Question, found: Enrichment) -> Scored:
    if found.share is None or found.distinct is None or found.strength is None:
        return _scored(question, {}, found.reason)
    scores = {
        "share_enriched": found.share.value,
        "share_enriched_null": found.share.null_mean,
        "n_enriched_sets": found.distinct.value,
        "mean_best_log10_FDR": found.strength.value,
    }
    best = found.table.sort_values("fdr", kind="stable").groupby("cluster").head(BEST_SETS)
    return _scored(
        question,
        scores,
        interval=found.share.interval,
        numbers={"clusters": found.n_clusters, "sets": found.n_sets, "p_value": found.share.p_value},
        enriched=best[list(SHOWN)].to_dict("list"),
    )


def _predicted(question: Question, found: Prediction) -> Scored:
    if found.auroc is None or found.low is None or found.high is None:
        return _scored(question, {}, found.reason)
    return _scored(
        question,
        {"AUROC": found.auroc, "precision_over_prior": found.precision_over_prior},
        interval=(found.low, found.high),
        parts=found.auroc_by_fold,
        numbers={"positive": found.n_positive, "negative": found.n_negative},
    )


def _over_time(question: Question, found: OverTime) -> Scored:
    """Return the answer; its parts are the terms, of which each says its genes and AUROC."""
    if found.before is None or found.since is None:
        return _scored(question, {}, found.reason)
    asked = [term for term in found.terms if math.isfinite(term.before) and math.isfinite(term.since)]
    return _scored(
        question,
        {
            "AUROC_since": found.since,
            "AUROC_before": found.before,
            "AUROC_difference": found.since - found.before,
        },
        interval=found.since_interval,
        parts=[term.since if term in asked else math.nan for term in found.terms],
        intervals={"AUROC_before": found.before_interval, "AUROC_difference": found.difference_interval},
        numbers={"terms": len(asked)},
        terms=[
            {
                "term": term.term,
                "name": term.name,
                "n": term.n_since_positive,
                "n_before": term.n_before_positive,
                "n_train": term.n_train_positive,
                "before": _finite(term.before),
                "since": _finite(term.since),
            }
            for term in found.terms
        ],
    )


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
    return Scored(
        {name: _entry(scores.get(name), reason) for name in question.about.scores},
        {"answer": {"interval": ends, "parts": [_finite(part) for part in parts], **facts}},
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _entry(value: float | None, reason: str) -> ScoreEntry:
    if value is None or not math.isfinite(value):
        return {"value": None, "status": "undefined", "reason": reason or "it has no value"}
    return {"value": float(value), "status": "ok", "reason": ""}
