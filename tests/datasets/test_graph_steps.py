import anndata
import numpy as np
import pandas as pd
import pytest
import scanpy as sc
from hypothesis import given, settings
from hypothesis import strategies as st
from lung_counts import shared
from scipy import sparse

from geneboard.datasets.graphs.gene_ids import (
    MITOCHONDRIAL_IDS,
    guess_species,
    is_mitochondrial,
    naming_of,
    sum_duplicates,
    without_version,
)
from geneboard.datasets.graphs.losses import CELLS, GENES, largest_loss
from geneboard.datasets.graphs.nodes import pearson_residuals, select_genes
from geneboard.datasets.graphs.profile import mean_profile
from geneboard.datasets.graphs.qc import fewest_genes, quality_control
from geneboard.datasets.graphs.settings import PipelineSettings


def poisson(n_cells: int = 60, n_genes: int = 40, seed: int = 0) -> sparse.csr_matrix:
    rng = np.random.default_rng(seed)
    return sparse.csr_matrix(
        rng.poisson(rng.gamma(1, 2, n_genes) * rng.lognormal(0, 0.5, (n_cells, 1)) + 0.2)
    )


def test_mitochondrial_genes_by_symbol_and_id() -> None:
    genes = pd.Index(
        ["MT-CO1", "mt-Nd1", "MT1A", "MTOR", "ENSG00000198804", "ENSMUSG00000064351", "ENSG00000198793"]
    )
    assert is_mitochondrial(genes).tolist() == [True, True, False, False, True, True, False]


@pytest.mark.parametrize(
    ("genes", "found"),
    [
        ("MT.CO1 mt_Nd1 mt:CoI Mt-co1 MT_ND5", "11111"),  # make.names of R, flies, rats
        ("COX1 ND5 CYTB RNR2 TRNL1 MTATP6 TRNT1 COX11 ND", "111111000"),  # NCBI
        ("COX1 COX2 CYBA RNR1", "0000"),  # PTGS1, PTGS2, nuclear genes: no other is mitochondrial
        ("4512 17708 17747 17748 4580 4507", "111000"),  # Entrez ids, of which the last are nuclear
    ],
)
def test_mitochondrial_genes_by_other_names(genes: str, found: str) -> None:
    assert "".join("01"[int(one)] for one in is_mitochondrial(pd.Index(genes.split()))) == found


@pytest.mark.shared
@pytest.mark.parametrize("species", ["human", "mouse"])
def test_mitochondrial_ids_are_those_of_the_chromosome(species: str) -> None:
    table = pd.read_csv(shared(f"orthologs/gene_ids_{species}.tsv.gz"), sep="\t", dtype=str)
    prefix = "ENSG0" if species == "human" else "ENSMUSG0"
    expected = set(table.loc[table["chromosome"] == "MT", "ensembl"])
    assert {i for i in MITOCHONDRIAL_IDS if i.startswith(prefix)} == expected
    assert len(expected) == 37


@pytest.mark.parametrize(
    ("counts", "genes", "settings", "cells", "kept", "dropped"),
    [
        (
            # A in five cells, B in three, C in two (too few), MT-CO1 in all, but dropped; the last cell has
            # one gene that is none of these.
            [[1, 2, 1, 7, 0]] * 2 + [[1, 2, 0, 7, 0], [1, 0, 0, 7, 1], [1, 0, 0, 7, 1], [0, 0, 0, 7, 0]],
            ["A", "B", "C", "MT-CO1", "D"],
            {"min_genes_per_cell": 2},
            "111110",
            "11000",
            {"cells_with_few_genes": 1, "genes_in_few_cells": 2, "mitochondrial_genes": 1},
        ),
        (
            # A cell with nothing left goes last.
            [[1, 1, 0]] * 9 + [[0, 0, 1]],
            list("ABC"),
            {},
            "1111111110",
            "110",
            {"cells_without_counts": 1},
        ),
        (
            # 95 of 100 counts of the first cell are mitochondrial.
            [[1, 1, 1, 1, 1, 95]] + [[1, 1, 1, 1, 0, 0]] * 3 + [[1, 1, 1, 1, 1, 0]],
            [*"ABCDE", "mt-Nd1"],
            {"max_mitochondrial_share": 0.2},
            "01111",
            "111100",
            {"cells_with_mitochondrial_counts": 1},
        ),
        (
            [[1, 1, 1, 1, 1, 95]] + [[1, 1, 1, 1, 0, 0]] * 3 + [[1, 1, 1, 1, 1, 0]],
            [*"ABCDE", "mt-Nd1"],
            {"max_genes_per_cell": 5},
            "01110",
            "111100",
            {"cells_with_many_genes": 2},
        ),
        # In large data the share of the cells counts: four are fewer than a hundredth of 500.
        ([[1, 1]] * 4 + [[1, 0]] * 496, ["A", "B"], {}, "1" * 500, "10", {"genes_in_few_cells": 1}),
    ],
    ids=["few", "empty", "mitochondrial", "many", "share"],
)
def test_quality_control_by_hand(
    counts: list[list[int]],
    genes: list[str],
    settings: dict[str, float],
    cells: str,
    kept: str,
    dropped: dict[str, int],
) -> None:
    chosen = PipelineSettings(**{"min_genes_per_cell": 0, **settings})  # type: ignore[arg-type]
    result = quality_control(sparse.csr_matrix(counts), pd.Index(genes), chosen)
    assert "".join("01"[passed] for passed in result.cells.astype(int)) == cells
    assert "".join("01"[passed] for passed in result.genes.astype(int)) == kept
    assert result.dropped.items() >= dropped.items()


