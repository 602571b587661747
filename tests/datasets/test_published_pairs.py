"""Pairs of CSV files as the published scripts write them: features, and 0 or 1 for each edge."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lung_counts import counts, write

from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files


def write_pair(folder: Path, identifier: str, features: pd.DataFrame, edges: pd.DataFrame) -> None:
    atlas = folder / "lung_atlas"
    atlas.mkdir(exist_ok=True)
    features.to_csv(atlas / f"scrna_lung_{identifier}_rna_expression.csv")
    edges.to_csv(atlas / f"scrna_lung_{identifier}_pvalue.csv")


def pair(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    genes = ["NAN", "NA", "TP53", "ACTB"]
    edges = np.triu(rng.random((4, 4)) < 0.6)
    return pd.DataFrame(rng.normal(size=(4, 7)), index=genes), pd.DataFrame(
        (edges | edges.T).astype(int), index=genes, columns=genes
    )


def test_published_pairs(tmp_path: Path) -> None:
    for number, identifier in enumerate(("b1", "A44-LNG")):
        write_pair(tmp_path, identifier, *pair(number))
    tissue = Files(tmp_path).load("lung")
    assert [g.name for g in tissue.graphs] == ["scrna_lung__A44-LNG", "scrna_lung__b1"]
    features, edges = pair(0)
    graph = tissue.graphs[1]
    assert graph.genes.tolist() == ["NAN", "NA", "TP53", "ACTB"]
    np.testing.assert_allclose(graph.features, features.to_numpy(), rtol=1e-6)
    np.testing.assert_array_equal(graph.adjacency.toarray(), edges.to_numpy() == 1)


def test_a_dataset_given_twice(tmp_path: Path) -> None:
    write_pair(tmp_path, "a", *pair())
    write(counts(), tmp_path)
    with pytest.raises(InputError, match="scrna_lung__a is also in"):
        Files(tmp_path).load("lung")


def test_faults_of_pairs(tmp_path: Path) -> None:
    features, edges = pair()
    edges.iloc[0, 2] = 1 - edges.iloc[2, 0]
    fractions = pair()[1].astype(float)
    fractions.iloc[1, 1] = 0.3
    swapped = pair()[1].iloc[[1, 0, 2, 3], [1, 0, 2, 3]]
    text = pair()[0].astype(object)
    text.iloc[0, 0] = "x"
    gap = pair()[0]
    gap.iloc[0, 0] = np.nan
    twice = features.rename(index={"TP53": "ACTB"})
    edges_twice = pair()[1].rename(index={"TP53": "ACTB"}, columns={"TP53": "ACTB"})
    good = pair()[1]
    for table, matrix, complaint in (
        (features, edges, "not symmetric"),
        (features, good.iloc[:3], "not square"),
        (features, good.iloc[:3, :3], "genes differ"),
        (features, fractions, "other than 0 and 1"),
        (features, swapped, "the order differs"),
        (features, good.rename(columns={"NA": "B"}), "rows and columns"),
        (text, good, "other than numbers"),
        (gap, good, "NaN or infinite"),
        (twice, edges_twice, "ACTB appears twice"),
    ):
        write_pair(tmp_path, "a", table, matrix)
        with pytest.raises(InputError, match=complaint) as caught:
            Files(tmp_path).load("lung")
        assert "scrna_lung_a_" in str(caught.value)
    write_pair(tmp_path, "a", features, good)
    (tmp_path / "lung_atlas" / "scrna_lung_a_pvalue.csv").rename(
        tmp_path / "lung_atlas" / "scrna_lung_b_pvalue.csv"
    )
    with pytest.raises(InputError, match=r"its other half scrna_lung_b_rna_expression\.csv is missing"):
        Files(tmp_path).load("lung")
