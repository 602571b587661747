"""Files of gene vectors: every form, and every fault a user will meet."""

from __future__ import annotations

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest

from geneboard.benchmark.external.matching import match
from geneboard.benchmark.external.vectors import GeneVectors, read_vectors
from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_tables import read_identifiers

GENES = ["TP53", "EGFR", "KRAS"]
VALUES = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]], dtype=np.float32)


def table(names: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame(VALUES, index=pd.Index(GENES, name="gene"), columns=names)


def write_npz_per_gene(path: Path) -> None:
    np.savez(path, **dict(zip(GENES, VALUES, strict=True)))


WRITERS = {
    "a.csv": lambda path: table(["x", "y"]).to_csv(path),
    "numbered.csv": lambda path: table().to_csv(path),
    "bare.csv": lambda path: table().to_csv(path, header=False),
    "a.tsv": lambda path: table(["x", "y"]).to_csv(path, sep="\t"),
    "a.csv.gz": lambda path: table(["x", "y"]).to_csv(path),
    "word2vec.txt": lambda path: path.write_text("3 2\n" + table().to_csv(sep=" ", header=False)),
    "table.npz": lambda path: np.savez(path, genes=np.array(GENES), vectors=VALUES),
    "per_gene.npz": write_npz_per_gene,
    "a.h5ad": lambda path: anndata.AnnData(VALUES, obs=pd.DataFrame(index=GENES)).write_h5ad(path),
    "column.h5ad": lambda path: anndata.AnnData(
        VALUES, obs=pd.DataFrame({"gene": GENES}, index=["0", "1", "2"])
    ).write_h5ad(path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_form_gives_the_same_vectors(name, tmp_path):
    WRITERS[name](tmp_path / name)
    vectors = read_vectors(tmp_path / name)
    assert list(vectors.ids) == GENES
    np.testing.assert_array_equal(vectors.matrix, VALUES)
    assert vectors.matrix.dtype == np.float32
    assert vectors.dataset is None


def faulty(path: Path, what: str) -> None:
    if what == "text":
        path.write_text("gene,x\nTP53,high\n")
    elif what == "nan":
        path.write_text("gene,x\nTP53,1\nEGFR,\n")
    elif what == "twice":
        path.write_text("gene,x\nTP53,1\nTP53,2\n")
    elif what == "nameless":
        path.write_text("gene,x\nTP53,1\n,2\n")
    elif what == "quotes":
        path.write_text('gene,x\n"TP53,1\n"EGFR,2\nKRAS,3\n')
    elif what == "dash":
        path.write_text("gene,x\nTP53,1\nEGFR,-\n")
    elif what == "empty":
        path.write_text("")
    elif what == "no vectors":
        path.write_text("gene\nTP53\nEGFR\n")
    elif what == "huge":
        path.write_text("gene,x\nTP53,1e300\n")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("text", "column 'x' holds values that are no numbers"),
        ("nan", "1 of 2 vectors hold values that are NaN or above 1e+12"),
        ("nan", "(a training that has diverged), the first is that of 'EGFR'"),
        ("huge", "1 of 1 vectors hold values that are NaN or above 1e+12"),
        ("twice", "gene 'TP53' has more than one row"),
        ("nameless", "row 2 names no gene"),
        ("quotes", "a quote is astray where 'TP53,1' begins"),
        ("dash", "1 of 2 vectors hold values that are NaN or above 1e+12"),
        ("empty", "cannot be read as vectors of genes"),
        ("no vectors", "its lines have one column"),
    ],
)
def test_faulty_csv(what, sentence, tmp_path):
    path = tmp_path / "faulty.csv"
    faulty(path, what)
    with pytest.raises(InputError) as caught:
        read_vectors(path)
    assert str(path) in str(caught.value)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["nan", "NA", "null", "None"])
