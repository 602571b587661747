"""Datasets that name genes differently become one tissue, by the tables and only where it is needed."""

import gzip

import anndata
import numpy as np
import pandas as pd
import pytest
from lung_counts import counts, shared
from lung_counts import write as save
from scipy import sparse

from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.gene_ids import HUMAN_SYMBOLS, MOUSE_SYMBOLS, Naming, naming_of
from geneboard.datasets.graphs.gene_tables import (
    GeneTables,
    Translation,
    read_identifiers,
    read_orthologs,
    read_tables,
)
from geneboard.datasets.graphs.settings import PipelineSettings

SETTINGS = PipelineSettings(n_genes=60, min_genes_per_cell=20)
N = 90
ENSEMBL = [f"ENSG{k:011d}" for k in range(N)]
MOUSE_ENSEMBL = [f"ENSMUSG{k:011d}" for k in range(N)]
SYMBOLS = [f"GENE{k}" for k in range(N)]
MOUSE = [f"Gene{k}" for k in range(N)]


def write(folder, **datasets):
    """Write count files of the tissue lung, by id."""
    for identifier, table in datasets.items():
        save(table, folder, f"scrna_lung_{identifier}")
    return folder


@pytest.fixture
def tables(tmp_path):
    """Tables that know all genes but the last five."""
    known = slice(0, N - 5)
    human = pd.DataFrame({"ensembl": ENSEMBL[known], "symbol": SYMBOLS[known]})
    mouse = pd.DataFrame({"ensembl": MOUSE_ENSEMBL[known], "symbol": MOUSE[known]})
    pairs = pd.DataFrame({"mouse_genes": MOUSE[known], "HGNC.symbol": SYMBOLS[known]})
    human.to_csv(tmp_path / "human.tsv.gz", sep="\t", index=False)
    mouse.to_csv(tmp_path / "mouse.csv", index=False)
    pairs.to_csv(tmp_path / "pairs.tsv", sep="\t", index=False)
    return read_tables([tmp_path / "human.tsv.gz", tmp_path / "mouse.csv"], tmp_path / "pairs.tsv")


def test_namings():
    assert naming_of(pd.Index(ENSEMBL)) == Naming("human", "ENSG")
    assert naming_of(pd.Index(MOUSE_ENSEMBL)) == Naming("mouse", "ENSMUSG")
    assert naming_of(pd.Index(["ENSRNOG00000000001", "ENSRNOG00000000007"])) == Naming("ENSRNOG", "ENSRNOG")
    assert naming_of(pd.Index(SYMBOLS)) == HUMAN_SYMBOLS
    assert naming_of(pd.Index(MOUSE)) == MOUSE_SYMBOLS


def test_four_systems_become_one_tissue(tmp_path, tables):
    """The same counts under four namings give the same graph."""
    folder = write(
        tmp_path / "data",
        a=counts(genes=ENSEMBL),
        b=counts(genes=[f"{gene}.{k % 9 + 1}" for k, gene in enumerate(MOUSE_ENSEMBL)]),
        c=counts(genes=SYMBOLS)[:, :-5].copy(),
        d=counts(genes=MOUSE),
    )
    tissue = Files(folder, settings=SETTINGS, tables=tables).load("lung")
    assert len(tissue.common_genes) == 60
    for graph in tissue.graphs:
        assert graph.genes.str.fullmatch(r"GENE\d+").all()
        assert np.array_equal(graph.features, tissue.graphs[2].features)
        assert (graph.adjacency != tissue.graphs[2].adjacency).nnz == 0
    assert [graph.species for graph in tissue.graphs] == ["human", "mouse", "human", "mouse"]
    record = tissue.graphs[1].provenance["steps"]["identifiers"]
    assert record["from"] == "Ensembl ids (ENSMUSG...)"
    assert record["columns_without_name"] == 5
    table = counts(genes=SYMBOLS)
    assert record["share_of_counts_kept"] == pytest.approx(table.X[:, :-5].sum() / table.X.sum(), abs=1e-12)
    assert "identifiers" not in tissue.graphs[2].provenance["steps"]


def test_mice_alone_get_mouse_symbols_without_orthologs(tmp_path, tables):
    folder = write(tmp_path / "data", a=counts(genes=MOUSE_ENSEMBL), b=counts(genes=MOUSE, seed=1))
    only_ids = GeneTables(symbols=tables.symbols)
    tissue = Files(folder, settings=SETTINGS, tables=only_ids).load("lung")
    assert all(graph.genes.str.fullmatch(r"Gene\d+").all() for graph in tissue.graphs)


def test_a_tissue_with_one_system_stays_as_it_is(tmp_path, tables):
    folder = write(tmp_path / "data", a=counts(genes=ENSEMBL), b=counts(genes=ENSEMBL, seed=1))
    plain = Files(folder, settings=SETTINGS).load("lung")
    assert Files(folder, settings=SETTINGS, tables=tables).load("lung").data_hashes == plain.data_hashes


