"""Tables of HGNC and MGI, from a local server, become what --ids and --orthologs read."""

from pathlib import Path

import pytest
from fetch_cases import Site

from geneboard.datasets.errors import InputError
from geneboard.datasets.fetch import identifiers
from geneboard.datasets.fetch.identifiers import TABLES, fetch_identifiers
from geneboard.datasets.graphs.gene_tables import read_tables

HGNC = (
    "hgnc_id\tsymbol\tname\tentrez_id\tensembl_gene_id\tmane_select\n"
    'HGNC:5\tA1BG\t"alpha-1-B glycoprotein"\t1\tENSG00000121410\tx\n'
    "HGNC:7\tA2M\talpha-2-macroglobulin\t\tENSG00000175899\t\n"
    "HGNC:8\tA2MP1\tpseudogene\t3\t\t\n"
)
MGI = (
    "MGI:1\tTrp53\t3' \"p53\t69.5\t11\tENSMUSG00000059552\tENSMUST1\tENSMUSP1\n"
    "MGI:2\tAa\tname\t1\t1\tENSMUSG00000000001 ENSMUSG00000000002\t\t\n"
    "MGI:3\tBb\tname\t1\t1\t\t\t\n"
)
CLASSES = (
    "DB Class Key\tCommon Organism Name\tNCBI Taxon ID\tSymbol\tEntrezGene ID\n"
    "1\tmouse, laboratory\t10090\tTrp53\t1\n1\thuman\t9606\tTP53\t2\n"
    "2\tmouse, laboratory\t10090\tAa\t3\n2\tmouse, laboratory\t10090\tAb\t4\n2\thuman\t9606\tAA\t5\n"
    "3\tmouse, laboratory\t10090\tOnly\t6\n"
)
CONTENTS = {"gene_ids_human.tsv": HGNC, "gene_ids_mouse.tsv": MGI, "mouse_human_symbols.tsv": CLASSES}


@pytest.fixture(autouse=True)
def tables(site: Site, monkeypatch: pytest.MonkeyPatch):
    """The tables come from the local server instead of the real ones."""
    site.files = {f"/{name}": text.encode() for name, text in CONTENTS.items()}
    local = {name: (f"{site.url}/{name}", convert) for name, (_, convert) in TABLES.items()}
    monkeypatch.setattr(identifiers, "TABLES", local)
    monkeypatch.setattr(identifiers, "LEAST_PAIRS", 2)


def test_tables_are_what_the_options_read(site, tmp_path: Path):
    fetched = fetch_identifiers(tmp_path)
    human, mouse, pairs = fetched.new
    read = read_tables([human, mouse], pairs)
    assert read.symbols.to_dict() == {
        "ENSG00000121410": "A1BG",
        "ENSG00000175899": "A2M",
        "ENSMUSG00000059552": "Trp53",
        "ENSMUSG00000000001": "Aa",
        "ENSMUSG00000000002": "Aa",
    }
    assert {species: table.to_dict() for species, table in read.entrez.items()} == {"human": {"1": "A1BG"}}
    assert read.orthologs.to_dict() == {"Trp53": "TP53"}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(CONTENTS)
    again = fetch_identifiers(tmp_path)
    assert (again.new, again.present) == ((), fetched.new)
    assert len(site.requests) == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("<html>moved</html>", "not the table expected"),
        ("", "not the table expected"),
        (HGNC.splitlines()[0] + "\n", "0 pairs of names, fewer than 2."),
    ],
)
def test_what_is_no_table_gets_no_name(site, tmp_path, content, sentence):
    site.files["/gene_ids_human.tsv"] = content.encode()
    with pytest.raises(InputError) as caught:
        fetch_identifiers(tmp_path)
    assert str(caught.value).startswith(f"{site.url}/gene_ids_human.tsv: {sentence}")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_has_no_such_table(site, tmp_path):
    del site.files["/mouse_human_symbols.tsv"]
    with pytest.raises(InputError, match=r"mouse_human_symbols\.tsv: the server answers 404"):
        fetch_identifiers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gene_ids_human.tsv", "gene_ids_mouse.tsv"]
