"""What each measure of biology is: what it asks, what its scores are, and how tables show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from geneboard.benchmark.report.number_text import MISSING

Unit = Literal[
    "sets",
    "labels",
    "terms",
    "regulators",
    "orthologs",
    "conditions",
    "datasets",
    "regulators of tissues",
]


@dataclass(frozen=True)
class Beside:
    """What stands beside the number of a measure in tables.

    Attributes
    ----------
    score
        Which other score.
    words
        With a place for its number, ``"null {}"``.
    digits
        Of the number.
    without
        What stands there where it has none.
    """

    score: str
    words: str
    digits: int
    without: str = ""

    def text(self, number: str) -> str:
        """Return the words with the text of a number."""
        return self.without if self.without and number == MISSING else self.words.format(number)


@dataclass(frozen=True)
class Measure:
    """A way to ask.

    Attributes
    ----------
    name, title
        In records, and for people.
    asks
        Of gene sets, of labels, of terms with labels before and since a day, of known regulation, of
        orthologs, of conditions of datasets, of datasets of several tissues, or of regulators of these.
    scores
        The scores of its records; the first is the one that tables are about.
    version
        Raised when a value changes: then stored embeddings are scored again.
    text
        What it is, in plain words.
    cannot_tell
        What it does not see.
    head, short, what, digits
        What the first score is in the head of a column, as the text of a table, and in a sentence, and its
        digits.
    beside
        What stands beside it; None for its interval alone.
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
    head: str
    short: str
    what: str
    digits: int = 3
    beside: Beside | None = None
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
            head="AUC - null",
            short="AUC of cosine similarity minus its null, mean over datasets.",
            what="AUC above its null for sharing a gene set",
            beside=Beside("AUC_z", "z {}", 1),
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
            head="enriched",
            short="share of clusters with an enriched set (FDR 0.05).",
            what="share of clusters with an enriched set",
            digits=2,
            beside=Beside("share_enriched_null", "null {}", 2),
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
            head="within",
            short="AUROC of genes not learnt from, in the same dataset.",
            what="AUROC of labels within datasets",
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
            head="across",
            short="AUROC of genes not learnt from, in a dataset that was not either.",
            what="AUROC of labels across datasets",
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
            head="since",
            short="AUROC of genes that got a term since the day, mean over terms.",
            what="AUROC of terms for genes annotated since",
            beside=Beside("AUROC_before", "before {}", 3),
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
            head="regulated",
            short="share of clusters with an over-represented regulator (FDR 0.05).",
            what="share of clusters with an over-represented regulator",
            digits=2,
            beside=Beside("share_regulated_null", "null {}", 2),
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
            head="AUC - null",
            short="AUC of the ortholog among the genes of the other species, minus its null.",
            what="AUC above its null for orthologs of the other species",
            beside=Beside("AUC_z", "z {}", 1),
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
            head="pairs / n1 n2",
            short="ortholog pairs / (n1 n2), mean over clusters; it rewards small clusters.",
            what="ratio of ortholog pairs in clusters",
            digits=5,
            beside=Beside("pair_ratio_null", "null {}", 5),
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
            head="effect",
            short="dissimilarity of neighbourhoods between conditions minus within, mean over genes.",
            what="mean effect of the condition on neighbourhoods",
            beside=Beside("changed_genes", "{} changed", 0, without="effects only"),
            is_ranked=False,
        ),
        Measure(
            "dataset_tree",
            "datasets of one tissue",
            "datasets",
            ("AUC", "p_value", "AUC_mean_vector", "AUC_common_genes", "mean_support"),
            1,
            "Are datasets of one tissue nearer to each other than to those of other tissues? ROC AUC over "
            "pairs of datasets of their similarity: the correlation of their profiles, which are the cosine "
            "similarities of all pairs of genes that both datasets have. It does not change when a dataset "
            "is rotated, so it means the same for methods that put each into a space of its own; the mean "
            "vector of a dataset, whose AUC stands in the csv file, means something of methods alone that "
            "align them. The tree is by average linkage. Interval and support are a bootstrap over genes; p "
            "is by permuting the tissues of the datasets, .5 is chance.",
            "Tissue from study, technique or species, where datasets of a tissue share them. Nor what is in "
            "the choice of genes and their degrees: see how far the share of common genes, and the control "
            "of degrees, tell tissues. And nothing of other datasets: the interval is over genes.",
            head="AUC",
            short="AUC of the similarity of datasets for being of one tissue.",
            what="AUC for datasets of one tissue",
            beside=Beside("p_value", "p {}", 3),
            with_interval=("AUC_mean_vector",),
        ),
        Measure(
            "shared_regulators",
            "regulators shared by tissues",
            "regulators of tissues",
            ("n_shared", "n_shared_null", "p_value", "n_found"),
            1,
            "Which regulators do tissues share? In each tissue those are found whose known targets are "
            "over-represented in what a cluster of the joint space has of its genes; counted are those of "
            "two tissues or more, beside how many it would be if each tissue drew as many at random among "
            "regulators with like numbers of targets there. The interval is a bootstrap over regulators.",
            "Common biology from common vectors: who gives a gene much the same vector in all tissues finds "
            "the same clusters there, and so the same regulators. Regulators with the same targets are found "
            "together, and so shared together, which the null does not know.",
            head="shared",
            short="regulators that are found in two tissues or more.",
            what="number of regulators that tissues share",
            digits=0,
            beside=Beside("n_shared_null", "expected {}", 1),
            is_ranked=False,
        ),
    )
}
"""Every measure by its name, in the order of tables."""
