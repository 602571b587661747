"""Neighbours by the names of another species, and as a picture."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geneboard.benchmark.report.figures.save import drawn_by, file_of
from geneboard.benchmark.tasks.embedding.figures.neighbours import LOOKS, neighbours_figure
from geneboard.benchmark.tasks.embedding.stored.named_genes import OtherNames
from geneboard.benchmark.tasks.embedding.stored.nearest import Contrast
from geneboard.datasets.errors import InputError


def embedding(tissue: str, *genes: str) -> Any:
    board = SimpleNamespace(tissue=tissue, source="files:data", preset="quick")
    row = SimpleNamespace(title="PCA")
    return SimpleNamespace(
        genes=np.array(genes, dtype=object), board=board, path=tissue, row=row, record={"seed": 0}
    )


MOUSE = embedding("heart", "Cd3d", "Actb", "Xist", "Sox2")
HUMAN = embedding("lung", "CD3D", "ACTB", "XIST", "SOX2")
IDS = embedding("pbmc", "ENSG00000000001", "ENSG00000000002")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "orthologs.csv").write_text("mouse,human\nCd3d,CD3D\nActb,ACTB\nSox2,SOX1\n")
    (folder / "ids.csv").write_text("ensembl,symbol\nENSG00000000001,CD3D\nENSG00000000002,Z\n")
    return {path.stem: path for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("gene", "given", "names"),
    [
        ("CD3D", ["orthologs"], ("Cd3d", "CD3D", None)),
        ("Cd3d", ["orthologs"], ("Cd3d", "CD3D", None)),
        ("Cd3d", ["orthologs", "ids"], ("Cd3d", "CD3D", "ENSG00000000001")),
        ("ENSG00000000001", ["orthologs", "ids"], ("Cd3d", "CD3D", "ENSG00000000001")),
        ("ENSG00000000001", ["ids"], (None, "CD3D", "ENSG00000000001")),
        ("SOX1", ["orthologs"], ("Sox2", None, None)),
        ("SOX2", ["orthologs"], (None, "SOX2", None)),  # its own name goes before what it is called elsewhere
        ("XIST", [], (None, "XIST", None)),
    ],
)
def test_a_gene_by_its_name_in_the_other_species(
    gene: str, given: list[str], names: tuple[str | None, ...], tables: dict[str, Path]
) -> None:
    own = {name: tables[name] for name in given}
    other = OtherNames.read([own["ids"]] if "ids" in own else [], own.get("orthologs"))
    found = [MOUSE, HUMAN, IDS]
    called = other.names_of(gene, found, [other.symbols_of(one) for one in found])
    assert called == dict(zip(("heart", "lung", "pbmc"), names, strict=True))


def test_sets_are_asked_by_human_symbols_and_what_is_unknown_is_told(tables: dict[str, Path]) -> None:
    other = OtherNames.read([], tables["orthologs"])
    assert other.symbols_of(MOUSE) == {"Cd3d": "CD3D", "Actb": "ACTB", "Xist": "Xist", "Sox2": "SOX1"}
    assert OtherNames.read([], None).symbols_of(MOUSE)["Cd3d"] == "Cd3d"
    with pytest.raises(InputError, match="Cd3x: there is no such gene in heart; the closest names are Cd3d"):
        other.names_of("Cd3x", [MOUSE], [other.symbols_of(MOUSE)])


def rows(gene: str, tissue: str, *near: tuple[str, float, tuple[str, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(near, columns=["neighbour", "similarity", "gene_sets"])
    again = table.assign(similarity=0.99, dataset="scrna_lung__a")
    return pd.concat([table.assign(dataset="mean"), again]).assign(gene=gene, tissue=tissue)


def test_bars_are_means_and_their_colour_says_what_is_known() -> None:
    table = pd.concat(
        [
            rows("CD3D", "lung", ("CD3E", 0.9, ("own: T",)), ("X", 0.5, ())),
            rows("CD3D", "heart", ("CD3E", 0.8, ())),
            rows("LYZ", "heart", ("Y", -0.4, ())),
        ]
    )
    contrasts = {"CD3D": Contrast(5, ["CD3E"], 0.1, {})}
    genes = ["CD3D", "LYZ", "ZERO"]
    figure = drawn_by(lambda: neighbours_figure(table, contrasts, genes, [HUMAN, MOUSE]))
    panels = [axes for axes in figure.axes if axes.axison]
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == ["CD3D in lung", "CD3D in heart", "LYZ in heart", "ZERO"]
    assert [text.get_text() for text in panels[0].get_yticklabels()] == ["CD3E*", "X"]
    assert [bar.get_width() for bar in panels[0].patches] == [0.9, 0.5]
    colours = [bar.get_facecolor() for bar in panels[0].patches]
    assert colours[0] != colours[1] == panels[1].patches[0].get_facecolor()
    assert {text.get_text() for axes in panels for text in axes.texts} == {
        *("0.90", "0.50", "0.80", "-0.40", "has no neighbours")
    }
    assert LOOKS[True] != LOOKS[False]
    for form, start in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")):
        content = file_of(figure, form)
        assert content.startswith(start)
        assert content == file_of(figure, form)
