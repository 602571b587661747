"""Warnings of suspicious graphs, each with what to try."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.datasets.added_genes import unmeasured_warnings
from geneboard.datasets.base import GeneGraph
from geneboard.datasets.graphs.edges import EDGE_RULES
from geneboard.datasets.graphs.losses import CELLS, largest_loss
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.quality import edge_step, graph_quality, likeness, rule_labels
from geneboard.datasets.same_counts import same_counts_warnings

BOUNDS = (
    *("min_genes_per_cell", "max_genes_per_cell", "max_mitochondrial_share"),
    *("min_cells_per_gene", "min_cell_share", "max_cells"),
)
"""Options that decide which cells and genes of counts enter a graph."""

LOST = 0.5
"""Share of the cells dropped by quality control above which a dataset is suspicious."""

UNLIKE = 0.25
"""Highest correlation of mean counts with another dataset below which a dataset is suspicious.

Measured on the 25 real datasets of shared/data: 0.88 to 0.99, and 0.51 for the heart of a mouse (reads)
among human sections. With the header of another file, the genes permuted or in reverse order: -0.22 to 0.11;
moved by one gene: 0.15 at most, but 0.50 to 0.96 in the five sections whose files list genes by their
counts, where that changes little. So a header that is wrong by a few genes of such a file is not seen.
"""

DENSE = 0.6
"""Density above which a graph is suspicious: most pairs are joined, so an edge says little."""

ISOLATED = 0.2
"""Share of isolated genes above which a graph is suspicious: nothing can be learnt of them from edges."""

DEPTH_DRIVEN = 0.6
"""Correlation of degree with mean count above which a graph is suspicious.

Measured on the real counts of shared/data, genes named as in the files, with the default rule: five graphs
of lung, three of heart and one of pbmc have 0.15 to 0.56, the other five of pbmc 0.73 to 0.83; the
simulated heart and lung 0.06 to 0.33. The threshold lies in the gap. Depth-driven edges were also planted
once in eight of the real datasets, by thinning each gene to a random share (log-uniform from 1 % to 100 %):
the correlation rose in three of lung (0.34 to 0.60, 0.35 to 0.56, 0.55 to 0.63) and in one of heart (0.16
to 0.29), hardly moved in two of pbmc (0.83 to 0.82, 0.77 to 0.74) and fell in one of pbmc (0.56 to 0.36)
and one of heart (0.47 to 0.27). So 0.6 is about what a hundredfold technical difference makes of deep lung
data, but a lower value does not exclude one.
"""

WHOLE_TRANSCRIPTOME = 10_000
"""Genes from which on scRNA data are no panel, and lack mitochondrial genes only if these were removed."""

FEWER_PARTNERS = 10
"""Partners (--top-k) that even out the degrees.