def test_bounds_are_for_cells_and_not_for_spots() -> None:
    strict = PipelineSettings(min_genes_per_cell=3, max_genes_per_cell=5, max_mitochondrial_share=0.1)
    counts = sparse.csr_matrix([[1, 0, 0, 0, 0, 0]] * 9 + [[1, 1, 1, 1, 1, 9]] * 9)
    genes = pd.Index([*"ABCDE", "MT-CO1"])
    assert not quality_control(counts, genes, strict).cells.any()
    assert quality_control(counts, genes, strict, modality="spatial").cells.all()


@pytest.mark.parametrize(
    ("n_measured", "modality", "expected"),
    [
        (33538, "scrna", 200),
        (10000, "scrna", 200),
        (9999, "scrna", 199),
        (1671, "scrna", 33),
        (49, "scrna", 0),
        (20000, "scatac", 200),
        (1661, "scatac", 16),
    ],
)
def test_fewest_genes_of_a_cell(n_measured: int, modality: str, expected: int) -> None:
    assert fewest_genes(n_measured, modality) == expected


def test_fewest_genes_follow_the_genes_with_counts() -> None:
    """A panel keeps its cells, also in a file that lists a whole transcriptome; one that is given counts."""
    panel = np.zeros((40, 20000), dtype=int)
    panel[:, :400] = np.tile([1, 0], 200)
    panel[np.arange(40), np.arange(1, 80, 2)] = 1  # each gene of 240 is seen
    panel[0, 7:] = 0  # five genes are left
    counts, genes = sparse.csr_matrix(panel), pd.Index([f"G{i}" for i in range(20000)])
    result = quality_control(counts, genes, PipelineSettings())
    assert result.settings.min_genes_per_cell == 240 // 50
    assert result.cells.all()
    for bound, kept in ((6, 39), (202, 0)):
        result = quality_control(counts, genes, PipelineSettings(min_genes_per_cell=bound))
        assert result.cells.sum() == kept
        assert result.settings.min_genes_per_cell == bound
    spots = quality_control(counts, genes, PipelineSettings(min_genes_per_cell=300), modality="spatial")
    assert spots.cells.all()


BOUNDS = {
    "min_genes_per_cell": 33,
    "max_genes_per_cell": 4000,
    "max_mitochondrial_share": 0.2,
    "min_cells_per_gene": 3,
    "min_cell_share": 0.01,
}


@pytest.mark.parametrize(
    ("dropped", "rules", "sentence"),
    [
        ({"cells_with_few_genes": 7}, CELLS, "7 have fewer than 33 genes (--min-genes-per-cell)"),
        (
            {"cells_with_few_genes": 7, "cells_with_many_genes": 8},
            CELLS,
            "8 have 4000 genes or more (--max-genes-per-cell)",
        ),
        (
            {"cells_with_mitochondrial_counts": 9, "cells_with_few_genes": 7},
            CELLS,
            "9 have 20% or more of their counts in mitochondrial genes (--max-mitochondrial-share)",
        ),
        (
            {"cells_without_counts": 2},
            CELLS,
            "2 have no count in the genes kept (--min-cells-per-gene, --min-cell-share)",
        ),
        (
            {"genes_in_few_cells": 40, "mitochondrial_genes": 9},
            GENES,
            "40 are in fewer than 3 cells or 1.00% of them (--min-cells-per-gene, --min-cell-share)",
        ),
        ({"mitochondrial_genes": 9}, GENES, "9 are mitochondrial"),
    ],
)
def test_the_rule_that_dropped_most_is_named(
    dropped: dict[str, int], rules: dict[str, str], sentence: str
) -> None:
    assert largest_loss({**BOUNDS, "dropped": dropped}, rules) == f"; {sentence}"
    assert largest_loss({**BOUNDS, "dropped": dict.fromkeys(dropped, 0)}, rules) == ""


