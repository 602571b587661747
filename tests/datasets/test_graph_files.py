import errno
import json
import resource
from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graph_cache import cached_graph
from geneboard.datasets.graph_files import (
    file_kind,
    read_graph,
    read_tissue,
    split_name,
    write_graph,
    write_tissue,
)
from geneboard.datasets.graphs.settings import PipelineSettings


def graph(identifier: str = "a", n_genes: int = 30, n_cells: int = 25, seed: int = 0) -> GeneGraph:
    rng = np.random.default_rng(seed)
    edges = np.triu(rng.random((n_genes, n_genes)) < 0.3)
    return GeneGraph(
        f"scrna_lung__{identifier}",
        "lung",
        "scrna",
        "mouse",
        pd.Index([f"G{i}" for i in range(n_genes)], dtype=object),
        rng.normal(size=(n_genes, n_cells)).astype(np.float32),
        sparse.csr_matrix(edges | edges.T),
        {"file": "x.h5ad", "steps": {"edges": {"p_threshold": 0.005, "limit": None}}},
    )


def test_graph_comes_back_as_it_was(tmp_path: Path) -> None:
    before, path = graph(), tmp_path / "scrna_lung_a.h5ad"
    write_graph(before, path)
    after = read_graph(path, name="scrna_lung__a", verify=True)
    assert after.digest == before.digest
    assert after.provenance == before.provenance
    assert after.species == "mouse"
    assert after.adjacency.diagonal().tolist() == before.adjacency.diagonal().tolist()
    assert file_kind(path) == "graph"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_layout_is_the_documented_one(tmp_path: Path) -> None:
    before, path = graph(), tmp_path / "g.h5ad"
    write_graph(before, path)
    table = anndata.read_h5ad(path)
    assert table.obs_names.tolist() == before.genes.tolist()
    assert table.X.shape == (30, 25)
    np.testing.assert_array_equal(table.obsp["adjacency"].toarray(), before.adjacency.toarray())
    assert json.loads(table.uns["geneboard"]["provenance"])["file"] == "x.h5ad"


def test_graph_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "scrna_lung_a.h5ad"
    before = graph()
    anndata.AnnData(
        before.features.astype(np.float64),
        obs=pd.DataFrame(index=before.genes),
        obsp={"adjacency": before.adjacency.astype(float)},
    ).write_h5ad(path)
    after = read_graph(path, name="scrna_lung__a")
    np.testing.assert_array_equal(after.features, before.features)
    assert after.adjacency.dtype == bool


def test_faults_of_graph_files(tmp_path: Path) -> None:
    path = tmp_path / "g.h5ad"
    write_graph(graph(), path)
    with pytest.raises(InputError, match="is called scrna_lung__a, the file says scrna_lung__b"):
        read_graph(path, name="scrna_lung__b")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    for read in (read_graph, file_kind):
        with pytest.raises(InputError, match=r"g\.h5ad: not a"):
            read(path)
    path.write_text("hello")
    with pytest.raises(InputError, match=r"g\.h5ad: not a"):
        file_kind(path)


@pytest.mark.parametrize(
    ("edges", "fault"),
    [
        ([[0, 1, 0], [0, 0, 0], [0, 0, 0]], "the adjacency is not symmetric"),
        (np.full((3, 3), 0.04), "values other than 0 and 1"),
    ],
)
def test_adjacencies_that_are_none(tmp_path: Path, edges: object, fault: str) -> None:
    path = tmp_path / "g.h5ad"
    adjacency = sparse.csr_matrix(edges, dtype=float)
    anndata.AnnData(np.ones((3, 4)), obsp={"adjacency": adjacency}).write_h5ad(path)
    with pytest.raises(InputError, match=fault):
        read_graph(path, name="scrna_lung__a")


def test_stored_zeros_are_no_edges(tmp_path: Path) -> None:
    path = tmp_path / "g.h5ad"
    zeros = sparse.csr_matrix((np.zeros(2), ([0, 1], [1, 0])), shape=(3, 3))
    anndata.AnnData(np.ones((3, 4), dtype=np.float32), obsp={"adjacency": zeros}).write_h5ad(path)
    assert read_graph(path, name="scrna_lung__a").adjacency.nnz == 0


def test_damaged_graph_of_a_manifest_is_written_again(tmp_path: Path) -> None:
    tissue = Tissue("lung", "files:x", (graph(),))
    write_tissue(tissue, tmp_path)
    path = tmp_path / f"{tissue.graphs[0].digest}.h5ad"
    path.write_bytes(path.read_bytes()[:2000])
    assert read_tissue(write_tissue(tissue, tmp_path)).graphs[0].digest == tissue.graphs[0].digest


def test_a_manifest_that_names_other_graphs_is_written_again(tmp_path: Path) -> None:
    tissue, other = (Tissue("lung", "files:x", (graph(seed=seed),)) for seed in (0, 1))
    manifest = write_tissue(tissue, tmp_path)
    manifest.write_bytes(write_tissue(other, tmp_path).read_bytes())
    assert write_tissue(tissue, tmp_path) == manifest
    assert read_tissue(manifest).data_hashes == tissue.data_hashes


