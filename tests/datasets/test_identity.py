"""What identifies the data of a graph on any machine, and that its version rises when graphs change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from lung_counts import counts
from scipy import sparse

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.graph_files import read_graph, write_graph
from geneboard.datasets.graphs import identity
from geneboard.datasets.graphs.counted import CountedDataset
from geneboard.datasets.graphs.pipeline import build_graph
from geneboard.datasets.graphs.settings import PipelineSettings


def fixed_counts(n_cells: int = 80, n_genes: int = 70) -> anndata.AnnData:
    """Counts from a formula, which no library draws otherwise; the genes of a module rise together."""
    cells, genes = np.arange(n_cells)[:, None], np.arange(n_genes)
    module = np.sin(0.7 * cells * (1 + genes % 3) + genes % 3)
    noise = (37 * cells + 101 * genes + cells * genes % 17) % 7
    return anndata.AnnData(
        sparse.csr_matrix(np.floor(2 + 2 * module + noise * (1 + genes % 5) / 4)),
        obs=pd.DataFrame(index=[f"c{i}" for i in range(n_cells)]),
        var=pd.DataFrame(index=[f"GENE{i}" for i in range(n_genes)]),
        obsm={"spatial": np.column_stack([np.arange(n_cells) % 9, np.arange(n_cells) // 9])},
    )


def graph(table: anndata.AnnData, modality: str = "scrna", species: str = "human", **settings) -> GeneGraph:
    dataset = CountedDataset(
        f"{modality}_lung__a", "lung", modality, PipelineSettings(**settings), "a file", lambda _: None
    )
    return build_graph(table, dataset, species, {})


def hash_of(table: anndata.AnnData, **how) -> str:
    return Tissue("lung", "files:any", (graph(table, **how),)).prepared_from[
        f"{how.get('modality', 'scrna')}_lung__a"
    ]


FROZEN = {
    "scrna": ("93efa56d52f3e62a", 964, 4104.405748),
    "spatial": ("b42d6886f4c28674", 1196, 3907.284454),
}


@pytest.mark.parametrize("modality", FROZEN)
def test_another_graph_of_the_same_counts_needs_another_version(modality: str) -> None:
    """Raise `PIPELINE_VERSION` with these values; a rounding of another processor does not move them."""
    made = graph(fixed_counts(), modality, n_genes=60)
    content = "\0".join(made.genes).encode() + np.packbits(made.adjacency.toarray()).tobytes()
    assert identity.PIPELINE_VERSION == 1
    assert (hashlib.sha256(content).hexdigest()[:16], made.adjacency.nnz) == FROZEN[modality][:2]
    assert np.abs(made.features).sum(dtype=np.float64) == pytest.approx(FROZEN[modality][2], rel=1e-5)


SAME: dict[str, Callable[[anndata.AnnData], anndata.AnnData]] = {
    "floats": lambda table: anndata.AnnData(table.X.astype(np.float32), table.obs, table.var),
    "columns first": lambda table: anndata.AnnData(sparse.csc_matrix(table.X), table.obs, table.var),
    "dense": lambda table: anndata.AnnData(table.X.toarray(), table.obs, table.var),
    "other names of cells": lambda table: anndata.AnnData(table.X, var=table.var),
}


@pytest.mark.parametrize("form", SAME)
def test_the_form_of_counts_makes_no_difference(form: str) -> None:
    assert hash_of(SAME[form](counts())) == hash_of(counts())


def test_how_counts_are_read_makes_none_either() -> None:
    assert hash_of(counts(), layer="X", round_counts=True) == hash_of(counts())


def test_data_that_are_known_keep_their_hash() -> None:
    """A parameter that is added (`--genes` was) changes no hash of data that do without it."""
    assert hash_of(fixed_counts(), n_genes=60)[:16] == "adbf3905826a67c1"
    assert hash_of(fixed_counts())[:16] == "b8d2a4955539f45d"


def one_more(table: anndata.AnnData) -> anndata.AnnData:
    return anndata.AnnData(table.X + sparse.csr_matrix(([1], ([3], [5])), shape=table.shape), var=table.var)


@pytest.mark.parametrize(
    "how",
    [
        lambda table: hash_of(one_more(table)),
        lambda table: hash_of(table[::-1].copy()),
        lambda table: hash_of(table[:, ::-1].copy()),
        lambda table: hash_of(table, species="mouse"),
        lambda table: hash_of(table, theta=10.0),
        lambda table: hash_of(table, n_genes=80),
        lambda table: hash_of(table, genes=("GENE1",)),
    ],
)
def test_other_counts_or_settings_are_other_data(how: Callable[[anndata.AnnData], str]) -> None:
    assert how(counts()) != hash_of(counts())


def test_places_of_spots_and_the_version_count(monkeypatch: pytest.MonkeyPatch) -> None:
    table, moved = fixed_counts(), fixed_counts()
    moved.obsm["spatial"] = moved.obsm["spatial"] + np.array([[0.0, 0.5]])
    assert hash_of(table) == hash_of(moved)
    before = hash_of(table, modality="spatial")
    assert before != hash_of(moved, modality="spatial")
    monkeypatch.setattr(identity, "PIPELINE_VERSION", 2)
    assert before != hash_of(table, modality="spatial")


def test_it_stays_with_a_graph_on_disk_until_somebody_changes_that(tmp_path: Path) -> None:
    made = graph(counts())
    rounded = replace(made, features=np.nextafter(made.features, np.float32(9)))
    assert rounded.digest != made.digest
    write_graph(rounded, tmp_path / "a.h5ad")
    kept = Tissue("lung", "files:any", (read_graph(tmp_path / "a.h5ad"),))
    assert kept.prepared_from == {"scrna_lung__a": hash_of(counts())}

    edited = anndata.read_h5ad(tmp_path / "a.h5ad")
    edited.X = edited.X * 2
    edited.write_h5ad(tmp_path / "a.h5ad")
    changed = read_graph(tmp_path / "a.h5ad")
    assert Tissue("lung", "files:any", (changed,)).prepared_from == {"scrna_lung__a": changed.digest}
