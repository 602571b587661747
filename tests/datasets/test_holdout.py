"""Held-out cells: how they are split, the graphs that the two halves give, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lung_counts import counts, write
from scipy import sparse

from geneboard.datasets import files, holdout
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graph_files import read_tissue, write_tissue
from geneboard.datasets.graphs.cscore import cscore
from geneboard.datasets.graphs.edges import edges_by_rule
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.graphs.qc import quality_control
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.holdout import halves
from geneboard.datasets.prepare import prepare_tissue
from geneboard.datasets.synthetic import PIPELINE, Synthetic

SETTINGS = PipelineSettings(n_genes=60, min_genes_per_cell=20)
NAME = "scrna_lung__a"


def saved(table: anndata.AnnData, folder: Path, name: str = "scrna_lung_a") -> Path:
    write(table, folder, name)
    return folder


def load(folder: Path, settings: PipelineSettings = SETTINGS, **options) -> Tissue:
    return Files(folder, settings=settings, holdout=True, **options).load("lung")


def heldout_of(tissue: Tissue) -> GeneGraph:
    assert tissue.heldout is not None
    return tissue.heldout[0]


@given(st.integers(0, 300), st.sampled_from(["scrna_lung__a", "spatial_heart__b"]))
def test_halves_share_no_cell_and_cover_all(n_cells: int, name: str) -> None:
    training, heldout = halves(n_cells, name)
    assert sorted([*training, *heldout]) == list(range(n_cells))
    assert len(training) - len(heldout) == n_cells % 2
    for half in (training, heldout):
        assert list(half) == sorted(half)


def test_halves_depend_on_the_name_alone() -> None:
    first = halves(100, "scrna_lung__a")
    np.random.seed(5)  # noqa: NPY002 - the global state must not matter
    for one, other in zip(first, halves(100, "scrna_lung__a"), strict=True):
        np.testing.assert_array_equal(one, other)
    assert set(first[0]) != set(halves(100, "scrna_lung__b")[0])


def test_training_graph_is_that_of_a_file_with_these_cells_only(tmp_path: Path) -> None:
    table = counts(81)
    training, _ = halves(table.n_obs, NAME)
    saved(table[training].copy(), tmp_path / "half")
    expected = Files(tmp_path / "half", settings=SETTINGS).load("lung").graphs[0]
    assert load(saved(table, tmp_path / "all")).graphs[0].digest == expected.digest


@pytest.mark.parametrize("modality", ["scrna", "spatial"])
@pytest.mark.parametrize("rule", ["p", "bh", "top"])
def test_heldout_edges_by_hand(tmp_path: Path, rule: str, modality: str) -> None:
    table = counts(81)
    table.obsm["spatial"] = np.random.default_rng(3).random((table.n_obs, 2))
    values = table.X.toarray()
    values[5] = 0
    values[6:12, 8:] = 0  # eight genes at most: dropped as cells, not as spots
    values[12:, 89] *= np.arange(12, table.n_obs)  # does not count in the depth
    table.var_names = [*table.var_names[:89], "MT-CO1"]
    table.X = sparse.csr_matrix(values)
    settings = replace(SETTINGS, edges=rule, top_k=5)
    tissue = load(saved(table, tmp_path, f"{modality}_lung_a"), settings)
    graph, heldout = tissue.graphs[0], heldout_of(tissue)

    _, rows = halves(table.n_obs, graph.name)
    half = sparse.csr_matrix(table.X)[rows]
    bounds = replace(settings, min_genes_per_cell=0 if modality == "spatial" else 20)
    qc = quality_control(half, table.var_names, bounds)
    depth = half[qc.cells][:, qc.genes].toarray().sum(axis=1).astype(float)
    columns = [table.var_names.get_loc(gene) for gene in graph.genes]
    test = cscore(half[qc.cells][:, columns], depth)
    expected = edges_by_rule(test.p_values, test.statistic, p_threshold=0.005, top_k=5)[rule]
    np.testing.assert_array_equal(heldout.adjacency.toarray(), expected.toarray())
    assert 0.02 < expected.toarray().mean() < 0.6
    assert heldout.features.shape == (60, 0)
    assert list(heldout.genes) == list(graph.genes)
    assert (heldout.adjacency != graph.adjacency).nnz > 0
    assert heldout.provenance["half"] == "heldout"
    assert graph.provenance["half"] == "training"
    assert heldout.provenance["sizes"]["cells_after_qc"] == qc.cells.sum() == len(depth)
    assert graph.provenance["sizes"]["cells_read"] + heldout.provenance["sizes"]["cells_read"] == 81


def test_a_gene_without_held_out_counts_has_no_edges(tmp_path: Path) -> None:
    table = counts(81)
    _, rows = halves(table.n_obs, NAME)
    silent = list(load(saved(table, tmp_path / "before")).graphs[0].genes).index("GENE4")
    before = heldout_of(load(tmp_path / "before")).adjacency.toarray()
    values = table.X.toarray()
    values[np.ix_(rows, [4])] = 0
    table.X = sparse.csr_matrix(values)
    tissue = load(saved(table, tmp_path / "after"))
    graph, heldout = tissue.graphs[0], heldout_of(tissue)
    assert graph.genes[silent] == "GENE4"
    assert graph.adjacency[[silent]].nnz > 0
    assert heldout.adjacency[[silent]].nnz == 0
    assert heldout.provenance["sizes"]["genes_without_counts"] == 1
    assert before[silent].any()


def test_genes_that_are_renamed(tmp_path: Path) -> None:
    """Ensembl ids in one dataset and symbols in another: both halves get the names of the tissue."""
    ids = [f"ENSG{i:011d}" for i in range(90)]
    table = counts(81)
    saved(table, tmp_path / "plain")
    saved(counts(81, seed=1), tmp_path / "plain", "scrna_lung_b")
    saved(counts(81, seed=1), tmp_path / "mixed", "scrna_lung_b")
    table.var_names = ids
    saved(table, tmp_path / "mixed")
    tables = GeneTables(symbols=pd.Series([f"GENE{i}" for i in range(90)], index=ids))
    plain, mixed = load(tmp_path / "plain"), load(tmp_path / "mixed", tables=tables)
    assert mixed.data_hashes == plain.data_hashes


def test_of_many_cells_some_are_drawn_in_either_half(tmp_path: Path) -> None:
    tissue = load(saved(counts(n_cells=120), tmp_path), replace(SETTINGS, max_cells=40))
    assert tissue.graphs[0].features.shape == (60, 40)
    assert heldout_of(tissue).provenance["sizes"] == {
        "cells_read": 60,
        "cells_after_qc": 40,
        "genes_without_counts": 0,
    }


def test_graphs_come_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = saved(counts(81), tmp_path / "data")
    plain = Files(folder, tmp_path / "cache", SETTINGS).load("lung")
    first = load(folder, cache=tmp_path / "cache")
    monkeypatch.setattr(files, "read_dataset", None)  # is not called again
    again = load(folder, cache=tmp_path / "cache")
    assert again.data_hashes == first.data_hashes
    assert Files(folder, tmp_path / "cache", SETTINGS).load("lung").data_hashes == plain.data_hashes


def test_an_edit_of_the_split_makes_the_halves_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = saved(counts(81), tmp_path), tmp_path / "cache"
    first = load(folder, cache=cache)
    source = Path(holdout.__file__).read_text()
    edited = tmp_path / "holdout.py"
    edited.write_text(source + "\n")
    monkeypatch.setattr(holdout, "__file__", str(edited))
    monkeypatch.setattr(holdout, "halves", lambda n, name: halves(n, name)[::-1])
    other = load(folder, cache=cache)
    assert other.graphs[0].digest != first.graphs[0].digest
    assert heldout_of(other).digest != heldout_of(first).digest
    assert len(list(cache.glob("*.h5ad"))) == 4


def test_without_holdout_nothing_is_held_out(tmp_path: Path) -> None:
    tissue = Files(saved(counts(81), tmp_path / "data"), settings=SETTINGS).load("lung")
    assert tissue.heldout is None
    assert tissue.source == "files:data"
    assert tissue.data_hashes == {NAME: tissue.graphs[0].digest}
    assert "half" not in tissue.graphs[0].provenance
    content = json.loads(write_tissue(tissue, tmp_path / "prepared").read_text())
    assert list(content) == ["format", "name", "source", "graphs", "truth"]
    assert load(tmp_path / "data").source == "files:data:holdout"


def test_prepared_graphs_are_refused(tmp_path: Path) -> None:
    folder = saved(counts(81), tmp_path / "data")
    prepare_tissue(folder, "lung", tmp_path / "graphs", SETTINGS)
    with pytest.raises(InputError, match=r"scrna_lung_a\.h5ad: --holdout needs raw counts to split"):
        load(tmp_path / "graphs")


def test_published_pairs_are_refused_before_anything_is_prepared(tmp_path: Path) -> None:
    folder = saved(counts(81), tmp_path)
    atlas = folder / "lung_atlas"
    atlas.mkdir()
    genes = ["TP53", "ACTB", "VIM"]
    table = pd.DataFrame(np.eye(3), index=genes, columns=genes)
    table.to_csv(atlas / "scrna_lung_p_rna_expression.csv")
    table.astype(int).to_csv(atlas / "scrna_lung_p_pvalue.csv")
    with pytest.raises(InputError, match=r"p_rna_expression\.csv: --holdout .* published pair of tables"):
        load(folder, cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_too_few_cells_in_a_half(tmp_path: Path) -> None:
    folder = saved(counts(n_cells=38), tmp_path)
    assert Files(folder, settings=SETTINGS).load("lung").graphs[0].features.shape[1] == 38
    with pytest.raises(InputError, match=r"a\.h5ad, half of its cells: 19 of 19 cells are left .* 20 are"):
        load(folder)


def test_too_few_good_cells_among_those_held_out(tmp_path: Path) -> None:
    table = counts(n_cells=60)
    values = table.X.toarray()
    values[halves(60, NAME)[1][:15]] = 0
    table.X = sparse.csr_matrix(values)
    with pytest.raises(InputError, match=r"a\.h5ad, half of its cells: 15 of 30 cells are left"):
        load(saved(table, tmp_path))


@pytest.fixture(scope="module")
def synthetic() -> Tissue:
    return Synthetic(holdout=True).load("pancreas")


def test_synthetic_data_have_both_halves(synthetic: Tissue) -> None:
    assert synthetic.source == "synthetic:holdout"
    plain = Synthetic().load("pancreas")
    assert plain.heldout is None
    assert plain.source == "synthetic"
    assert synthetic.truth.equals(plain.truth)
    for whole, graph, heldout in zip(plain.graphs, synthetic.graphs, synthetic.heldout, strict=True):
        sizes = [part.provenance["sizes"]["cells_read"] for part in (graph, heldout)]
        assert sum(sizes) == whole.provenance["sizes"]["cells_read"]
        assert graph.n_genes == PIPELINE.n_genes
        # Made of the same tissue: edges of one half are those of the other more often than by chance.
        one, other = graph.adjacency.toarray(), heldout.adjacency.toarray()
        assert (one & other).mean() > 2 * one.mean() * other.mean()


def test_tissue_refuses_held_out_graphs_that_do_not_fit(synthetic: Tissue) -> None:
    with pytest.raises(ValueError, match="not those of its datasets in their order"):
        replace(synthetic, heldout=synthetic.heldout[::-1])
    with pytest.raises(ValueError, match="not those of its datasets"):
        replace(synthetic, heldout=synthetic.heldout[:-1])
    first = synthetic.heldout[0]
    other = replace(first, genes=first.genes[::-1])
    with pytest.raises(ValueError, match="not on the same genes in their order"):
        replace(synthetic, heldout=(other, *synthetic.heldout[1:]))


def test_a_dataset_left_out_is_left_out_of_both(synthetic: Tissue) -> None:
    name = synthetic.graphs[1].name
    rest = synthetic.without(name)
    assert [g.name for g in rest.heldout] == [g.name for g in rest.graphs]
    assert name not in [g.name for g in rest.heldout]
    assert rest.source == synthetic.source
    assert rest.data_hashes["heldout"] != synthetic.data_hashes["heldout"]


def test_held_out_part_has_their_edges(synthetic: Tissue) -> None:
    part = synthetic.heldout_part()
    assert part.graphs == synthetic.heldout
    assert part.heldout is None
    with pytest.raises(ValueError, match="no cells were held out"):
        part.heldout_part()


def test_other_processes_read_held_out_graphs_only_when_they_ask(synthetic: Tissue, tmp_path: Path) -> None:
    manifest = write_tissue(synthetic, tmp_path)
    seen = read_tissue(manifest)
    assert seen.heldout is None
    assert [g.digest for g in seen.graphs] == [g.digest for g in synthetic.graphs]
    assert read_tissue(manifest, heldout=True).data_hashes == synthetic.data_hashes
    plain = write_tissue(replace(synthetic, heldout=None), tmp_path)
    assert plain != manifest
    assert read_tissue(plain, heldout=True).heldout is None


def test_damaged_held_out_graphs_are_refused(synthetic: Tissue, tmp_path: Path) -> None:
    manifest = write_tissue(synthetic, tmp_path)
    first, second = (tmp_path / f"{graph.digest}.h5ad" for graph in synthetic.heldout[:2])
    first.write_bytes(second.read_bytes())
    read_tissue(manifest)
    with pytest.raises(InputError, match=r"\.h5ad: "):
        read_tissue(manifest, heldout=True)
    write_tissue(synthetic, tmp_path)
    assert read_tissue(manifest, heldout=True).data_hashes == synthetic.data_hashes