def test_changed_content_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "g.h5ad"
    write_graph(graph(), path)
    table = anndata.read_h5ad(path)
    table.X[0, 0] += 1
    table.write_h5ad(path)
    with pytest.raises(InputError, match="does not match its digest"):
        read_graph(path, verify=True)


def test_a_disk_without_room_raises_and_leaves_nothing(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError) as caught:
            write_graph(graph(n_genes=100), tmp_path / "g.h5ad")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.errno in (errno.EFBIG, errno.ENOSPC)
    assert list(tmp_path.iterdir()) == []


def test_failed_writing_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    write_atomically(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space") as caught:
        write_atomically(path, b"new")
    assert caught.value.filename == str(path)  # the system names no file then
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize("truth", [None, pd.Series(["m1", "background"], index=["G0", "G1"], dtype=object)])
def test_tissue_comes_back_as_it_was(tmp_path: Path, truth: pd.Series | None) -> None:
    before = Tissue("lung", "files:x", (graph("a"), graph("b", seed=1)), truth)
    manifest = write_tissue(before, tmp_path)
    after = read_tissue(manifest)
    assert after.data_hashes == before.data_hashes
    assert (after.name, after.source) == (before.name, before.source)
    assert (after.truth is None) == (truth is None)


def test_true_vectors_come_back_and_count_in_the_digest(tmp_path: Path) -> None:
    plain = graph("a")
    vectors = np.arange(2 * plain.n_genes, dtype=np.float32).reshape(-1, 2)
    before = replace(plain, true_vectors=vectors)
    assert before.digest != plain.digest
    after = read_tissue(write_tissue(Tissue("lung", "files:x", (before,)), tmp_path)).graphs[0]
    np.testing.assert_array_equal(after.true_vectors, vectors)
    assert after.digest == before.digest
    with pytest.raises(ValueError, match="3 true vectors for"):
        replace(plain, true_vectors=vectors[:3])


def test_tissue_files_are_written_once(tmp_path: Path) -> None:
    tissue = Tissue("lung", "files:x", (graph("a"), graph("b", seed=1)))
    manifest = write_tissue(tissue, tmp_path)
    stamps = {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    assert write_tissue(tissue, tmp_path) == manifest
    second = write_tissue(tissue.without("scrna_lung__b"), tmp_path)
    assert second != manifest
    assert {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir() if p != second} == stamps


def test_damage_to_a_stored_tissue_is_noticed(tmp_path: Path) -> None:
    tissue = Tissue("lung", "files:x", (graph("a"), graph("b", seed=1)))
    manifest = write_tissue(tissue, tmp_path)
    first = tmp_path / f"{tissue.graphs[0].digest}.h5ad"
    write_graph(graph("a", seed=5), first)
    with pytest.raises(InputError, match="does not match its digest"):
        read_tissue(manifest)
    first.unlink()
    with pytest.raises(InputError, match="not a usable gene graph"):
        read_tissue(manifest)
    manifest.write_text("{")
    with pytest.raises(InputError, match="not a manifest"):
        read_tissue(manifest)


def test_cache_builds_once_and_replaces_damage(tmp_path: Path) -> None:
    built = []

    def build() -> GeneGraph:
        built.append(1)
        return graph()

    settings = PipelineSettings()
    first = cached_graph(tmp_path, settings, {"name": "a"}, build)
    assert cached_graph(tmp_path, settings, {"name": "a"}, build).digest == first.digest
    assert len(built) == 1
    cached_graph(tmp_path, settings, {"name": "b"}, build)
    cached_graph(tmp_path, PipelineSettings(p_threshold=0.01), {"name": "a"}, build)
    assert len(built) == 3
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-500])
    assert cached_graph(tmp_path, settings, {"name": "a"}, build).digest == first.digest
    assert len(built) == 4


def test_cache_replaces_what_was_made_of_something_else(tmp_path: Path) -> None:
    settings = PipelineSettings()
    cached_graph(tmp_path, settings, {"name": "a"}, graph)
    (path,) = tmp_path.iterdir()
    write_graph(graph(), tmp_path / "plain.h5ad")
    cached_graph(tmp_path / "other", settings, {"name": "b"}, lambda: graph(seed=1))
    (other,) = (tmp_path / "other").iterdir()
    for foreign in (other, tmp_path / "plain.h5ad"):  # whole files, each with the right digest of its own
        path.write_bytes(foreign.read_bytes())
        assert cached_graph(tmp_path, settings, {"name": "a"}, graph).digest == graph().digest
        assert read_graph(path).digest == graph().digest
        assert path.read_bytes() != foreign.read_bytes()


def test_names() -> None:
    assert split_name("scrna_lung__A44-LNG-2_x") == ("scrna", "lung", "A44-LNG-2_x")
    for wrong in ("lung__a", "scrna_lung", "rna_lung__a", "scrna_lung__"):
        with pytest.raises(ValueError, match="not of the form"):
            split_name(wrong)