On the six real pbmc the correlation with the mean count falls from 0.56-0.83 to 0.29-0.39, partly by
construction, as every gene has ten partners at least; 50 partners leave 0.57-0.75, Benjamini-Hochberg and
p-values down to 1e-10 change it by less than 0.15.
"""


def tissue_warnings(graphs: Sequence[GeneGraph]) -> list[str]:
    """Return `graph_warnings` of every dataset, and what is suspicious about several.

    That is a dataset that is unlike all others, and one that has the counts of another.
    """
    warnings = [text for graph in graphs for text in graph_warnings(graph)]
    warnings += unmeasured_warnings(graphs)
    warnings += same_counts_warnings(graphs)
    for graph, (highest, n_genes) in zip(graphs, likeness(graphs), strict=True):
        if highest < UNLIKE:
            warnings.append(
                f"{graph.name}: its mean counts are unlike those of every other dataset (Spearman "
                f"{highest:.2f} at most, over {n_genes} common genes, suspicious below {UNLIKE}); are its "
                "gene names those of another file?"
            )
    return warnings


def graph_warnings(graph: GeneGraph) -> list[str]:
    """Return a sentence for each thing that is suspicious in one graph.

    They are notes about its file, and what is above `LOST`, `DENSE`, `ISOLATED` or `DEPTH_DRIVEN`.
    """
    quality = graph_quality(graph)
    isolated = quality["isolated_genes"] / max(graph.n_genes, 1)
    depth = quality["degree_depth"]
    warnings = [f"{graph.name}: {note}" for note in graph.provenance.get("notes", [])]
    warnings += [*_of_names(graph), *_lost_cells(graph)]
    if quality["density"] > DENSE:
        warnings.append(
            f"{graph.name}: {_percent(quality['density'])} of all pairs of genes are joined "
            f"(suspicious above {DENSE:.0%}); {_fewer_edges(graph)}"
        )
    if isolated > ISOLATED:
        warnings.append(
            f"{graph.name}: {_percent(isolated)} of the genes are joined to no other gene (suspicious above "
            f"{ISOLATED:.0%}); {_more_edges(graph)}"
        )
    if depth is not None and depth > DEPTH_DRIVEN:
        warnings.append(
            f"{graph.name}: the degree of a gene follows its mean count (Spearman {depth:.2f}, "
            f"suspicious above {DEPTH_DRIVEN}); {_less_depth(graph)}"
        )
    return warnings


def _of_names(graph: GeneGraph) -> list[str]:
    """Return what is to be said of columns that are no genes, and where no gene is mitochondrial."""
    steps = graph.provenance.get("steps", {})
    sizes = graph.provenance.get("sizes", {})
    warnings = []
    if "names" in steps:
        warnings.append(f"{graph.name}: left out what is no gene: {steps['names']['in_words']}")
    dropped = steps.get("quality_control", {}).get("dropped", {}) if graph.modality == "scrna" else {}
    if sizes.get("genes_read", 0) >= WHOLE_TRANSCRIPTOME and dropped.get("mitochondrial_genes") == 0:
        warnings.append(
            f"{graph.name}: none of its {sizes['genes_read']} genes has the name of a mitochondrial one "
            "(MT-CO1, ND5, ...); if there are any, they were not dropped"
        )
    return warnings


def kept_edges_warning(graph: GeneGraph, settings: PipelineSettings) -> str | None:
    """Return a sentence if a graph was read as it is and its edges follow another rule than `settings`."""
    made = edge_step(graph)
    wanted = {"rule": settings.edges, "p_threshold": settings.p_threshold, "top_k": settings.top_k}
    parameters = ("rule", "top_k") if settings.edges == "top" else ("rule", "p_threshold")
    if made and all(made[key] == wanted[key] for key in parameters):
        return None
    known = f" ({rule_labels(made)[made['rule']]})" if made else ""
    return f"{graph.name}: is a prepared graph and keeps its edges{known}; the options are for counts"


def kept_bounds_warning(graph: GeneGraph, settings: PipelineSettings) -> str | None:
    """Return a sentence if a graph was read as it is, under other bounds than those of `settings`."""
    usual = PipelineSettings()
    made = graph.provenance.get("steps", {}).get("quality_control")
    ignored = [
        f"--{bound.replace('_', '-')}"
        for bound in BOUNDS
        if (wanted := getattr(settings, bound)) != getattr(usual, bound)
        and (made is None or made.get(bound, wanted) != wanted)
    ]
    residuals = graph.provenance.get("steps", {}).get("residuals", {}).get("by", usual.residuals)
    if settings.residuals not in (usual.residuals, residuals):
        ignored.append("--residuals")
    if not ignored:
        return None
    return (
        f"{graph.name}: is a prepared graph and keeps its cells and genes; {', '.join(ignored)} is for counts"
    )


def _lost_cells(graph: GeneGraph) -> list[str]:
    sizes = graph.provenance.get("sizes", {})
    if "cells_read" not in sizes:
        return []
    control, read = graph.provenance["steps"]["quality_control"], sizes["cells_read"]
    lost = read - sizes["cells_after_qc"] - control["dropped"].get("cells_not_drawn", 0)
    if lost <= LOST * read:
        return []
    return [f"{graph.name}: quality control dropped {lost} of {read} cells{largest_loss(control, CELLS)}"]


def _fewer_edges(graph: GeneGraph) -> str:
    made = edge_step(graph)
    if not made:
        return _ELSEWHERE
    pairs = max(graph.n_genes * (graph.n_genes - 1) / 2, 1)
    helpful = [
        f"{_option(rule, made['top_k'])} (gives {_percent(made['by_rule'][rule]['edges'] / pairs)})"
        for rule in EDGE_RULES
        if rule != made["rule"] and made["by_rule"][rule]["edges"] / pairs <= DENSE
    ]
    helpful.append("a smaller --top-k" if made["rule"] == "top" else "a smaller --p-threshold")
    bound = graph.provenance["steps"]["quality_control"].get("max_genes_per_cell", "spots have none")
    if bound is None:
        helpful.append("--max-genes-per-cell against doublets")
    return _try(helpful)


def _more_edges(graph: GeneGraph) -> str:
    made = edge_step(graph)
    if not made:
        return _ELSEWHERE
    if made["rule"] == "top":
        return "these genes could not be tested: try counts of more cells"
    return _try(
        [_option("top", made["top_k"]), "a larger --p-threshold", *(["--edges p"] * (made["rule"] == "bh"))]
    )


def _less_depth(graph: GeneGraph) -> str:
    made = edge_step(graph)
    if made["rule"] == "top" and made["top_k"] <= FEWER_PARTNERS:
        return "try deeper counts, or compare it with a dataset of another depth"
    return _try([_option("top", FEWER_PARTNERS)])


_ELSEWHERE = "the graph was made by another program: try `prepare` on its counts"


def _try(options: list[str]) -> str:
    return f"try `prepare` with {', or '.join(options)}"


def _option(rule: str, top_k: int) -> str:
    return f"--edges top --top-k {top_k}" if rule == "top" else f"--edges {rule}"


def _percent(share: float) -> str:
    return f"{share:.1%}"
