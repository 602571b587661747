"""Which datasets are one unit, where that is told, and the groups that units become."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.catalogue import read_catalogue
from geneboard.datasets.counts_files import files_of
from geneboard.datasets.dataset_files import files_of_tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graph_cache import content_sha256
from geneboard.datasets.unit_groups import MOST_GROUPS, joined_units
from geneboard.datasets.units import groups_of

SHARED = Path(__file__).resolve().parents[3] / "shared"


def tissue_of(names: Iterable[str], sha256: dict[str, str] | None = None) -> Tissue:
    def graph(name: str) -> GeneGraph:
        modality, tissue = name.partition("__")[0].split("_")
        provenance = {"sha256": (sha256 or {}).get(name, "")}
        features, edges = np.zeros((1, 1), dtype=np.float32), sparse.csr_matrix((1, 1), dtype=bool)
        return GeneGraph(name, tissue, modality, "human", pd.Index(["g"]), features, edges, provenance)

    graphs = tuple(graph(name) for name in names)
    return Tissue(graphs[0].tissue, "files:data", graphs)


LUNG = tissue_of(["scrna_lung__a", "scrna_lung__b", "scrna_lung__c.2", "scatac_lung__a"])
OWN = {graph.name: (graph.name,) for graph in LUNG.graphs}


def test_units_are_groups_up_to_ten() -> None:
    units = {"d3": "x", "d1": "y", "d2": "x"}
    assert joined_units(units) == {"x": ("d2", "d3"), "y": ("d1",)}


def test_more_units_are_joined_the_largest_first() -> None:
    # u00 has three datasets, u01 two, ten others have one: the last two go to the first of the smallest.
    units = {"a": "u00", "b": "u00", "c": "u00", "d": "u01", "e": "u01"}
    units |= {f"s{i}": f"u{i:02d}" for i in range(2, 12)}
    groups = joined_units(units)
    assert len(groups) == MOST_GROUPS
    assert groups["u00"] == ("a", "b", "c")
    assert groups["u01"] == ("d", "e")
    assert groups["u02 and 1 more"] == ("s10", "s2")
    assert groups["u03 and 1 more"] == ("s11", "s3")


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.text("abc", min_size=1), st.integers(0, 30).map(str), min_size=1), st.randoms())
def test_groups_part_the_datasets_and_no_unit(units: dict[str, str], random) -> None:
    groups = joined_units(units)
    sizes = [len(own) for own in groups.values()]
    assert sorted(dataset for own in groups.values() for dataset in own) == sorted(units)
    assert len(groups) == min(MOST_GROUPS, len(set(units.values())))
    for unit in units.values():
        assert sum(any(units[dataset] == unit for dataset in own) for own in groups.values()) == 1
    largest_unit = max(list(units.values()).count(unit) for unit in units.values())
    if len(set(units.values())) > MOST_GROUPS:
        assert max(sizes) - min(sizes) <= largest_unit
    shuffled = list(units.items())
    random.shuffle(shuffled)
    assert list(joined_units(dict(shuffled)).items()) == list(groups.items())


def write(folder: Path, text: str, name: str = "MANIFEST.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


BY_PARTS = "tissue,modality,id,unit\nlung,scrna,a,P1\nlung,scrna,b,P2\nlung,scatac,a,P1\nliver,scrna,c.2,P1\n"
BY_FILE = (
    "file,unit\nlung/scrna_lung_a.h5ad,P1\nscrna_lung_c.2.csv,NA\nscrna_lung_b_matrix.mtx.gz,P2\n"
    "scatac_lung_a,P1\n"
)
PATIENTS = {"P1": ("scatac_lung__a", "scrna_lung__a"), "P2": ("scrna_lung__b",)}


@pytest.mark.parametrize("manifest", [BY_PARTS, BY_FILE])
@pytest.mark.parametrize("place", ["data/lung", "data", ""])
def test_manifest_in_or_above_the_folder(manifest: str, place: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / place, manifest)
    groups = groups_of(LUNG, tmp_path / "data")
    assert groups.members == PATIENTS | {"scrna_lung__c.2": ("scrna_lung__c.2",)}
    assert groups.note == (
        "Units of the datasets: the column unit of MANIFEST.csv. No unit is known for scrna_lung__c.2: each "
        "is one by itself (--groups FILE tells others)."
    )


def test_without_units_every_dataset_is_one_and_that_is_said(tmp_path: Path) -> None:
    write(tmp_path, "file,licence\nscrna_lung_a.h5ad,\xff\n")  # a manifest of another kind
    groups = groups_of(LUNG, tmp_path)
    assert groups.members == OWN
    assert groups.note.startswith("No unit is known for any dataset: each is one by itself")
    simulated = groups_of(LUNG)
    assert (simulated.members, simulated.note) == (OWN, "Simulated datasets are units by themselves.")


def test_twelve_units_are_said_to_be_joined() -> None:
    groups = groups_of(tissue_of(f"scrna_lung__d{i:02d}" for i in range(12)))
    assert groups.note.endswith(" 12 units are joined into 10 groups of 1 to 2 datasets.")
    assert len(groups.members) == 10


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("g.csv", "dataset,group,x\nscrna_lung__a,P9,\nscrna_lung_b,P9,\nc.2,P8,\n"),
        ("g.tsv", 'dataset\tgroup\nscrna_lung__a\t"P9"\nb\t P9\nscrna_lung_c.2\tP8\nother\tP9\n'),
    ],
)
def test_table_of_the_user_comes_first(name: str, table: str, tmp_path: Path) -> None:
    write(tmp_path, BY_PARTS)
    groups = groups_of(LUNG, tmp_path, write(tmp_path / "elsewhere", table, name))
    given = {"P9": ("scrna_lung__a", "scrna_lung__b"), "P8": ("scrna_lung__c.2",)}
    assert groups.members == given | {"P1": ("scatac_lung__a",)}
    assert groups.note == f"Units of the datasets: the table {name}; the column unit of MANIFEST.csv."


def test_an_id_stands_for_all_modalities(tmp_path: Path) -> None:
    groups = groups_of(LUNG, None, write(tmp_path, "dataset,group\na,P1\n", "g.csv"))
    assert groups.members["P1"] == ("scatac_lung__a", "scrna_lung__a")


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("dataset,unit\na,P1\n", "the column group is missing"),
        ("dataset,group\nz,P1\n", "names no dataset of lung; .* here scrna_lung__a, "),
        ("dataset,group\nscrna_lung__a,P1\na,P2\n", "puts scrna_lung__a into the groups 'P1' and 'P2'"),
        ("", "not a readable table"),
    ],
)
def test_faults_of_a_table(table: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"g\.csv: .*{fault}"):
        groups_of(LUNG, None, write(tmp_path, table, "g.csv"))


def test_a_manifest_with_units_of_nothing_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "name,unit\na,P1\n")
    with pytest.raises(InputError, match=r"MANIFEST\.csv: the column file is missing"):
        groups_of(LUNG, tmp_path)


def test_published_datasets_have_the_units_of_the_catalogue(tmp_path: Path) -> None:
    entries = read_catalogue()
    assert all(entry.unit for entry in entries)
    heart = tissue_of(entry.name for entry in entries if entry.tissue == "heart")
    groups = groups_of(heart, tmp_path).members
    assert len(groups) == MOST_GROUPS
    cerebellum = groups_of(tissue_of(e.name for e in entries if e.tissue == "cerebellum"), tmp_path)
    assert len(cerebellum.members) == 1  # five batches of one study, whose donors are not known
    for entry in entries:  # a donor of the Census is a unit, and that of all its tissues
        if entry.access == "census":
            assert entry.census_donor in entry.unit


@pytest.mark.shared
@pytest.mark.parametrize(
    ("tissue", "sizes"),
    [
        ("lung", {"mixture5": 3, "celseq2_3cl": 1, "dropseq_3cl": 1}),
        ("pbmc", {"10x healthy donor of pbmc 1k": 2, "Zheng 2017 donor A": 2, "3k": 1, "5p1k": 1}),
        ("heart", {"CN73": 1, "CN74": 1, "tabulamuris": 1}),
        ("cerebrum", {"mop": 4, "hippocampus": 3}),
        ("liver", {"CN16": 1, "CN65": 2, "CN73": 1}),
    ],
)
def test_units_of_the_real_tissues(tissue: str, sizes: dict[str, int]) -> None:
    if not (SHARED / "data" / "MANIFEST.csv").exists():
        pytest.skip("../shared/data is absent")
    files = files_of_tissue(SHARED / "data", tissue)
    known = {file.name: content_sha256(files_of(file.path)) for file in files}
    groups = groups_of(tissue_of(known, known), SHARED / "data").members
    assert {unit: len(datasets) for unit, datasets in groups.items()} == sizes