def test_a_gene_called_like_nothing(name, tmp_path):
    vectors = pd.DataFrame(VALUES, index=["TP53", name, "KRAS"], columns=["x", "y"])
    vectors.to_csv(tmp_path / "a.csv")
    vectors.to_csv(tmp_path / "bare.tsv", sep="\t", header=False)
    obs = pd.DataFrame({"gene": vectors.index}, index=["0", "1", "2"])
    anndata.AnnData(VALUES, obs=obs).write_h5ad(tmp_path / "a.h5ad")
    for file in ("a.csv", "bare.tsv", "a.h5ad"):
        read = read_vectors(tmp_path / file)
        assert list(read.ids) == ["TP53", name, "KRAS"]
        np.testing.assert_array_equal(read.matrix, VALUES)


def test_a_gene_without_a_name_in_an_h5ad(tmp_path):
    obs = pd.DataFrame({"gene": ["TP53", None, "KRAS"]}, index=["0", "1", "2"])
    anndata.AnnData(VALUES, obs=obs).write_h5ad(tmp_path / "a.h5ad")
    with pytest.raises(InputError, match="row 2 names no gene"):
        read_vectors(tmp_path / "a.h5ad")


def test_quotes_do_not_swallow_vectors(tmp_path):
    (tmp_path / "a.tsv").write_text('gene\tx\ty\n"TP53\t1\t2\n"EGFR\t3\t4\nKRAS\t5\t6.5\n')
    vectors = read_vectors(tmp_path / "a.tsv")
    assert list(vectors.ids) == GENES
    np.testing.assert_array_equal(vectors.matrix, VALUES)