def test_genes_that_get_one_name_are_summed():
    tables = GeneTables(symbols=pd.Series({"ENSG00000000001": "A", "ENSG00000000002": "A"}))
    translation = Translation(Naming("human", "ENSG"), HUMAN_SYMBOLS, tables)
    genes = pd.Index(["ENSG00000000001", "ENSG00000000002", "ENSG00000000003", "ENSG00000198888"])
    names = translation.names(genes)
    assert names[:2].tolist() == ["A", "A"]
    assert pd.isna(names[2])
    assert names[3] == "ENSG00000198888"  # mitochondrial: quality control has to see it


def test_summed_counts_reach_the_graph(tmp_path, tables):
    """Half of each gene's counts under a second Ensembl id give the graph of the whole."""
    whole = counts(genes=ENSEMBL[:-5])
    half = sparse.csr_matrix(whole.X.toarray() // 2)
    second = [f"ENSG{1000 + k:011d}" for k in range(N - 5)]
    split = anndata.AnnData(
        sparse.csr_matrix(sparse.hstack([half, whole.X - half])),
        var=pd.DataFrame(index=ENSEMBL[:-5] + second),
    )
    more = pd.concat([tables.symbols, pd.Series(SYMBOLS[:-5], index=second)])
    folder = write(tmp_path / "data", a=split, b=counts(genes=SYMBOLS[:-5]))
    tissue = Files(folder, settings=SETTINGS, tables=GeneTables(more)).load("lung")
    assert np.array_equal(tissue.graphs[0].features, tissue.graphs[1].features)


def test_what_is_not_one_to_one_is_left_out(tmp_path):
    ids = tmp_path / "ids.csv"
    ids.write_text(
        "ensembl,symbol\nENSG00000000001.4,A\nENSG00000000001.7,A\nENSG00000000002,B\n"
        "ENSG00000000002,C\nENSG00000000003,\n"
    )
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("mouse,human\nAa,AA\nBb,BB\nBb,BC\nCc,CC\nDd,CC\nEe,EE\nEe,EE\n")
    tables = read_tables([ids], pairs)
    assert tables.symbols.to_dict() == {"ENSG00000000001": "A"}
    assert tables.orthologs.to_dict() == {"Aa": "AA", "Ee": "EE"}


IDENTIFIERS = [["ENSG00000000001", "A"], ["ENSG00000000002", "B"], ["ENSG00000000003", "C"]]
HEADERS = [
    ("ensembl", "symbol"),
    ("Gene stable ID", "Gene name"),
    ("Gene stable ID version", "HGNC symbol"),
    ("ensembl_gene_id", "external_gene_name"),
    ("Ensembl gene ID", "Approved symbol"),
    ("gene_id", "gene_name"),
]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("name", ["ids.tsv", "mart_export.txt", "ids.csv"])
def test_tables_of_biomart_and_others(tmp_path, name, header):
    """Under their own headers, in any order, with rows that lack one of the two."""
    rows = [[symbol, identifier, "x"] for identifier, symbol in IDENTIFIERS]
    rows[1:1] = [["-", "ENSG00000000007", "x"], ["D", "", "x"], ["#N/A", "ENSG00000000008", "x"]]
    separator = "," if name.endswith(".csv") else "\t"
    lines = [separator.join(row) for row in [[header[1], header[0], "Gene type"], *rows]]
    (tmp_path / name).write_text("\n".join(lines) + "\n")
    assert read_identifiers(tmp_path / name).to_numpy().tolist() == IDENTIFIERS


def test_quotes_do_not_swallow_identifiers(tmp_path):
    text = "ensembl\tsymbol\tname\n" + "".join(f"{i}\t{s}\t\"5' end\n" for i, s in IDENTIFIERS)
    (tmp_path / "ids.tsv").write_text(text)
    assert read_identifiers(tmp_path / "ids.tsv").to_numpy().tolist() == IDENTIFIERS
    (tmp_path / "pairs.tsv").write_text('mouse\thuman\tname\nAa\tAA\t"\nBb\tBB\t"\nCc\tNA\t\n')
    assert read_orthologs(tmp_path / "pairs.tsv").to_numpy().tolist() == [["Aa", "AA"], ["Bb", "BB"]]


def test_blanks_around_identifiers(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("ensembl, symbol, entrez\n ENSG01 , TSPAN6 , 7105\n")
    read = read_tables([path])
    assert read.symbols.to_dict() == {"ENSG01": "TSPAN6"}
    assert read.entrez["human"].to_dict() == {"7105": "TSPAN6"}
    path.write_text("mouse, human\nA1, A\n")
    assert read_orthologs(path).to_numpy().tolist() == [["A1", "A"]]


def test_a_table_without_identifiers(tmp_path):
    (tmp_path / "ids.txt").write_text("Gene stable ID,Gene name\nENSG00000000001,A\n")
    with pytest.raises(InputError, match="needs a column 'ensembl'; it has 'Gene stable ID,Gene name'"):
        read_identifiers(tmp_path / "ids.txt")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "give --ids FILE, a table of Ensembl ids and symbols and --orthologs FILE, a table of mouse"),
        (
            {"symbols": pd.Series({"ENSG00000000001": "A"})},
            "give --orthologs FILE, a table of mouse and human",
        ),
        ({"orthologs": pd.Series({"Aa": "AA"})}, "give --ids FILE, a table of Ensembl ids and symbols."),
    ],
)
def test_a_missing_table_is_asked_for(tmp_path, given, sentence):
    folder = write(tmp_path / "data", a=counts(genes=ENSEMBL), b=counts(genes=MOUSE))
    with pytest.raises(InputError) as caught:
        Files(folder, tables=GeneTables(**given)).load("lung")
    assert sentence in str(caught.value)
    assert "scrna_lung_b.h5ad: has mouse gene symbols where" in str(caught.value)
    assert "scrna_lung_a.h5ad has Ensembl ids (ENSG...)" in str(caught.value)