def test_profiles_are_of_the_same_genes() -> None:
    genes = pd.Index([f"G{i}" for i in range(9000)])
    counts = sparse.csr_matrix(np.random.default_rng(0).poisson(2, (3, 9000)))
    first, second = mean_profile(counts, genes), mean_profile(counts[:, 2000:], genes[2000:])
    assert len(first) == len(second) == 4000
    assert 2900 < len(set(first) & set(second)) < 3300  # 4000 * 7 / 9
    gene = next(iter(first))
    assert first[gene] == pytest.approx(counts[:, genes.get_loc(gene)].mean(), rel=1e-3)
    assert len(mean_profile(counts[:, :50], genes[:50])) == 50


def test_residuals_equal_scanpy_on_all_genes() -> None:
    counts = poisson()
    depth = np.asarray(counts.sum(axis=1)).ravel().astype(float)
    chosen = np.array([3, 8, 21])
    ours = pearson_residuals(counts[:, chosen], depth, total=depth.sum(), theta=100)
    table = anndata.AnnData(counts.astype(np.float64))
    expected = sc.experimental.pp.normalize_pearson_residuals(table, theta=100, inplace=False)["X"][
        :, chosen
    ].T
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


def test_residuals_are_clipped() -> None:
    counts = np.ones((25, 30), dtype=int)
    counts[0, 0] = 10000
    depth = counts.sum(axis=1).astype(float)
    residuals = pearson_residuals(sparse.csr_matrix(counts), np.full(25, depth[1]), total=depth.sum())
    assert residuals.max() == 5


def test_selection_takes_the_largest_variance_of_residuals() -> None:
    counts = poisson()
    depth = np.asarray(counts.sum(axis=1)).ravel().astype(float)
    variance = pearson_residuals(counts, depth, total=depth.sum()).astype(float).var(axis=1)
    expected = np.sort(np.argsort(-variance)[:10])
    assert select_genes(counts, 10).tolist() == expected.tolist()


def test_selection_takes_all_of_few_genes_and_the_first_of_equal_ones() -> None:
    counts = poisson()
    assert select_genes(counts, 100).tolist() == list(range(40))
    doubled = sparse.hstack([counts[:, [0]]] * 5).tocsr()
    assert select_genes(doubled, 2).tolist() == [0, 1]


@pytest.mark.shared
def test_selection_agrees_with_sctransform() -> None:
    table = anndata.read_h5ad(shared("data/pbmc/scrna_pbmc_3k.h5ad"))
    expected = shared("reference/sctransform/offset_top1000.csv.gz")
    # The reference dropped genes seen in fewer than five cells and kept mitochondrial ones.
    kept = np.asarray((table.X > 0).sum(axis=0)).ravel() >= 5
    chosen = set(table.var_names[kept][select_genes(table.X[:, kept], 1000)])
    assert len(chosen & set(pd.read_csv(expected, keep_default_na=False)["gene"])) == 999


def test_identifiers() -> None:
    ids = pd.Index(
        ["ENSG00000141510.12", "ENSG00000182378.15_PAR_Y", "ENSMUSG00000059552.3", "TP53", "RP11-1.2"]
    )
    beside = pd.Index(["ENSG00000141510_TP53", "TP53|ENSG00000141510.12", "ENSG00000141510.12:TP53"])
    assert set(without_version(beside)) == {"ENSG00000141510"}
    assert without_version(ids).tolist() == [
        "ENSG00000141510",
        "ENSG00000182378",
        "ENSMUSG00000059552",
        "TP53",
        "RP11-1.2",
    ]
    assert str(naming_of(pd.Index(["ENSG00000141510", "ENSG00000182378", "TP53"]))) == "Ensembl ids (ENSG...)"
    assert str(naming_of(pd.Index(["TP53", "ACTB", "C1orf112", "ENSG00000141510"]))) == "gene symbols"
    assert str(naming_of(pd.Index(["Trp53", "Actb", "0610005C13Rik"]))) == "mouse gene symbols"
    assert guess_species(pd.Index(["ENSMUSG00000059552"])) == "mouse"
    assert guess_species(pd.Index(["TP53"])) == "human"


@settings(deadline=None)
@given(st.lists(st.sampled_from("ABCD"), min_size=1, max_size=12))
def test_duplicates_are_summed(names: list[str]) -> None:
    counts = sparse.csr_matrix(np.arange(2 * len(names)).reshape(2, -1))
    summed, genes = sum_duplicates(counts, pd.Index(names))
    expected = pd.DataFrame(counts.toarray().T, index=names).groupby(level=0, sort=False).sum()
    assert genes.tolist() == expected.index.tolist()
    np.testing.assert_array_equal(summed.toarray(), expected.to_numpy().T)
