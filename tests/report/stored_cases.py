"""A result folder with embeddings in two dimensions, whose neighbours are those of angles."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from report_cells import cell

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.benchmark.records import store
from geneboard.datasets.base import Tissue
from geneboard.methods.base import GeneEmbeddings

GENES = {"a": ["A", "B", "C", "D", "Z"], "b": ["A", "B", "C", "E"], "c": ["A", "C", "D", "E"]}
TISSUE = Tissue("lung", "files:data", tuple(gene_graph(name, genes) for name, genes in GENES.items()))
DEGREES = {"a": [0, 10, 60, 60, None], "b": [0, 30, 20, 5], "c": [90, 90, 100, 200]}
"""Direction of each vector in two dimensions; None is the zero vector."""


def embedding(turned: float = 0.0) -> GeneEmbeddings:
    values = [
        np.array(
            [
                [0, 0]
                if angle is None
                else [2 * math.cos(x := math.radians(angle + turned)), 2 * math.sin(x)]
                for angle in DEGREES[name]
            ],
            dtype=np.float32,
        )
        for name in GENES
    ]
    return GeneEmbeddings.of(TISSUE, values)


def stored_embeddings(out: Path) -> Path:
    """Write a result folder: a is better than b and has two seeds, a control is best, d has no vectors."""
    names = {graph.name: graph.name[-1] * 4 for graph in TISSUE.graphs}
    groups = {name: [name] for name in names}
    of_lung = {"data_hashes": names, "groups": groups}
    without = {name: cell("a", 0, 0.2 + 0.1 * i)["scores"] for i, name in enumerate(names)}
    records = [
        cell("a", 0, 0.3, **of_lung, without_group=without),
        cell("a", 1, 0.5, **of_lung),
        cell("b", 0, 0.2, **of_lung),
        cell("best", 0, 0.9, **of_lung, kind="control"),
        cell("b", 0, 0.2, **of_lung, preset="paper", finished_at="2020-01-01T00:00:00+00:00"),
        cell("d", 0, 0.8, **of_lung),
        cell("a", 0, 0.3, tissue="heart"),
    ]
    for number, record in enumerate(records):
        record["key"] = f"cell{number}"  # the one that it has is too long for a folder
        store.write_record(out, record)
        if record["method"] != "d":
            embedding(7.0 * number).write(store.run_folder(out, record["key"]) / store.EMBEDDING)
    return out
