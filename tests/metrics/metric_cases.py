"""Small tissues and embeddings that the metric tests share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import GeneEmbeddings
from geneboard.metrics.asw import AverageSilhouetteWidth
from geneboard.metrics.auc import AreaUnderCurve, AreaUnderCurveHeldOut, AreaUnderCurveOffDiagonal
from geneboard.metrics.base import EmbeddingRows, Metric
from geneboard.metrics.common_gene_ratio import CommonGeneRatio
from geneboard.metrics.embedding_files import rows_of
from geneboard.metrics.graph_connectivity import GraphConnectivity
from geneboard.metrics.ilisi import IntegrationLisi
from geneboard.metrics.module_nmi import ModuleInformation
from geneboard.metrics.neighbourhood_overlap import NeighbourhoodOverlap, NeighbourhoodOverlapHeldOut

SHARED = Path(__file__).resolve().parents[3] / "shared"
SIX = (SHARED / "reference" / "six", SHARED / "reference" / "six" / "clean")

ALL_METRICS: tuple[Metric, ...] = (
    AverageSilhouetteWidth(),
    AreaUnderCurve(),
    IntegrationLisi(),
    GraphConnectivity(),
    CommonGeneRatio(),
    NeighbourhoodOverlap(),
    AreaUnderCurveOffDiagonal(),
    ModuleInformation(),
    AreaUnderCurveHeldOut(),
    NeighbourhoodOverlapHeldOut(),
)
SIX_NAMES = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO")
HELDOUT_NAMES = {"AUC_heldout", "NO_heldout"}


def gene_graph(name: str, genes: list[str], adjacency: np.ndarray) -> GeneGraph:
    modality, tissue = name.partition("__")[0].split("_")
    features = np.zeros((len(genes), 1), dtype=np.float32)
    graph = sparse.csr_matrix(np.asarray(adjacency, dtype=bool))
    return GeneGraph(name, tissue, modality, "human", pd.Index(genes), features, graph)


def rows_for(tissue: Tissue, matrices: list[np.ndarray]) -> EmbeddingRows:
    return rows_of(GeneEmbeddings.of(tissue, [matrix.astype(np.float32) for matrix in matrices]), tissue)


def modular_tissue(n_datasets: int = 3, seed: int = 0) -> Tissue:
    """6 modules of 50 genes; a dataset has 40 genes of each, 32 of them common; edges follow the modules."""
    rng = np.random.default_rng(seed)
    pool = [f"M{module:02d}G{gene:02d}" for module in range(6) for gene in range(50)]
    truth = pd.Series([gene[:3] for gene in pool], index=pool)
    graphs = []
    for index in range(n_datasets):
        kept = np.concatenate(
            [[*range(32), *(32 + rng.choice(18, 8, replace=False))] + 50 * np.int64(m) for m in range(6)]
        )
        genes = [pool[i] for i in rng.permutation(kept)]
        edges = module_edges(truth[genes].to_numpy(), rng)
        graphs.append(gene_graph(f"scrna_lung__{'ABCDEFGH'[index]}", genes, edges))
    return Tissue("lung", "test", tuple(graphs), truth)


def module_edges(module: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half of the pairs inside a module are joined, and one in a hundred of the others."""
    probability = np.where(module[:, None] == module, 0.5, 0.01)
    upper = np.triu(rng.random(probability.shape) < probability, 1)
    return upper | upper.T


def with_heldout(tissue: Tissue, seed: int = 5) -> Tissue:
    """The tissue with other edges of the same modules held out."""
    rng = np.random.default_rng(seed)
    assert tissue.truth is not None
    heldout = [
        gene_graph(graph.name, list(graph.genes), module_edges(tissue.truth[graph.genes].to_numpy(), rng))
        for graph in tissue.graphs
    ]
    return replace(tissue, heldout=tuple(heldout))


def control_embeddings(tissue: Tissue, seed: int = 1, dim: int = 16) -> dict[str, EmbeddingRows]:
    """The four controls, and `separated`: the oracle with every dataset moved far away from the others."""
    rng = np.random.default_rng(seed)
    assert tissue.truth is not None
    of_gene = {gene: rng.normal(size=dim) for gene in tissue.truth.index}
    of_module = {module: 3 * rng.normal(size=dim) for module in tissue.truth.unique()}

    def noise(graph: GeneGraph, size: float = 1.0) -> np.ndarray:
        return size * rng.normal(size=(graph.n_genes, dim))

    def truth(graph: GeneGraph) -> np.ndarray:
        return np.array([of_module[tissue.truth[gene]] for gene in graph.genes])

    def shared(graph: GeneGraph) -> np.ndarray:
        return np.array([of_gene[gene] for gene in graph.genes])

    graphs = tissue.graphs
    return {
        "random": rows_for(tissue, [noise(graph) for graph in graphs]),
        "shared_random": rows_for(tissue, [shared(graph) for graph in graphs]),
        "collapsed": rows_for(tissue, [1 + noise(graph, 1e-3) for graph in graphs]),
        "oracle": rows_for(tissue, [truth(graph) + noise(graph, 0.5) for graph in graphs]),
        "separated": rows_for(tissue, [truth(g) + noise(g, 0.5) + 100 * i for i, g in enumerate(graphs)]),
    }


def load_six(folder: Path) -> tuple[Tissue, EmbeddingRows, dict[str, np.ndarray]]:
    """The frozen example: tissue, rows, and everything in its files."""
    data = {**np.load(folder / "input.npz"), **np.load(folder / "graphs_and_rowvalues.npz")}
    names = ["d0", "d1", "d2"]
    graphs = []
    position = np.zeros(len(data["gene"]), dtype=int)
    for name in names:
        inside = np.flatnonzero(data["dataset"] == name)
        position[inside] = np.arange(len(inside))
        adjacency = stored_matrix(data, f"adj_{name}").toarray()
        graphs.append(gene_graph(f"scrna_six__{name}", list(data["gene"][inside]), adjacency))
    dataset = np.searchsorted(names, data["dataset"])
    return (
        Tissue("six", "test", tuple(graphs)),
        EmbeddingRows(data["embedding"], data["gene"], dataset, position),
        data,
    )


def stored_matrix(data: dict[str, np.ndarray], name: str) -> sparse.csr_matrix:
    parts = (data[f"{name}_data"], data[f"{name}_indices"], data[f"{name}_indptr"])
    return sparse.csr_matrix(parts, shape=tuple(data[f"{name}_shape"]))
