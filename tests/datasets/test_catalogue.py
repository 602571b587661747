import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from geneboard.datasets.base import TISSUES
from geneboard.datasets.catalogue import PATH, human_training_datasets, read_catalogue

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


def test_counts_of_the_publication() -> None:
    entries = read_catalogue()
    assert sum(e.in_82_training for e in entries) == 82
    assert sum(e.in_tissue_benchmark for e in entries) == 53
    assert {e.tissue for e in entries} == set(TISSUES)


def test_human_lung_and_heart() -> None:
    lung = [e.name for e in human_training_datasets("lung")]
    assert lung == [
        "scrna_lung__BAL034",
        "scrna_lung__A44-LNG-2-SC-45N-1",
        "scrna_lung__ND17494",
        "scrna_lung__BAL027",
        "scrna_lung__BT1294",
        "scatac_lung__b1",
    ]
    heart = [e.modality for e in human_training_datasets("heart")]
    assert {m: heart.count(m) for m in heart} == {"scrna": 6, "scatac": 5, "spatial": 1}


def test_import_needs_no_numerical_package() -> None:
    heavy = {"pandas", "numpy", "anndata"}
    code = f"import geneboard.datasets.catalogue, sys; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.shared
def test_facts_are_those_of_the_shared_list() -> None:
    original = SHARED / "paper" / "musegnn_datasets.csv"
    if not original.exists():
        pytest.skip("../shared/paper is absent")
    with original.open(newline="") as file, PATH.open(newline="") as ours:
        published, rows = list(csv.DictReader(file)), list(csv.DictReader(ours))
    assert [{key: row[key] for key in published[0]} for row in rows] == published


def test_how_each_is_got() -> None:
    """Every file has its own name; who gets one by hand is told what to call it."""
    entries = read_catalogue()
    assert len({e.file for e in entries}) == len(entries)
    for e in entries:
        assert e.file == f"{e.modality}_{e.tissue}_{e.id}.h5ad"
        if e.access == "manual":
            assert e.file in e.instructions
            assert e.instructions.startswith("Get ")
            assert e.instructions.endswith(".")
    assert {e.access for e in entries} == {"census", "visium", "manual"}  # no checksum of a file is known


def test_census_donors_have_the_ids_of_the_publication() -> None:
    by_census = [e for e in read_catalogue() if e.access == "census"]
    assert {e.tissue for e in by_census} == {"heart", "liver", "thymus", "spleen", "pbmc"}
    for e in by_census:
        assert e.census_donor == e.id
        assert e.species == "human"
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", e.census_collection)
