"""Gene sets, labels and the split over time: what is embedded, and what a fault of a file is told as."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.knowledge.gene_sets import (
    GeneSets,
    embedded_gene_sets,
    module_sets,
    read_gene_sets,
)
from geneboard.datasets.knowledge.labels import Labels, embedded_labels, read_labels
from geneboard.datasets.knowledge.regulators import read_regulators
from geneboard.datasets.knowledge.sources import FOLDER, GENE_SETS, LABELS, TIME_SPLIT, embedded
from geneboard.datasets.knowledge.symbols import human_symbols, options_for_symbols
from geneboard.datasets.knowledge.time_split import embedded_time_split, read_time_split

SHARED = Path(__file__).resolve().parents[4] / "shared"


def test_embedded_knowledge_and_its_licences() -> None:
    kinds = [known for kind in (GENE_SETS, LABELS, TIME_SPLIT) for known in embedded(kind)]
    assert {known.path for known in kinds} == {
        path for path in FOLDER.iterdir() if path.suffix in (".gz", ".csv") and path.name != "sources.csv"
    }
    assert all(known.source and known.licence and known.date for known in kinds)
    sizes = {library.name: (len(library.sets), len(library.genes)) for library in embedded_gene_sets()}
    assert sizes == {"Hallmark": (50, 4384), "Reactome": (1448, 11194), "GO BP experimental": (3439, 4625)}
    labels = {one.name: (len(one.positive), len(one.negative)) for one in embedded_labels()}
    assert labels == {
        "essential": (684, 926),
        "dosage_sensitive": (122, 366),
        "haploinsufficient": (293, 329),
    }
    assert {one.licence for one in embedded_gene_sets()} == {"CC BY 4.0", "CC0 1.0"}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")
def test_embedded_knowledge_is_that_of_its_sources() -> None:
    for name, ours in (("h.all.v7.0.symbols", "hallmark"), ("ReactomePathways", "reactome")):
        theirs = read_gene_sets(SHARED / "genesets" / f"{name}.gmt")
        assert theirs.digest == read_gene_sets(FOLDER / f"{ours}.gmt.gz").digest
    table = pd.read_csv(SHARED / "labels" / "CEGv2.txt", sep="\t")
    essential = next(one for one in embedded_labels() if one.name == "essential")
    assert essential.positive == set(table["GENE"])


def test_time_split() -> None:
    split = embedded_time_split()
    assert (len(split.terms), split.day) == (19, "2024-03-28")
    term = split.terms["GO:0000122"]
    assert [len(fold.positive) for fold in term.folds] == [213] * 3
    assert (len(term.before.positive), len(term.since.positive), len(term.since.negative)) == (22, 22, 220)
    trained = {gene for fold in term.folds for gene in fold.positive | fold.negative}
    assert not trained & (term.before.positive | term.since.positive | term.since.negative)


def test_sets_of_a_tissue_and_their_digest() -> None:
    library = GeneSets("x", {"A": frozenset("abcdef"), "B": frozenset("abc"), "C": frozenset("xyz")})
    assert library.within("abcd", 3, 3).sets == {"B": frozenset("abc")}
    assert library.within("abcd", 3, 4).sets == {"A": frozenset("abcd"), "B": frozenset("abc")}
    assert GeneSets("y", dict(reversed(library.sets.items()))).digest == library.digest
    assert library.within("abcd", 3, 4).digest != library.digest
    modules = module_sets(pd.Series([2, 1, 2], index=["a", "b", "c"]))
    assert modules.sets == {"1": frozenset("b"), "2": frozenset("ac")}


def test_gmt_files_as_people_have_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.gmt.gz"
    path.write_bytes(gzip.compress(b"A\t\tG1\tG2\tG1\t\t\r\n\nB\thttp\tG3\n"))
    library = read_gene_sets(path)
    assert (library.name, library.sets) == ("mine", {"A": frozenset(["G1", "G2"]), "B": frozenset(["G3"])})


PARTS = "term,name,symbol,label,part\n"


@pytest.mark.parametrize(
    ("read", "name", "text", "words"),
    [
        (read_gene_sets, "a.gmt", "A\tx\tG1\nB\tx\n", "line 2 is no gene set"),
        (read_gene_sets, "a.gmt", "A,x,G1\n", "line 1 is no gene set"),
        (read_gene_sets, "a.gmt", "A\tx\tG1\nA\tx\tG2\n", "line 2 names the set 'A' a second time"),
        (read_gene_sets, "a.gmt", "\n", "holds no gene set"),
        (read_gene_sets, "a.gmt.gz", "A\tx\tG1\n", "not a readable .gmt file"),
        (read_labels, "a.csv", "gene,label\nA,1\nB,0\nA,0\n", "1 gene has both labels, for example 'A'"),
        (read_labels, "a.csv", "gene,label\nA,1\nB,1\n", "no gene has the label 0"),
        (read_labels, "a.csv", "gene,label\nA,yes\n", "the label of 'A' is 'yes'"),
        (read_labels, "a.csv", "symbol,label\nA,1\n", "needs the columns 'gene' and 'label'"),
        (read_labels, "a.csv", "", "cannot be read as a table of gene labels"),
        (read_time_split, "a.csv", "term,symbol\nA,1\n", "'name' is missing"),
        (read_time_split, "a.csv", PARTS + "T,t,A,2,fold1\n", "the label '2' must be 1 or 0"),
        (read_time_split, "a.csv", PARTS + "T,t,A,1,fold1\n", "before_ and since_ with the same day"),
        (read_time_split, "a.csv", PARTS + "T,t,A,1,fold1\nT,t,B,1,since_2024-03-28\n", "T needs parts"),
        (
            *(read_time_split, "a.csv"),
            PARTS + "T,t,A,1,fold1\nT,t,A,1,since_2024-03-28\nT,t,B,1,before_2024-03-28\n",
            "T has 'A' both to train on and to test on",
        ),
        (
            *(read_time_split, "a.csv"),
            PARTS
            + "T,t,A,1,fold1\nT,t,B,1,since_2024-03-28\nT,t,B,0,since_2024-03-28\n"
            + "T,t,C,1,before_2024-03-28\n",
            "has 'B' with both labels",
        ),
        (
            read_regulators,
            "a.tsv",
            "regulator\ttarget\nA\tB\n",
            "needs the columns 'regulator', 'target' and 'ef",
        ),
        (read_regulators, "a.tsv", "regulator\ttarget\teffect\nA\tB\tup\n", "effect of 'A' on 'B' is 'up'"),
        (read_regulators, "a.csv", "source,target,mor\nA,B,x\n", "weight of 'A' on 'B' is 'x'"),
        (read_regulators, "a.csv", "source,target,weight\nA,A,1\n", "no regulator with a target other than"),
    ],
)
def test_a_fault_is_one_sentence(tmp_path: Path, read, name: str, text: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as raised:
        read(path)
    assert words in str(raised.value)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_labels_from_a_table_and_of_a_tissue(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("Gene\tLabel\tnote\nA\t1\t\nB\t0\t\nC\t1.0\tx\n")
    labels = read_labels(path)
    assert (labels.name, labels.positive, labels.negative) == ("mine", {"A", "C"}, {"B"})
    assert labels.within(["A", "B", "Z"]).positive == {"A"}
    assert labels.digest == Labels("other", frozenset("CA"), frozenset("B")).digest
    assert labels.digest != Labels("other", frozenset("B"), frozenset("CA")).digest
    with pytest.raises(ValueError, match="both positive and negative"):
        Labels("x", frozenset("A"), frozenset("AB"))


def test_genes_under_human_symbols() -> None:
    orthologs = pd.Series({"Actb": "ACTB", "Gapdh": "GAPDH", "Old": "GAPDH"})
    mouse = pd.Index(["Actb", "Gapdh", "Old", "Xist2"])
    tables = GeneTables(orthologs=orthologs)
    assert list(human_symbols(mouse, tables, "heart")) == ["ACTB", "GAPDH", "Old", "Xist2"]
    assert options_for_symbols(mouse, tables) == []
    assert "--orthologs" in options_for_symbols(mouse, GeneTables())[0]
    ensembl = pd.Index(["ENSG00000075624.5", "ENSG00000111640"])
    ids = GeneTables(symbols=pd.Series({"ENSG00000075624": "ACTB"}))
    assert list(human_symbols(ensembl, ids, "lung")) == ["ACTB", "ENSG00000111640"]
    assert list(human_symbols(pd.Index(["TP53", "C9orf72"]), ids, "lung")) == ["TP53", "C9orf72"]
    with pytest.raises(InputError, match="genes are numbers"):
        human_symbols(pd.Index(["7157", "60"]), ids, "lung")


@pytest.mark.parametrize(
    ("header", "effects"),
    [
        ("regulator,target,effect,pubmed", ("activation", "Repression", "unknown", "")),
        ("source,target,weight,other", ("0.5", "-2", "0", "")),
        ("Source,Target,mor,other", ("1", "-1.0", "0", "")),
    ],
)
def test_regulators(tmp_path: Path, header: str, effects: tuple[str, str, str, str]) -> None:
    """Known effects count; where they contradict each other, and of a gene on itself, none does."""
    up, down, zero, empty = effects
    rows = [("R", "A", up), ("R", "A", zero), ("R", "B", up), ("R", "B", down), ("R", "C", down)]
    rows += [("R", "D", empty), ("R", "R", up), ("S", "R", down), ("", "A", up), ("S", "", up)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([header, *(f"{','.join(row)},1" for row in rows)]))
    found = read_regulators(path)
    assert found.effects == {"R": {"A": 1, "B": 0, "C": -1, "D": 0}, "S": {"R": -1}}
    assert (found.name, found.genes) == ("mine", frozenset("ABCDR"))
    assert found.sets_within("ABCX").sets == {"R": frozenset("ABC")}
    path.write_text("\n".join([header, *(f"{','.join(row)},1" for row in rows[:1:-1]), f"R,A,{up},1"]))
    assert read_regulators(path).digest == found.digest
    path.write_text(path.read_text().replace(f"R,C,{down}", f"R,C,{up}"))
    assert read_regulators(path).digest != found.digest


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")
def test_regulators_of_trrust() -> None:
    found = read_regulators(SHARED / "regulators" / "trrust_v2_human.tsv")
    assert (len(found.effects), len(found.genes)) == (794, 2491)
    assert (found.effects["AATF"]["MYC"], found.effects["AATF"]["BAX"]) == (1, -1)
