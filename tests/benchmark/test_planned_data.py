"""Children read what the run was planned with, or nothing: what is in the cache is not believed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_graphs import small_graph

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.engine.child import score
from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.embedding.coverage import covering_code, planned_tissue, read_part
from geneboard.benchmark.tasks.embedding.problems import cells_of
from geneboard.benchmark.tasks.embedding.task import EmbeddingTask, EmbeddingTraining
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graph_files import write_tissue
from geneboard.methods.base import GeneEmbeddings

TISSUE = Tissue("lung", "files:x", tuple(small_graph(number) for number in range(2)))
HELD_OUT = replace(TISSUE, heldout=TISSUE.graphs)
OTHERS = {
    "other graphs": replace(
        TISSUE,
        graphs=tuple(replace(graph, features=graph.features * np.float32(2)) for graph in TISSUE.graphs),
    ),
    "another order": replace(TISSUE, graphs=TISSUE.graphs[::-1]),
    "a graph less": replace(TISSUE, graphs=TISSUE.graphs[:1]),
    "another tissue": replace(TISSUE, name="heart"),
}


def cell_of(tissue: Tissue, folder: Path) -> Cell:
    known = registry.methods()
    settings = {"pca": settings_of(known["pca"], PRESETS["quick"], {})}
    manifest = write_tissue(tissue, folder)
    (cell,) = cells_of(tissue, manifest, known, ["pca"], PRESETS["quick"], settings=settings)
    return cell


@pytest.mark.parametrize("other", OTHERS)
def test_a_manifest_that_points_elsewhere_is_not_read(tmp_path: Path, other: str) -> None:
    cell = cell_of(TISSUE, tmp_path)
    assert planned_tissue(cell).data_hashes == TISSUE.data_hashes
    forged = write_tissue(OTHERS[other], tmp_path)
    cell.problem.manifest.write_bytes(forged.read_bytes())
    with pytest.raises(InputError, match=r"lung-.*\.json: is not what the run was planned with; start"):
        EmbeddingTraining(cell)


def test_held_out_graphs_are_checked_where_they_are_read(tmp_path: Path) -> None:
    cell = cell_of(HELD_OUT, tmp_path)
    assert planned_tissue(cell).heldout is None
    assert planned_tissue(cell, heldout=True).heldout is not None
    content = json.loads(cell.problem.manifest.read_text())
    wrong = replace(TISSUE.graphs[0], features=TISSUE.graphs[0].features + np.float32(1))
    write_tissue(replace(TISSUE, graphs=(wrong,)), tmp_path)
    content["heldout"][0] |= {"digest": wrong.digest, "file": f"{wrong.digest}.h5ad"}
    cell.problem.manifest.write_text(json.dumps(content))
    planned_tissue(cell)  # what trains has nothing to do with it
    with pytest.raises(InputError, match="is not what the run was planned with"):
        planned_tissue(cell, heldout=True)


def test_another_list_of_covered_genes_is_not_read(tmp_path: Path) -> None:
    cell = cell_of(TISSUE, tmp_path)
    values = [np.ones((graph.n_genes, 2), np.float32) for graph in TISSUE.graphs]
    GeneEmbeddings.of(TISSUE, values).write(tmp_path / store.EMBEDDING)
    covered = tmp_path / "covered.json"
    covered.write_text(json.dumps({graph.name: list(graph.genes[:20]) for graph in TISSUE.graphs}))
    facts = {"covered_by": {"sha256": store.file_sha256(covered)}}
    problem = replace(cell.problem, manifest=covered, facts=facts)
    part = replace(cell, problem=problem, input=cell, code=covering_code())
    assert len(read_part(part, tmp_path)[0].matrix) == 40
    covered.write_text(json.dumps({graph.name: list(graph.genes[:30]) for graph in TISSUE.graphs}))
    with pytest.raises(InputError, match=r"covered\.json: is not what the run was planned with"):
        read_part(part, tmp_path)


def test_an_embedding_that_was_put_in_the_place_of_another_is_not_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geneboard.benchmark.engine.child.send_output_to", lambda _: None)
    cell, path = cell_of(TISSUE, tmp_path), tmp_path / store.EMBEDDING
    path.write_bytes(b"own")
    own = store.file_sha256(path)
    path.write_bytes(b"foreign")
    scoring = score(EmbeddingTask(), cell, tmp_path, own)
    assert not scoring.scores
    assert "embedding.h5ad: is not what the training of its cell has written" in scoring.error
