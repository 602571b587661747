"""Which of the matrices of an .h5ad file its counts come from, and what passes as whole numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pytest
from lung_counts import counts, write

from geneboard.datasets.counts_files import read_counts
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.settings import PipelineSettings

SETTINGS = PipelineSettings(n_genes=60, min_genes_per_cell=20)


@pytest.mark.parametrize("place", ["layer", "raw"])
def test_counts_beside_something_else(tmp_path: Path, place: str) -> None:
    table = counts()
    write(table, tmp_path / "plain", "scrna_lung_a")
    if place == "layer":
        table.layers["counts"] = table.X.copy()
    else:
        table.raw = table
    table.X = table.X.log1p()
    write(table, tmp_path / "mixed", "scrna_lung_a")
    plain = Files(tmp_path / "plain", settings=SETTINGS).load("lung").graphs[0]
    mixed = Files(tmp_path / "mixed", settings=SETTINGS).load("lung").graphs[0]
    assert mixed.digest == plain.digest
    assert mixed.provenance["counts_from"] == {"layer": 'layers["counts"]', "raw": "raw"}[place]


LOGARITHMS = counts()
LOGARITHMS.X = LOGARITHMS.X.log1p()


@pytest.mark.parametrize(
    ("x", "layer", "seed", "place", "notes"),
    [
        (counts(), None, 0, "X", ["X; --layer counts", "X; --layer raw"]),
        (LOGARITHMS, None, 1, 'layers["counts"]', ['layers["counts"]; --layer raw takes those of raw']),
        (counts(), "counts", 1, 'layers["counts"]', []),
        (LOGARITHMS, "raw", 2, "raw", []),
        (counts(seed=1), "umi", 2, 'layers["umi"]', []),
        (counts(seed=1), None, 1, "X", ["X; --layer raw"]),  # the layer holds the same
    ],
)
def test_counts_in_several_places(
    tmp_path: Path, x: anndata.AnnData, layer: str | None, seed: int, place: str, notes: list[str]
) -> None:
    raw = counts(seed=2)
    table = anndata.AnnData(x.X, obs=x.obs, var=x.var, layers={"counts": counts(seed=1).X, "umi": raw.X})
    table.raw = raw
    told: list[str] = []
    found, found_place = read_counts(write(table, tmp_path), layer=layer, note=told.append)
    assert (found.X != counts(seed=seed).X).nnz == 0
    assert found_place == place
    assert [
        text.removeprefix("counts are taken from ")[: len(n)] for text, n in zip(told, notes, strict=True)
    ] == notes


@pytest.mark.parametrize(
    ("layer", "fault"),
    [
        ("soup", r"has no 'soup' for --layer, only 'counts', 'X'\."),
        (
            "X",
            r"X holds .* looks log-transformed; raw counts are needed; --layer counts takes those of layers",
        ),
        ("raw", r"has no 'raw' for --layer"),
    ],
)
def test_a_layer_without_counts(tmp_path: Path, layer: str, fault: str) -> None:
    table = LOGARITHMS.copy()
    table.layers["counts"] = counts().X
    path = write(table, tmp_path)
    with pytest.raises(InputError, match=f"^{path}: {fault}"):
        read_counts(path, layer=layer)


def test_names_are_those_of_the_layer(tmp_path: Path) -> None:
    """Symbols beside logarithms, Ensembl ids beside the counts in raw: no table of identifiers is needed."""
    ids = counts(genes=[f"ENSG{i:011d}" for i in range(90)])
    write(ids, tmp_path, "scrna_lung_a")
    table = LOGARITHMS.copy()
    table.raw = ids
    write(table, tmp_path / "mixed", "scrna_lung_b")
    other = counts(seed=3, genes=list(ids.var_names))
    other.raw = other
    for folder in (tmp_path, tmp_path / "mixed"):
        write(other, folder, "scrna_lung_c")
    plain = Files(tmp_path, settings=SETTINGS).load("lung").graphs[0]
    mixed = Files(tmp_path / "mixed", settings=replace(SETTINGS, layer="raw")).load("lung").graphs[0]
    assert mixed.genes.equals(plain.genes)
    assert (mixed.adjacency != plain.adjacency).nnz == 0
    assert (mixed.features == plain.features).all()


@pytest.mark.parametrize("change", [1 + 1e-7, 1 - 1e-7, np.float32(1 - 2e-7)])
def test_whole_numbers_but_for_rounding(tmp_path: Path, change: float) -> None:
    table = counts()
    table.X = table.X * change
    assert (table.X != counts().X).nnz
    assert (read_counts(write(table, tmp_path))[0].X != counts().X).nnz == 0


def test_the_settings_say_how_counts_are_read(tmp_path: Path) -> None:
    table, expected = counts(), counts()
    corrected = table.X.multiply(np.linspace(0.6, 0.95, 90)).tocsr()
    table.layers["soup"] = corrected
    expected.X = corrected.copy()
    expected.X.data = np.rint(corrected.data)
    write(expected, tmp_path / "rounded")
    path = write(table, tmp_path / "corrected")
    settings = replace(SETTINGS, layer="soup")
    with pytest.raises(
        InputError, match=rf'{path}: layers\["soup"\] holds non-integer values; .* \(--round-counts takes'
    ):
        Files(tmp_path / "corrected", settings=settings).load("lung")
    settings = replace(settings, round_counts=True)
    digests = [
        Files(tmp_path / name, settings=asked).load("lung").graphs[0].digest
        for name, asked in (("rounded", SETTINGS), ("corrected", settings))
    ]
    assert digests[0] == digests[1]
