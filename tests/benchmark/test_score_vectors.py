"""`score` reads what `run --embedding` reads, with the same numbers as the file of all pairs has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from small_graphs import small_graph

from geneboard import benchmark
from geneboard.benchmark import registry
from geneboard.benchmark.commands.score import _rows_of, show_score
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.methods.base import GeneEmbeddings
from geneboard.metrics.auc import dataset_aucs

TISSUE = Tissue("lung", "files:x", tuple(small_graph(number) for number in range(3)))
GENES = pd.Index([gene for graph in TISSUE.graphs for gene in graph.genes]).unique()
VECTORS = pd.DataFrame(np.random.default_rng(0).normal(size=(len(GENES), 4)).astype(np.float32), GENES)


def write(path: Path, vectors: pd.DataFrame) -> Path:
    if path.suffix == ".npz":
        np.savez(path, genes=vectors.index.to_numpy(dtype=str), vectors=vectors.to_numpy())
    else:
        vectors.to_csv(path, sep="\t" if ".tsv" in path.name else ",", header=False)
    return path


@pytest.mark.parametrize("name", ["genept.csv", "genept.tsv.gz", "genept.npz", "GENEPT.CSV"])
def test_vectors_are_the_rows_of_the_whole_file(tmp_path: Path, name: str, capsys) -> None:
    whole = tmp_path / "whole.h5ad"
    values = [VECTORS.loc[graph.genes].to_numpy() for graph in TISSUE.graphs]
    GeneEmbeddings.of(TISSUE, values).write(whole)
    expected = _rows_of(whole, (), TISSUE)
    found = _rows_of(write(tmp_path / name, VECTORS), (), TISSUE)
    for array in ("matrix", "gene", "dataset", "position"):
        np.testing.assert_array_equal(getattr(found, array), getattr(expected, array))
    assert capsys.readouterr().err == ""


def test_genes_without_a_vector_are_counted_and_get_the_zero_vector(tmp_path: Path, capsys) -> None:
    path = write(tmp_path / "part.csv", VECTORS.iloc[5:])
    rows = _rows_of(path, (), TISSUE)
    assert (rows.matrix == 0).all(axis=1).sum() == 5
    assert capsys.readouterr().err.startswith(
        f"warning: {path}: 5 of 210 (gene, dataset) pairs have no vector"
    )


def test_groups_give_intervals(
    graph_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = [entry for entry in registry.metrics() if entry.name in ("AUC", "NO_heldout")]
    monkeypatch.setattr(registry, "metrics", lambda: few)
    table = tmp_path / "groups.csv"
    table.write_text("dataset,group\nd0,x\nd1,y\nd2,z\n")
    path = write(tmp_path / "genept.csv", VECTORS)
    scores = benchmark.score(path, "lung", data=graph_folder, out=tmp_path, groups=table)
    tissue = Files(graph_folder).load("lung")
    aucs = [value for _, value in dataset_aucs(_rows_of(path, (), tissue), tissue, diagonal=True)]
    low, high = stats.t.interval(0.95, 2, loc=np.mean(aucs), scale=stats.sem(aucs))
    assert scores.intervals == {"AUC": pytest.approx((low, high))}  # AUC is a mean over datasets
    show_score(scores)
    found = capsys.readouterr()
    assert f"{np.mean(aucs):.4f}  {low:.4f} to {high:.4f} over groups" in found.out
    assert "undefined" in found.out
    assert "scoring without group 3 of 3" in found.err
    table.write_text("dataset,group\nd0,x\nd1,x\n")
    with pytest.raises(InputError, match=r"groups\.csv: the datasets of lung are fewer than three groups"):
        benchmark.score(path, "lung", data=graph_folder, out=tmp_path, groups=table)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("x.csv", "A1BG,1,2\nA2M,high,2\n", r"x\.csv: the column '1' holds values that are no numbers"),
        ("x.csv", "A1BG,1,2\nA2M,2,2\n", r"x\.csv: has a vector for none of the genes of lung; it holds"),
        ("x.dat", "A1BG 1 2\n", r"x\.dat: vectors of genes are read from \.h5ad, \.csv"),
    ],
)
def test_what_is_no_file_of_vectors_is_one_sentence(
    tmp_path: Path, name: str, content: str, fault: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=fault):
        _rows_of(tmp_path / name, (), TISSUE)