def test_other_faults(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_vectors(tmp_path / "none.csv")
    (tmp_path / "a.dat").write_text("TP53 1\n")
    with pytest.raises(InputError, match=r"are read from \.h5ad, \.csv"):
        read_vectors(tmp_path / "a.dat")
    for text, fault in (
        ("TP53 1\n", "begins with the number of genes"),
        ("2 1\nTP53 1\n", "1 vectors of 1 numbers, not 2 of 1"),
        ("1 2\nTP53 1 high\n", "expected numbers"),
    ):
        (tmp_path / "a.txt").write_text(text)
        with pytest.raises(InputError, match=fault):
            read_vectors(tmp_path / "a.txt")
    for name in ("a.npz", "a.h5ad", "a.csv.gz"):
        WRITERS.get(name, WRITERS["table.npz"])(tmp_path / name)
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(InputError, match="cannot be read as vectors of genes"):
            read_vectors(tmp_path / name)
    np.savez(tmp_path / "o.npz", genes=np.array(GENES, dtype=object), vectors=VALUES)
    with pytest.raises(InputError, match="cannot be read as vectors of genes"):  # a pickle: never loaded
        read_vectors(tmp_path / "o.npz")
    np.savez(tmp_path / "short.npz", genes=np.array(GENES[:2]), vectors=VALUES)
    with pytest.raises(InputError, match="2 genes for 3 vectors"):
        read_vectors(tmp_path / "short.npz")


def tissue_of(*gene_lists: list[str]) -> Tissue:
    return Tissue(
        "lung",
        "generated",
        tuple(gene_graph(f"d{i}", genes, seed=i) for i, genes in enumerate(gene_lists)),
    )


def vectors_of(ids: list[str], dataset: list[str] | None = None) -> GeneVectors:
    matrix = np.arange(1, 2 * len(ids) + 1, dtype=np.float32).reshape(-1, 2)
    labels = None if dataset is None else np.array(dataset, dtype=object)
    return GeneVectors(Path("v.csv"), pd.Index(ids), matrix, labels)


def test_genes_without_a_vector_get_zeros():
    tissue = tissue_of(["A", "B", "C"], ["C", "D"])
    matched = match(vectors_of(["C", "A", "X"]), tissue)
    np.testing.assert_array_equal(matched.values[0], [[3, 4], [0, 0], [1, 2]])
    np.testing.assert_array_equal(matched.values[1], [[1, 2], [0, 0]])
    assert [own.tolist() for own in matched.covered] == [[True, False, True], [True, False]]
    assert all(own.dtype == np.float32 for own in matched.values)


def test_a_zero_vector_of_the_file_counts_as_covered():
    vectors = GeneVectors(Path("v.csv"), pd.Index(["A"]), np.zeros((1, 2), dtype=np.float32))
    assert match(vectors, tissue_of(["A", "B"])).covered[0].tolist() == [True, False]


def test_versions_of_ensembl_ids_do_not_matter_unless_two_are_there():
    one, two, three = (f"ENSG0000000000{i}" for i in (1, 2, 3))
    tissue = tissue_of([one, f"{two}.7", three])
    matched = match(vectors_of([f"{one}.3", two, f"{three}.1", f"{three}.2"]), tissue)
    assert matched.covered[0].tolist() == [True, True, False]
    np.testing.assert_array_equal(matched.values[0][:2], [[1, 2], [3, 4]])


def test_rows_per_dataset_stay_with_their_dataset():
    tissue = tissue_of(["A", "B"], ["A", "C"])
    vectors = vectors_of(["A", "A", "B"], ["scrna_lung__d1", "d0", "scrna_lung_d1"])
    matched = match(vectors, tissue)
    np.testing.assert_array_equal(matched.values[0], [[3, 4], [0, 0]])
    np.testing.assert_array_equal(matched.values[1], [[1, 2], [0, 0]])
    with pytest.raises(InputError, match="dataset 'd7' is not one of lung; known are"):
        match(vectors_of(["A"], ["d7"]), tissue)


def test_rows_of_other_tissues_are_left_alone():
    """One file may serve a run of several tissues."""
    tissue = tissue_of(["A", "B"])
    matched = match(vectors_of(["A", "A"], ["scrna_pbmc__x", "scrna_lung__d0"]), tissue)
    np.testing.assert_array_equal(matched.values[0], [[3, 4], [0, 0]])
    with pytest.raises(InputError, match="has a vector for none of the genes of lung"):
        match(vectors_of(["A"], ["scrna_pbmc__x"]), tissue)


def test_one_dataset_under_two_names():
    with pytest.raises(InputError, match="gene 'A' of scrna_lung__d0 has more than one row"):
        match(vectors_of(["A", "A"], ["d0", "scrna_lung__d0"]), tissue_of(["A", "B"]))


def test_no_gene_in_common_names_both_systems():
    ids = [f"ENSG0000000000{i}" for i in range(3)]
    with pytest.raises(InputError) as caught:
        match(vectors_of(GENES), tissue_of(ids))
    assert str(caught.value) == (
        "v.csv: has a vector for none of the genes of lung; it holds gene symbols such as 'TP53', the tissue "
        "Ensembl ids (ENSG...) such as 'ENSG00000000000' (a table of both can be given with --ids)"
    )


def test_a_table_of_identifiers_serves_both_directions(tmp_path):
    path = tmp_path / "ids.tsv"
    path.write_text(
        "ensembl\tsymbol\tmore\n"
        "ENSG00000000001.4\tA\tx\n"
        "ENSG00000000002\tB\tx\n"
        "ENSG00000000003\tTWO\tx\n"
        "ENSG00000000004\tTWO\tx\n"
        "\tLONELY\tx\n"
    )
    ids = read_identifiers(path)
    assert len(ids) == 4
    e = [f"ENSG0000000000{i}" for i in range(1, 5)]
    by_symbol = match(vectors_of(["B", "A", "TWO"]), tissue_of(e), ids)
    assert by_symbol.covered[0].tolist() == [True, True, True, True]
    np.testing.assert_array_equal(by_symbol.values[0], [[3, 4], [1, 2], [5, 6], [5, 6]])
    by_id = match(vectors_of(e), tissue_of(["A", "B", "TWO", "OTHER"]), ids)
    assert by_id.covered[0].tolist() == [True, True, False, False]  # which of the two is TWO is not known
    own_name_first = match(vectors_of(["A", e[0]]), tissue_of(["A"]), ids)
    np.testing.assert_array_equal(own_name_first.values[0], [[1, 2]])


def test_faulty_tables_of_identifiers(tmp_path):
    path = tmp_path / "ids.csv"
    path.write_text("ensembl,name\nENSG00000000001,A\n")
    with pytest.raises(InputError, match=r"ids\.csv: a table of identifiers needs a column 'symbol'"):
        read_identifiers(path)
    with pytest.raises(InputError, match="cannot be read as a table of identifiers"):
        read_identifiers(tmp_path / "none.tsv")
