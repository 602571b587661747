"""Raw counts of a tissue to gene-graph files, with a table of how good each dataset is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from datasets.atomic import write_atomically
from datasets.base import GeneGraph, InputError, StepProgress
from datasets.files import Files
from datasets.graph_files import split_name, write_graph
from datasets.graphs.gene_tables import GeneTables
from datasets.graphs.pipeline import PipelineSettings

QUALITY = "quality.csv"


def prepare_tissue(
    counts: Path,
    tissue: str,
    out: Path,
    settings: PipelineSettings | None = None,
    progress: StepProgress | None = None,
    *,
    allow_disjoint: bool = False,
    tables: GeneTables | None = None,
) -> list[Path]:
    """Prepare a tissue so that `Files` can load it from `out` without preparing it again.

    Parameters
    ----------
    counts
        Folder with ``<tissue>/*.h5ad``, as for `Files`.
    tissue
        Name of the tissue.
    out
        Folder for ``<tissue>/<modality>_<tissue>_<id>.h5ad`` and ``<tissue>/quality.csv``; the graphs there
        have the same digests as the ones `Files` makes of `counts`.
    settings
        Parameters of the pipeline.
    progress
        Called per dataset and step.
    allow_disjoint
        Accept a dataset that shares no gene with any other.
    tables
        Tables of identifiers, as for `Files`.

    Returns
    -------
    list of pathlib.Path
        The graph files.

    Raises
    ------
    InputError
        For faults of the files, and if `out` is where the counts are.
    """
    folder = out / tissue
    if folder.resolve() == (counts / tissue).resolve():
        raise InputError(f"{folder}: graphs cannot be written over the counts; choose another folder.")
    graphs = Files(counts, None, settings, allow_disjoint, tables).load(tissue, progress).graphs
    paths = []
    for graph in graphs:
        modality, _, identifier = split_name(graph.name)
        path = folder / f"{modality}_{tissue}_{identifier}.h5ad"
        write_graph(graph, path)
        paths.append(path)
    table = pd.DataFrame([quality(graph) for graph in graphs])
    write_atomically(folder / QUALITY, table.to_csv(index=False).encode())
    return paths


def quality(graph: GeneGraph) -> dict[str, Any]:
    """Return one row of the quality table.

    Sizes before and after quality control are missing for graphs made by another program. Density is the
    share of all pairs of different genes that are joined; isolated genes are joined to no other gene.
    """
    sizes = graph.provenance.get("sizes", {})
    n = graph.n_genes
    edges = graph.adjacency.copy()
    edges.setdiag(False)
    edges.eliminate_zeros()
    return {
        "dataset": graph.name,
        "species": graph.species,
        "cells_read": sizes.get("cells_read"),
        "cells": graph.features.shape[1],
        "genes_read": sizes.get("genes_read"),
        "genes_after_qc": sizes.get("genes_after_qc"),
        "genes": n,
        "median_depth": sizes.get("median_depth"),
        "density": edges.nnz / max(n * (n - 1), 1),
        "isolated_genes": int((edges.getnnz(axis=1) == 0).sum()),
        "self_edges": int(graph.adjacency.diagonal().sum()),
    }
