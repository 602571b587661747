"""What is asked of an embedding: a question about a piece of knowledge, and the scores that answer it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from geneboard.benchmark.records.record import Record

MODELS = ("logistic", "forest")
"""Models that predict labels from vectors."""

Unit = Literal["sets", "labels", "terms", "regulators", "orthologs", "conditions"]


@dataclass(frozen=True)
class Measure:
    """A way to ask.

    Attributes
    ----------
    name, title
        In records, and for people.
    asks
        Of gene sets, of labels, of terms with labels before and since a day, of known regulation, of
        orthologs, or of conditions of datasets.
    scores
        The scores of its records; the first is the one that tables are about.
    version
        Raised when a value changes: then stored embeddings are scored again.
    text
        What it is, in plain words.
    cannot_tell
        What it does not see.
    with_interval
        The scores beside the first one that have an interval.
    is_ranked
        Whether more is better; else it is a finding, by which methods are neither ordered nor compared.
    """

    name: str
    title: str
    asks: Unit
    scores: tuple[str, ...]
    version: int
    text: str
    cannot_tell: str
    with_interval: tuple[str, ...] = ()
    is_ranked: bool = True

    @property
    def lead(self) -> str:
        """The score that tables are about."""
        return self.scores[0]


MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "retrieval",
            "same gene set",
            "sets",
            ("AUC_above_null", "AUC", "AUC_null", "AUC_z", "recall_over_chance"),
            3,
            "Are genes that share a gene set more alike than other genes? ROC AUC of the cosine similarity "
            "over pairs of genes that are in some set, minus what remains when gene names are permuted "
            "among genes of like expression and degree; z is that difference in standard deviations of the "
            "permutations. Mean over datasets; the interval is a bootstrap over gene sets.",
            "Which sets: a few large ones have most of the pairs.",
        ),
        Measure(
            "enrichment",
            "enriched clusters",
            "sets",
            ("share_enriched", "share_enriched_null", "n_enriched_sets", "mean_best_log10_FDR"),
            1,
            "Do the clusters of an embedding gather gene sets? Share of the Leiden clusters with an "
            "over-represented set (hypergeometric test, Benjamini-Hochberg over all tests), beside that of "
            "clusters of the same sizes drawn among genes of like expression and degree.",
            "How fine the clusters are: few large ones are enriched easily.",
        ),
        Measure(
            "within",
            "labels, within datasets",
            "labels",
            ("AUROC", "precision_over_prior"),
            1,
            "Can a label be predicted from vectors of other genes of the same dataset? AUROC over genes that "
            "the model has not seen (5 x 5 folds by gene, the same for all methods), mean over datasets; 0.5 "
            "is chance.",
            "Knowledge from expression level or degree alone: see the baseline of the two.",
        ),
        Measure(
            "across",
            "labels, across datasets",
            "labels",
            ("AUROC", "precision_over_prior"),
            1,
            "As within datasets, but the model is trained on the other datasets and predicts the genes that "
            "it has not seen in the one left out: it asks whether the space is joint.",
            "Datasets that are not comparable from embeddings that do not align them.",
        ),
        Measure(
            "over_time",
            "terms, before and since a day",
            "terms",
            ("AUROC_since", "AUROC_before", "AUROC_difference"),
            2,
            "Can GO terms be predicted for genes that got them since a day, by a model that "
            "learns from genes annotated before it? AUROC, mean over terms, then beside it that of held-out "
            "genes annotated before the day; 0.5 is chance. Within each dataset; the interval is a bootstrap "
            "over terms, of which it needs five.",
            "New knowledge from more of the old: genes are annotated near those that were before.",
            with_interval=("AUROC_before", "AUROC_difference"),
        ),
        Measure(
            "regulators",
            "regulated clusters",
            "regulators",
            (
                *("share_regulated", "share_regulated_null", "n_regulators", "mean_best_log10_FDR"),
                *("sign_agreement", "sign_agreement_expected"),
                *("regulator_in_cluster", "regulator_in_cluster_expected"),
            ),
            1,
            "Do the clusters of an embedding gather the known targets of a regulator? Share of the Leiden "
            "clusters with an over-represented regulator (hypergeometric test among the targets of the "
            "table, Benjamini-Hochberg over all tests), beside that of clusters of the same sizes drawn "
            "among targets of like expression and degree. Sign agreement: share of a regulator's targets in "
            "a cluster that have the effect of most of them, activation or repression, beside that of the "
            "same permutations. In cluster: whether an over-represented regulator is "
            "itself a gene of the cluster, beside the size of the cluster. An open substitute for the closed "
            "product (Ingenuity) of the publication.",
            "Regulators that nobody studied: a table of known regulation has most about well-studied ones. "
            "Nor which of several regulators with much the same targets it is, or any that acts on few.",
            with_interval=("sign_agreement",),
        ),
        Measure(
            "orthologs",
            "orthologs of the other species",
            "orthologs",
            ("AUC_above_null", "AUC", "AUC_null", "AUC_z", "median_rank", "recall_over_chance"),
            1,
            "Is a gene more alike to its ortholog than to other genes of a dataset of the other species? "
            "AUC: share of the other genes that are less alike by cosine similarity, minus what remains when "
            "mouse genes are permuted among those of like expression and degree; median rank as a share of "
            "the genes (0 is first). Mean over pairs of datasets, both directions; the interval is a "
            "bootstrap over orthologs, one to one.",
            "Who was told: orthologs under one name are one gene to methods. And spaces that are not "
            "aligned: an accident of their signs may put the number above or below its null. The raw graph "
            "has no space that species share: it is no baseline here.",
            is_ranked=False,
        ),
        Measure(
            "ortholog_clusters",
            "orthologs in clusters, as published",
            "orthologs",
            ("pair_ratio", "pair_ratio_null", "pair_ratio_z"),
            1,
            "Are orthologs in one cluster? Pairs of orthologs in a Leiden cluster / (its genes of one "
            "species x those of the other), mean over clusters; a cluster of one species counts 0. The null "
            "permutes mouse genes among those of like expression and degree.",
            "Knowledge from small clusters, which this number rewards: n pairs alone in one give 1 / n.",
            is_ranked=False,
        ),
        Measure(
            "conditions",
            "changed neighbourhoods",
            "conditions",
            ("mean_effect", "changed_genes", "largest_effect", "between", "within"),
            1,
            "Which genes have other neighbours in one condition than in the other? Dissimilarity (1 - "
            "Jaccard index of the 10 nearest genes, among those that both datasets have; 1 is chance) of "
            "pairs of datasets of different conditions minus that of pairs of one condition, mean over "
            "genes; the interval is a jackknife over datasets. The null permutes the labels of the "
            "datasets; changed genes are those up to a false discovery rate of .05 by the pooled null of "
            "all genes (as in SAM). Where fewer than 20 assignments are possible no p can be told: effects "
            "only.",
            "Biology from protocol: a condition that coincides with study, technique or protocol cannot be "
            "told from it. A gene also changes when its neighbours do.",
            is_ranked=False,
        ),
    )
}
"""Every measure by its name, in the order of tables."""


@dataclass(frozen=True)
class Question:
    """A measure of a piece of knowledge; its fields are in records and in the keys of cells.

    Attributes
    ----------
    measure
        Name of the measure.
    knowledge, digest
        Name of the gene sets or the labels, and the sha256 of what they are.
    model
        What predicts labels, ``"logistic"`` or ``"forest"``; empty for gene sets and regulators.
    """

    measure: str
    knowledge: str
    digest: str
    model: str = ""

    @classmethod
    def of(cls, record: Record) -> Question:
        """Return the question of a record of this task."""
        return cls(**record["question"])

    @property
    def about(self) -> Measure:
        """The measure."""
        return MEASURES[self.measure]

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{self.about.title}: {self.knowledge}" + (" (forest)" if self.model == "forest" else "")

    @property
    def column(self) -> str:
        """Name of its column: the same for other versions of the knowledge."""
        return "_".join(filter(None, (self.measure, self.knowledge, self.model if self.is_second else "")))

    @property
    def is_second(self) -> bool:
        """Whether another model than the usual one answers it."""
        return self.model not in ("", MODELS[0])

    @property
    def place(self) -> tuple[int, str, str]:
        """Where it stands among others."""
        return list(MEASURES).index(self.measure), self.knowledge, self.model

    @property
    def facts(self) -> dict[str, Any]:
        """What a record has of it."""
        return {"question": asdict(self)}

    @property
    def versions(self) -> dict[str, int]:
        """The version of each of its scores."""
        return dict.fromkeys(self.about.scores, self.about.version)


def questions_about(
    name: str,
    digest: str,
    asks: Unit,
    models: Sequence[str],
    *,
    datasets: int,
    measures: Iterable[str] = MEASURES,
) -> list[Question]:
    """Return every question about a piece of knowledge that some datasets can answer.

    Parameters
    ----------
    name, digest
        Of the gene sets, labels or other knowledge.
    asks
        Which of them it is.
    models
        That predict labels.
    datasets
        How many there are: one alone cannot be predicted from others.
    measures
        Which are wanted.
    """
    found = []
    for measure in (MEASURES[name] for name in measures):
        if measure.asks == asks and not (measure.name == "across" and datasets < 2):
            found += [
                Question(measure.name, name, digest, model)
                for model in (models if asks in ("labels", "terms") else ("",))
            ]
    return found
