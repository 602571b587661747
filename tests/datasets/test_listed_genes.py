"""`--genes`: the genes of lists, put into graphs beside those that are selected."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lung_counts import counts, write
from scipy import sparse

from geneboard.datasets.added_genes import about_data, added_genes_note, cost_of_listed, listed_in
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.knowledge.labels import embedded_labels
from geneboard.datasets.knowledge.listed_genes import with_listed_genes
from geneboard.datasets.prepare import prepare_tissue
from geneboard.datasets.quality_warnings import tissue_warnings

SETTINGS = PipelineSettings(n_genes=40, min_genes_per_cell=20)
NONE = GeneTables()

FILES = {
    "a.csv": "gene,label\nTP53,1\nGATA4,0\n",
    "b.tsv": "term\tSymbol\nx\tTP53\ny\tGATA4\n",
    "c.gmt": "one\t\tTP53\t\ntwo\tsaid\tGATA4\tTP53\n",
    "d.txt": "TP53\n\nGATA4\nTP53\n",
    "e.txt": "gene\nTP53\nGATA4\n",
}


def listed(*genes: str, of: str = "mine", settings: PipelineSettings = SETTINGS) -> PipelineSettings:
    return replace(settings, genes=tuple(sorted(genes)), genes_from=of)


def tissue_of(folder: Path, settings: PipelineSettings, **options) -> Tissue:
    return Files(folder, settings=settings, **options).load("lung")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("packed", [False, True])
def test_lists_of_every_form(name: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / (name + ".gz" * packed)
    path.write_bytes(gzip.compress(FILES[name].encode()) if packed else FILES[name].encode())
    found = with_listed_genes(SETTINGS, [path], NONE)
    assert (found.genes, found.genes_from) == (("GATA4", "TP53"), path.name)


def test_embedded_lists_by_name_and_several_together(tmp_path: Path) -> None:
    known = {labels.name: labels.positive | labels.negative for labels in embedded_labels()}
    for name, genes in known.items():
        assert set(with_listed_genes(SETTINGS, [name], NONE).genes) == genes
    assert len(with_listed_genes(SETTINGS, ["go_time_split"], NONE).genes) > 5000
    (tmp_path / "d.txt").write_text("TP53\nMYGENE\n")
    both = with_listed_genes(SETTINGS, ["essential", str(tmp_path / "d.txt")], NONE)
    assert both.genes_from == "essential, d.txt"
    assert set(both.genes) == known["essential"] | {"TP53", "MYGENE"}
    assert with_listed_genes(SETTINGS, [], NONE) == SETTINGS


def test_other_namings_are_brought_to_human_symbols(tmp_path: Path) -> None:
    ids = pd.Series({"ENSG00000141510": "TP53", "ENSMUSG00000059552": "Trp53"})
    tables = GeneTables(ids, pd.Series({"Trp53": "TP53"}))
    (tmp_path / "d.txt").write_text("ENSG00000141510.12\nENSG00000000001\n")
    found = with_listed_genes(SETTINGS, [tmp_path / "d.txt"], tables)
    assert found.genes == ("ENSG00000000001", "ENSG00000141510", "TP53")
    datasets = {
        "symbols": pd.Index(["GATA4", "TP53"]),
        "ids": pd.Index(["ENSG00000000001", "ENSG00000141510"]),
        "mouse": pd.Index(["Actb", "Trp53"]),
        "ids of mouse": pd.Index(["ENSMUSG00000059552", "ENSMUSG00000000001"]),
        "other": pd.Index(["A", "B"]),
    }
    assert listed_in(datasets, found, tables) == [
        ("TP53",),
        ("ENSG00000000001", "ENSG00000141510"),
        ("Trp53",),
        ("ENSMUSG00000059552",),
        (),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "no such file; did you mean 'essential'?"),
        ("a,b\n1,2\n", "a table of genes needs a column 'gene'; a list has one gene a line."),
        ("gene\n", "the file holds no gene."),
        ("", "cannot be read as a list of genes (it is empty)"),
    ],
)
def test_bad_lists_give_one_sentence(text: str | None, fault: str, tmp_path: Path) -> None:
    given = "esential" if text is None else str(tmp_path / "a.csv")
    if text is not None:
        Path(given).write_text(text)
    with pytest.raises(InputError) as told:
        with_listed_genes(SETTINGS, [given], NONE)
    assert fault in str(told.value)
    assert "\n" not in str(told.value)


def test_what_passes_is_added_and_all_is_computed_for_all_genes(tmp_path: Path) -> None:
    table = counts()
    rare, values = "GENE7", table.X.toarray()
    values[:, 7] = np.arange(60) == 0  # in one cell: quality control drops it
    table.X = sparse.csr_matrix(values)
    write(table, tmp_path)
    (usual,) = tissue_of(tmp_path, SETTINGS).graphs
    others = [gene for gene in table.var_names if gene not in usual.genes and gene != rare]
    wanted = [*others[:5], rare, *usual.genes[:3], "ELSEWHERE"]
    (graph,) = tissue_of(tmp_path, listed(*wanted)).graphs
    assert list(graph.genes) == [g for g in table.var_names if g in {*usual.genes, *others[:5]}]
    record = graph.provenance["steps"]["gene_selection"]["listed"]
    assert record == {"from": "mine", "measured": 9, "passed": 8, "added": 5}
    assert graph.provenance["sizes"]["genes_selected"] == 45

    # the graph of all genes that pass has the same features and edges, gene for gene
    (whole,) = tissue_of(tmp_path, replace(SETTINGS, n_genes=90)).graphs
    place = whole.genes.get_indexer(graph.genes)
    assert np.array_equal(graph.features, whole.features[place])
    small = graph.adjacency.toarray()
    assert (small == whole.adjacency.toarray()[np.ix_(place, place)]).mean() > 0.99  # theta is a median


def test_graphs_with_listed_genes_are_data_of_their_own(tmp_path: Path) -> None:
    write(counts(), tmp_path)
    usual, more = tissue_of(tmp_path, SETTINGS), tissue_of(tmp_path, listed("GENE1", "GENE2", "GENE3"))
    name = "scrna_lung__a"
    assert (usual.source, more.source) == (f"files:{tmp_path.name}", f"files:{tmp_path.name}:genes")
    assert usual.prepared_from != more.prepared_from
    assert usual.data_hashes != more.data_hashes
    added = more.graphs[0].n_genes - 40
    assert added > 0
    assert about_data(usual) == {"prepared_from": usual.prepared_from}
    assert about_data(more)["genes_note"] == f"genes of mine added: {added} in {name}"
    # what the list is called, and genes that no dataset has, make no other data
    same = tissue_of(tmp_path, listed("GENE3", "GENE2", "GENE1", "ELSEWHERE", of="x"))
    assert same.prepared_from == more.prepared_from
    # nor does a list whose genes are all there
    there = tissue_of(tmp_path, listed(*usual.graphs[0].genes[:3]))
    assert (there.source, there.data_hashes) == (usual.source, usual.data_hashes)
    half = tissue_of(tmp_path, listed("GENE1", "GENE2", "GENE3"), holdout=True)
    assert half.source == f"files:{tmp_path.name}:holdout:genes"
    assert half.heldout is not None
    assert half.heldout[0].genes.equals(half.graphs[0].genes)


def test_a_dataset_without_them_is_warned_of_and_stays_as_it_is(tmp_path: Path) -> None:
    write(counts(), tmp_path)
    names = [f"GENE{i}" for i in range(85)] + [f"OTHER{i}" for i in range(5)]
    write(counts(seed=1, genes=names), tmp_path, "scrna_lung_b")
    usual = tissue_of(tmp_path, SETTINGS)
    only = [f"GENE{i}" for i in range(85, 90)]
    tissue = tissue_of(tmp_path, listed(*only))
    hashes = usual.prepared_from, tissue.prepared_from
    assert hashes[0]["scrna_lung__b"] == hashes[1]["scrna_lung__b"]
    assert hashes[0]["scrna_lung__a"] != hashes[1]["scrna_lung__a"]
    (told,) = [text for text in tissue_warnings(tissue.graphs) if "measures none" in text]
    assert told.startswith("scrna_lung__b: measures none of the genes of mine")
    assert added_genes_note(tissue.graphs).endswith("0 in scrna_lung__b")


@pytest.mark.parametrize("kind", ["nowhere", "graphs"])
def test_lists_that_nothing_can_be_done_with(kind: str, tmp_path: Path) -> None:
    write(counts(), tmp_path)
    folder, wanted = tmp_path, "ENSG00000141510"
    if kind == "graphs":
        prepare_tissue(tmp_path, "lung", tmp_path / "out", SETTINGS)
        folder, wanted = tmp_path / "out", "GENE1"
    with pytest.raises(InputError) as told:
        tissue_of(folder, listed(wanted))
    said = str(told.value)
    if kind == "graphs":
        assert said.endswith("--genes needs raw counts to add genes of, and this is a prepared graph.")
    else:
        assert "none of its 1 genes are in a dataset" in said
        assert "Ensembl ids (ENSG...) such as 'ENSG00000141510'" in said
        assert "gene symbols such as 'GENE0'" in said


def test_a_few_names_that_are_alike_by_chance_are_not_a_list_that_fits() -> None:
    mouse = pd.Index([f"Gene{i}" for i in range(400)])
    settings = listed(*[f"GENE{i}" for i in range(300)], "Gene7", "Gene8")
    with pytest.raises(InputError, match=r"only 2 of its 302 genes are in a dataset; .* 'Gene0'"):
        listed_in({"mouse": mouse}, settings, NONE)
    assert listed_in({"a panel": mouse[:90]}, settings, NONE) == [("Gene7", "Gene8")]
    assert listed_in({"a": mouse, "b": pd.Index(["GENE1"])}, settings, NONE)[1] == ("GENE1",)


def test_prepared_graphs_say_how_many_and_stay_of_their_own(tmp_path: Path) -> None:
    write(counts(), tmp_path)
    steps: list[str] = []
    settings = listed("GENE1", "GENE2", "GENE3")
    (path,) = prepare_tissue(
        tmp_path, "lung", tmp_path / "out", settings, progress=lambda what, *_: steps.append(what)
    )
    tissue = Files(tmp_path / "out").load("lung")
    added = tissue.graphs[0].n_genes - 40
    assert steps[-1] == f"lung: ready, genes of mine added: {added} in scrna_lung__a"
    assert tissue.source == "files:out:genes"
    assert tissue.prepared_from == tissue_of(tmp_path, settings).prepared_from
    table = pd.read_csv(path.with_name("quality.csv"))
    assert (table["genes"][0], table["genes_added"][0]) == (40 + added, added)
    assert "| of these listed |" in path.with_name("quality.md").read_text()
    prepare_tissue(tmp_path, "lung", tmp_path / "usual", SETTINGS)
    assert "listed" not in (tmp_path / "usual" / "lung" / "quality.md").read_text()


def test_a_long_list_says_what_it_costs() -> None:
    names = [f"G{i}" for i in range(3000)]
    assert cost_of_listed(listed(*names)) is None
    long = cost_of_listed(listed(*names, "H", settings=PipelineSettings()))
    assert long is not None
    assert "gets a graph of 4001 genes, whose edges take 16 times" in long
