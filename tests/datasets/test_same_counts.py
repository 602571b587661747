"""The same cells under two names are told, whatever the files look like; other cells are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pytest
from lung_counts import counts, write

from geneboard.benchmark.tasks.embedding.sources import warn_of_graphs
from geneboard.datasets.base import GeneGraph
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.prepare import PAGE, prepare_tissue
from geneboard.datasets.same_counts import same_counts_warnings

SETTINGS = PipelineSettings(n_genes=60, min_genes_per_cell=20)
SAID = "scrna_lung__a and scrna_lung__b have the same counts: the same cells under two names; leave one out"


def graphs(folder: Path, *tables: anndata.AnnData, **how: object) -> tuple[GeneGraph, ...]:
    for name, table in zip("abc", tables, strict=False):
        write(table, folder, f"scrna_lung_{name}")
    settings = replace(SETTINGS, max_cells=how.pop("max_cells", None))  # type: ignore[arg-type]
    return Files(folder, settings=settings, **how).load("lung").graphs  # type: ignore[arg-type]


def test_a_copy_is_told_by_prepare_and_by_run(tmp_path: Path) -> None:
    paths = [tmp_path / "one.h5ad", tmp_path / "two.h5ad", tmp_path / "other.h5ad"]
    for path, seed in zip(paths, (0, 0, 1), strict=True):
        counts(seed=seed).write_h5ad(path)
    told: list[str] = []
    prepare_tissue(paths, "lung", tmp_path / "graphs", SETTINGS, warn=told.append)
    sentence = SAID.replace("__a", "__one").replace("__b", "__two")
    assert sum(text.startswith(sentence) for text in told) == 1
    assert sum("the same counts" in text for text in told) == 1  # the third dataset is other cells
    assert sentence in (tmp_path / "graphs" / "lung" / PAGE).read_text()
    again: list[str] = []
    warn_of_graphs(Files(tmp_path / "graphs").load("lung"), again.append)
    assert sum(text.startswith(sentence) for text in again) == 1


def reordered(table: anndata.AnnData) -> anndata.AnnData:
    rng = np.random.default_rng(5)
    other = table[rng.permutation(table.n_obs)][:, rng.permutation(table.n_vars)].copy()
    other.obs_names = [f"d{k}" for k in range(table.n_obs)]
    return other


def with_a_gene_more(table: anndata.AnnData) -> anndata.AnnData:
    more = counts(table.n_obs, 1, seed=9, genes=["MORE"])
    more.obs_names = table.obs_names
    return anndata.concat([table, more], axis=1)


@pytest.mark.parametrize(
    ("n_genes", "change"),
    [(90, reordered), (150, reordered), (150, with_a_gene_more)],
)
def test_other_files_of_the_same_cells(
    tmp_path: Path, n_genes: int, change: Callable[[anndata.AnnData], anndata.AnnData]
) -> None:
    table = counts(n_genes=n_genes)
    (said,) = same_counts_warnings(graphs(tmp_path, table, change(table)))
    assert said.startswith(SAID)


@pytest.mark.parametrize("how", [{"holdout": True}, {"max_cells": 40}])
def test_a_copy_of_which_other_cells_are_taken(tmp_path: Path, how: dict[str, object]) -> None:
    made = graphs(tmp_path, counts(), counts(), counts(seed=1), **how)
    assert not np.array_equal(np.sort(made[0].features), np.sort(made[1].features))
    (said,) = same_counts_warnings(made)
    assert said.startswith(SAID)


def test_of_three_copies_each_but_the_first_is_told(tmp_path: Path) -> None:
    said = same_counts_warnings(graphs(tmp_path, *[counts()] * 3))
    assert [text.split(" have ")[0] for text in said] == [
        "scrna_lung__a and scrna_lung__b",
        "scrna_lung__a and scrna_lung__c",
    ]


def test_graphs_of_another_program(tmp_path: Path) -> None:
    """They say nothing of their counts; one value that differs makes them others."""
    (graph,) = (replace(one, provenance={}) for one in graphs(tmp_path, counts()))
    copy = replace(graph, name="scrna_lung__b", features=graph.features[:, ::-1].copy())
    assert len(same_counts_warnings([graph, copy])) == 1
    fewer = replace(copy, features=copy.features[:, 1:].copy())
    assert same_counts_warnings([graph, fewer]) == []
    copy.features[0, 0] += 1
    assert same_counts_warnings([graph, copy]) == []


def test_where_one_count_differs_or_one_cell_is_missing_they_are_others(tmp_path: Path) -> None:
    table, other = counts(n_genes=150), counts(n_genes=150)
    values = other.X.toarray()
    values[3, 7] += 1
    other.X = values
    assert same_counts_warnings(graphs(tmp_path, table, other, table[:-1].copy())) == []