def test_tables_that_know_no_gene(tmp_path):
    folder = write(tmp_path / "data", a=counts(genes=ENSEMBL), b=counts(genes=SYMBOLS))
    tables = GeneTables(symbols=pd.Series({"ENSG00000999999": "A"}))
    with pytest.raises(InputError, match=r"scrna_lung_a\.h5ad: none of its Ensembl ids .* is in the tables"):
        Files(folder, settings=SETTINGS, tables=tables).load("lung")


def test_other_species_are_refused(tmp_path, tables):
    rat = [gene.replace("ENSG", "ENSRNOG") for gene in ENSEMBL]
    folder = write(tmp_path / "data", a=counts(genes=SYMBOLS), b=counts(genes=rat))
    with pytest.raises(InputError, match="only ids of human and mouse can be brought to one system"):
        Files(folder, tables=tables).load("lung")


def test_a_graph_with_other_names_is_refused(tmp_path, tables):
    from geneboard.datasets.prepare import prepare_tissue

    prepare_tissue(write(tmp_path / "data", a=counts(genes=ENSEMBL)), "lung", tmp_path / "graphs", SETTINGS)
    write(tmp_path / "graphs", b=counts(genes=SYMBOLS))
    with pytest.raises(InputError, match=r"scrna_lung_a\.h5ad: a graph with Ensembl ids"):
        Files(tmp_path / "graphs", tables=tables).load("lung")


def test_another_table_makes_another_graph_in_the_cache(tmp_path, tables):
    folder = write(tmp_path / "data", a=counts(genes=ENSEMBL), b=counts(genes=SYMBOLS))
    first = Files(folder, tmp_path / "cache", SETTINGS, tables=tables).load("lung")
    renamed = GeneTables(tables.symbols.str.replace("GENE", "OTHER"), files={"other.tsv": "1"})
    with pytest.raises(InputError, match="shares no gene"):
        Files(folder, tmp_path / "cache", SETTINGS, tables=renamed).load("lung")
    again = Files(folder, tmp_path / "cache", SETTINGS, tables=tables).load("lung")
    assert again.data_hashes == first.data_hashes


@pytest.mark.parametrize(
    "content",
    [b"", gzip.compress(b"ensembl\tsymbol\nENSG00000000001\tA\n", mtime=0)[:-9], b"\xff\xfe\x00"],
    ids=["empty", "truncated", "no gzip"],  # the same names in every worker
)
def test_damaged_tables(tmp_path, content):
    path = tmp_path / "table.tsv.gz"
    path.write_bytes(content)
    for read, what in ((read_identifiers, "identifiers"), (read_orthologs, "orthologs")):
        with pytest.raises(InputError, match=rf"table\.tsv\.gz: cannot be read as a table of {what}"):
            read(path)


def test_tables_without_the_columns(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="needs a column 'ensembl'"):
        read_identifiers(path)
    with pytest.raises(InputError, match="needs one column for each species, 'mouse' and 'human'"):
        read_orthologs(path)
    with pytest.raises(InputError, match=r"none\.csv: cannot be read"):
        read_tables([tmp_path / "none.csv"])


@pytest.mark.shared
def test_real_heart_is_one_tissue():
    ids, pairs = shared("orthologs/gene_ids_human.tsv.gz"), shared("orthologs/mouse_human_symbols.tsv")
    tissue = Files(shared("data"), tables=read_tables([ids], pairs)).load("heart")
    assert [graph.n_genes for graph in tissue.graphs] == [1000, 1000, 1000]
    assert len(tissue.common_genes) > 100
    contractile = {"MYH6", "MYH7", "MYL2", "MYL7", "TNNT2", "TNNI3", "TTN", "ACTC1", "ACTA2", "DES"}
    for graph in tissue.graphs:
        if graph.modality == "spatial":  # the genes that depend on place
            assert contractile | {"NPPA", "PLN"} <= set(graph.genes)
