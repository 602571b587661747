"""What the metrics and the controls mean, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from geneboard.benchmark import registry
from geneboard.benchmark.report.section import Definition, Glossary
from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS


def _define(measures: str, misses: str, rows: str, limits: str, undefined: str) -> tuple[str, dict[str, str]]:
    """Return a metric in plain words, for which higher is better.

    It says what the number is, what it cannot tell, which (gene, dataset) pairs it is computed on, its
    lowest and highest possible value with what they stand for, and when there is no value.
    """
    return measures, {
        "Cannot tell": misses,
        "Rows": rows,
        "Values": f"{limits}; higher is better",
        "Undefined": undefined,
    }


_COMMON = "pairs of the genes that every dataset of the tissue has"
_ALL = "all (gene, dataset) pairs"
_ONE_DATASET = "with a single dataset"
_ONE_CLASS = "when the graph of a dataset has no edge"

_CHANCE = "0 to 1; 0.5 is what guessing gives"
_ALIKE = "0 to 1; 1 only where the graphs of all datasets are the same"

_WITH_VECTOR = "all (gene, dataset) pairs that have a vector"
_SHARED = "pairs of the genes that at least two datasets have"
_NOTHING_SHARED = f"{_ONE_DATASET}, or when no gene is in two"

DEFINITIONS = {
    "joint_score": _define(
        measures="Does the embedding know the graphs, and does it bring the datasets into one space? It is "
        "the harmonic mean of structure and mixing, so that neither makes up for the other. It ranks the "
        "leaderboard.",
        misses="Whether the graphs are right, and anything that they do not hold. It is this project's own.",
        rows=_WITH_VECTOR,
        limits=f"0 to 1; up to {NOT_ABOVE_CONTROLS:g} is what controls reach, whatever is in the table",
        undefined=f"{_NOTHING_SHARED}; then structure ranks",
    ),
    "structure": _define(
        measures="What do the similarities tell of the edges, above chance? Two parts across datasets "
        "(AUC_across) and one part of what a dataset has of its own (AUC_specific), each from its chance "
        "level to 1. Missing vectors lower it by their share.",
        misses="Whether the datasets lie in one space.",
        rows=_WITH_VECTOR,
        limits="0 (no better than chance) to 1 (all edges)",
        undefined=_ONE_CLASS,
    ),
    "mixing": _define(
        measures="Do the datasets share one space? It is the mean of same_gene and iLISI_knn, the latter "
        "over what perfect copies reach.",
        misses="Which genes belong together: one random vector for each gene name mixes perfectly.",
        rows=_SHARED,
        limits="0 (apart) to 1 (mixed)",
        undefined=_NOTHING_SHARED,
    ),
    "AUC_degree": _define(
        measures="AUC among pairs of genes with about as many partners. To know how many partners a gene "
        "has is worth nothing here, while it alone can have an AUC of .90.",
        misses="Whether datasets agree.",
        rows=_WITH_VECTOR,
        limits=_CHANCE,
        undefined="when no dataset has genes of like degree both with and without an edge",
    ),
    "AUC_across": _define(
        measures="Is a gene more alike to its partners, as they are in the other datasets, than to other "
        "genes of like degree there?",
        misses="What a dataset has of its own.",
        rows=_WITH_VECTOR,
        limits=_CHANCE,
        undefined=_NOTHING_SHARED,
    ),
    "AUC_specific": _define(
        measures="Are the edges told by what a gene is here beyond what it is in the other datasets?",
        misses="What the datasets have in common: one vector for all datasets knows nothing of it.",
        rows=_WITH_VECTOR,
        limits=_CHANCE,
        undefined=_NOTHING_SHARED,
    ),
    "same_gene": _define(
        measures="How much nearer is a gene to itself in the other datasets than to other genes?",
        misses="Which genes belong together: one random vector for each gene name is perfect.",
        rows=_SHARED,
        limits="0 is chance, 1 the gene itself always nearest",
        undefined=_NOTHING_SHARED,
    ),
    "iLISI_knn": _define(
        measures="iLISI over the 90 nearest rows themselves, without the neighbour graph. The published "
        "iLISI gives 0 to perfect copies from eight datasets on; this one does not.",
        misses="Biology of any kind, as iLISI.",
        rows=_SHARED,
        limits="0 (one dataset) to 1 (all datasets, equally often)",
        undefined=f"{_NOTHING_SHARED}, or with fewer than 31 rows",
    ),
    "ASW": _define(
        measures="Inside a cluster of genes, are the datasets mixed? It is 1 minus the absolute silhouette "
        "width of the dataset label, as the mean over the clusters.",
        misses="Whether the clusters mean anything: pure noise is mixed very well. Clusters that hold one "
        "dataset only are left out, so a method that separates the datasets completely is not "
        "punished for it.",
        rows=_COMMON,
        limits="0 (separated) to 1 (mixed)",
        undefined="when no cluster holds two datasets, or all that do have as many datasets as rows",
    ),
    "AUC": _define(
        measures="Within a dataset, are two genes that a co-expression edge joins more alike (cosine) than "
        "two that none joins? It is the chance that a joined pair comes before one that is not, as the mean"
        " over the datasets.",
        misses="Whether datasets agree: each is scored alone. And it scores the graph that most methods were "
        "trained on, so it is fit, not generalisation. As published, a gene's pair with itself counts as "
        "not joined.",
        rows=_ALL,
        limits=_CHANCE,
        undefined=_ONE_CLASS,
    ),
    "iLISI": _define(
        measures="How many datasets are there in the neighbourhood of a gene? It is the inverse Simpson "
        "index of the dataset label among the 90 nearest rows of the neighbour graph, as the median"
        " over the rows.",
        misses="Biology of any kind: one random vector for each gene name is almost perfect. By its "
        "published definition, clusters apart from the rest with 90 rows or fewer count as not mixed,"
        " however mixed they are, so even the true modules can come last.",
        rows=_COMMON,
        limits="0 (one dataset) to 1 (all datasets, equally often)",
        undefined=f"{_ONE_DATASET}, or when no gene is common to all datasets",
    ),
    "GC": _define(
        measures="Do the clusters hang together? It is the share of a cluster that lies in its largest "
        "connected piece of the neighbour graph, as the mean over the clusters.",
        misses="Whether the clusters are the right ones: embeddings that keep the datasets apart often have "
        "the highest values.",
        rows=f"{_COMMON}; the neighbour graph is that of all pairs",
        limits="0 to 1; 1 means that every cluster is in one piece",
        undefined="when no gene is common to all datasets",
    ),
    "CGR": _define(
        measures="Does the same gene of several datasets fall into one cluster? It is 1 minus the number of "
        "different genes of a cluster over its rows, weighted by the size of the clusters.",
        misses="Which genes belong together: one random vector for each gene name is almost perfect. Its "
        "highest possible value depends on how many genes the datasets share, so tissues cannot be "
        "compared by it.",
        rows=_ALL,
        limits="0 (no gene meets itself) to below 1 (1 - 1/D with D datasets of the same genes)",
        undefined=_ONE_DATASET,
    ),
    "NO": _define(
        measures="Do genes of one cluster, taken from different datasets, have the same co-expression "
        "partners? It is the mean share of partners that two such genes have in common (Jaccard index), "
        "weighted by the size of the clusters.",
        misses="How good a cluster is beyond its partners, and anything that the graphs do not hold: like "
        "AUC it scores the graphs that most methods were trained on. Its height depends on how alike the "
        "graphs are, so it is small on all real tissues.",
        rows=_ALL,
        limits=_ALIKE,
        undefined=_ONE_DATASET,
    ),
    "AUC_offdiag": _define(
        measures="AUC with every pair of different genes counted once, and no pair of a gene with itself.",
        misses="The same as AUC.",
        rows=_ALL,
        limits=_CHANCE,
        undefined=f"{_ONE_CLASS}, or every possible edge",
    ),
    "decoder_AUC": _define(
        measures="What a method's own decoder reaches: within a dataset, does it give two genes that a "
        "co-expression edge joins a higher logit than two that none joins? The trained decoder reads the "
        "final embedding, without mask or noise; a pair that has two logits, one in either order, has their "
        "mean. As the mean over the datasets.",
        misses="What the embedding is worth to others: a decoder with parameters of its own can tell edges "
        "that the cosine does not show, so it explains the AUC of the same row and is no ranking against "
        "the AUC of others. It scores the graph that the method was trained on.",
        rows=_ALL,
        limits=_CHANCE,
        undefined=f"{_ONE_CLASS}, or every possible edge; for methods without a decoder of edges",
    ),
    "AUC_heldout": _define(
        measures="AUC against the graphs of cells that the method has not seen.",
        misses="Whether datasets agree. Graphs of half of the cells are noisier, so compare it with the AUC "
        "of the same table only.",
        rows=_ALL,
        limits=_CHANCE,
        undefined=f"{_ONE_CLASS}; without held-out cells",
    ),
    "NO_heldout": _define(
        measures="NO with the partners in the graphs of cells that the method has not seen.",
        misses="The same as NO, except that a good fit to the training graphs alone does not help. Compare "
        "it with the NO of the same table only.",
        rows=_ALL,
        limits=_ALIKE,
        undefined=f"{_ONE_DATASET}; without held-out cells",
    ),
    "module_nmi": _define(
        measures="Do the clusters match the true modules of simulated data? It is their normalised mutual "
        "information.",
        misses="How the clusters lie to each other. Genes outside all modules do not count.",
        rows="pairs of genes that belong to a module",
        limits="0 (independent) to 1 (the same partition)",
        undefined="on real data, where the truth is not known, and with fewer than two modules",
    ),
}
"""Definition of every metric that a leaderboard shows."""

CONTROL_MEANINGS = {
    "degree": "The number of partners of each gene, and nothing about who they are. What a method has beyond "
    "this row is knowledge of the graph.",
    "random": "Independent noise for every gene of every dataset. It mixes the datasets and knows nothing "
    "else.",
    "shared_random": "One random vector for each gene name, the same in every dataset. Datasets agree "
    "perfectly and there is no biology: a method is only as good as what it has beyond this"
    " row.",
    "collapsed": "All genes at one point, with a little noise. It shows which metrics an empty embedding "
    "satisfies.",
    "oracle": "What generated simulated data: the mean of the true correlations, less what all genes share, "
    "adjusted to each dataset. It does not read the graphs.",
}
"""Meaning of the controls of this project, by method name."""


def metrics_glossary(metrics: Iterable[str]) -> Glossary:
    """Return what some metrics mean; their titles are those of ``metrics/*.py``.

    Raises
    ------
    KeyError
        If a metric has no definition here.
    """
    titles = {entry.name: entry.title for entry in registry.metrics()}
    return Glossary(
        title="What the metrics mean",
        anchor="metrics",
        text="Higher is better for all of them. ASW, AUC, iLISI, GC, CGR and NO make the average score as "
        "published; the joint score ranks; the others stand beside them. Neighbours (15, Euclidean) and "
        "Leiden clusters are computed once for each embedding and shared by the metrics.",
        definitions=[Definition(name, titles.get(name, ""), *DEFINITIONS[name]) for name in metrics],
        closing="An undefined score is neither zero nor missing: it is shown as “undef” with its reason, "
        "ranks last and counts 0 in the average.",
    )
