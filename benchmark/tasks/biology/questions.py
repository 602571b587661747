"""What is asked of an embedding: a question about a piece of knowledge, and the scores that answer it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from geneboard.benchmark.records.record import Record

MODELS = ("logistic", "forest")
"""Models that predict labels from vectors."""

Unit = Literal["sets", "labels", "terms", "conditions"]


@dataclass(frozen=True)
class Measure:
    """A way to ask.

    Attributes
    ----------
    name, title
        In records, and for people.
    asks
        Of gene sets, of labels, of terms with labels before and since a day, or of conditions of datasets.
    scores
        The scores of its records; the first is the one that tables are about.
    version
        Raised when a value changes: then stored embeddings are scored again.
    text
        What it is, in plain words.
    cannot_tell
        What it does not see.
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
            1,
            "Can GO terms be predicted for genes that got them since a day, by a model that "
            "learns from genes annotated before it? AUROC, mean over terms, then beside it that of held-out "
            "genes annotated before the day; 0.5 is chance. Within each dataset; the interval is a bootstrap "
            "over terms.",
            "New knowledge from more of the old: genes are annotated near those that were before.",
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
        What predicts labels, ``"logistic"`` or ``"forest"``; empty for gene sets.
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
        Of the gene sets or labels.
    asks
        Which of the two they are.
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
