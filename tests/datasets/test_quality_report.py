import io
import re
import struct
from pathlib import Path

import anndata
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from lung_counts import shared
from matplotlib import image
from quality_graphs import PROVENANCE, graph, made
from scipy import sparse

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.files import Files
from geneboard.datasets.graph_files import read_graph
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.prepare import prepare_tissue
from geneboard.datasets.quality import graph_quality, quality_table
from geneboard.datasets.quality_picture import quality_picture
from geneboard.datasets.quality_report import quality_page
from geneboard.datasets.quality_warnings import graph_warnings

SETTINGS = PipelineSettings(n_genes=60, min_genes_per_cell=20)
REPORT = ("quality.csv", "quality.md", "quality.png")

X = graph("x", "ABCDE", ["AB", "AC", "AA"], PROVENANCE)
Y = graph("y", "FCBA", ["AB", "BC", "AF"])


def page(graphs: list[GeneGraph], warnings: list[str]) -> str:
    return quality_page("lung", graphs, quality_table(graphs), warnings, "quality.png")


def cells(text: str, line_start: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(line_start)]
    return [cell.strip() for cell in line.strip("|").split("|")]


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


def test_page_by_hand() -> None:
    text = page([X, Y], ["scrna_lung__x: something"])
    assert "- scrna_lung__x: something\n" in text
    assert cells(text, "| scrna_lung__x | 20 |")[1:] == ["20", "3", "14", "0", "12", "9", "5", "77.5"]
    assert cells(text, "| scrna_lung__x | 11 |")[1:] == ["11", "4", "3", "1", "8", "2", "1"]
    assert cells(text, "| scrna_lung__x | p < 0.01 | 2 | 20.0% | 2")[5:] == (
        ["0", "0", "1", "1", "2", "1", "0.25"]
    )
    assert cells(text, "| scrna_lung__x | 2 | 50.0%")[1:] == ["2", "50.0%", "66.7%", "0.75"]
    assert cells(text, "| scrna_lung__x | **p < 0.01**")[2:] == ["2", "20.0%", "0.25"]
    assert cells(text, "| scrna_lung__x | FDR <= 0.01")[2:] == ["1", "10.0%", "0.50"]
    assert cells(text, "| scrna_lung__x | top 7")[2:] == ["7", "70.0%", "-"]
    assert cells(text, "| scrna_lung__y | - | 3 | 50.0%")[-1] == "-"
    assert "(quality.png)" in text


def test_tables_of_the_page_are_complete() -> None:
    tables = re.split(r"\n\n", page([X, Y], []))
    for table in [block for block in tables if block.startswith("|")]:
        assert len({line.count(" |") for line in table.splitlines()}) == 1, table
    assert sum(block.startswith("|") for block in tables) == 5


def test_page_without_anything_to_tell() -> None:
    text = page([Y], [])
    assert "No graph is suspicious." in text
    assert cells(text, "| scrna_lung__y | 0 |")[1:] == ["0", "-", "-", "-"]
    assert "The graphs were made by another program." in text
    assert page([graph("empty", "ABC", [])], [])


@pytest.mark.parametrize("number", [1, 14])
def test_picture_has_a_sane_size_and_shows_something(number: int) -> None:
    png = quality_picture([graph(f"d{i}", "ABCDE", ["AB", "AC"]) for i in range(number)])
    width, height = size(png)
    assert 500 <= width <= 2000
    assert 250 <= height <= 1000
    assert len(png) < 300_000
    pixels = image.imread(io.BytesIO(png))
    assert 0.02 < (pixels[..., :3].mean(axis=2) < 0.95).mean() < 0.9
    coloured = (np.ptp(pixels[..., :3], axis=2) > 0.05).mean()
    assert coloured == 0 if number == 1 else coloured > 0.05  # the heat map


def test_picture_is_the_same_bytes_again_whatever_the_users_settings() -> None:
    first = quality_picture([X, Y])
    with mpl.rc_context({"font.size": 30, "figure.dpi": 33, "savefig.facecolor": "red"}):
        assert quality_picture([X, Y]) == first
        assert mpl.rcParams["font.size"] == 30
    assert b"Software" not in first
    assert b"tEXt" not in first
    assert b"tIME" not in first
    assert quality_picture([X, graph("y", "FCBA", ["AB"])]) != first


@pytest.mark.parametrize(
    "graphs",
    [
        [graph("empty", "ABC", [])],
        [graph("empty", "ABC", []), graph("other", "KLM", ["KL"])],
        [made("none", [], np.zeros((0, 0), dtype=bool))],
    ],
)
def test_picture_of_graphs_with_nothing_to_show(graphs: list[GeneGraph]) -> None:
    assert size(quality_picture(graphs))[1] >= 250


def write_counts(folder: Path, identifier: str, seed: int) -> None:
    """Counts in which all genes follow one activity of the cell: nearly every pair is joined."""
    rng = np.random.default_rng(seed)
    activity = rng.choice([-1.5, 1.5], (150, 1)) * np.where(np.arange(60) % 2, 1, -1)
    table = anndata.AnnData(
        sparse.csr_matrix(rng.poisson(3 * np.exp(activity))),
        obs=pd.DataFrame(index=[f"c{i}" for i in range(150)]),
        var=pd.DataFrame(index=[f"GENE{i}" for i in range(60)]),
    )
    (folder / "lung").mkdir(parents=True, exist_ok=True)
    table.write_h5ad(folder / "lung" / f"scrna_lung_{identifier}.h5ad")


@pytest.mark.parametrize("number", [1, 2])
def test_prepare_writes_the_report_twice_to_the_same_bytes(tmp_path: Path, number: int) -> None:
    for i in range(number):
        write_counts(tmp_path / "counts", f"d{i}", i)
    told: list[str] = []
    for out in ("first", "second"):
        prepare_tissue(tmp_path / "counts", "lung", tmp_path / out, SETTINGS, warn=told.append)
    written = [
        sorted(path.name for path in (tmp_path / out / "lung").iterdir()) for out in ("first", "second")
    ]
    assert written[0] == written[1] == sorted([*REPORT, *(f"scrna_lung_d{i}.h5ad" for i in range(number))])
    for name in REPORT:
        first, second = ((tmp_path / out / "lung" / name).read_bytes() for out in ("first", "second"))
        assert first == second, name
    text = (tmp_path / "first" / "lung" / "quality.md").read_text()
    assert len(told) == 2 * number  # one for each dataset, in each of the two calls
    for warning in told:
        assert "of all pairs of genes are joined (suspicious above 60%)" in warning
        assert f"- {warning}\n" in text


def test_prepare_with_another_rule(tmp_path: Path) -> None:
    write_counts(tmp_path / "counts", "d0", 0)
    settings = PipelineSettings(n_genes=60, min_genes_per_cell=20, edges="top", top_k=6)
    told: list[str] = []
    prepare_tissue(tmp_path / "counts", "lung", tmp_path / "top", settings, warn=told.append)
    assert told == []
    row = pd.read_csv(tmp_path / "top" / "lung" / "quality.csv").iloc[0]
    assert row["edge_rule"] == "top 6"
    assert row["edges"] == row["edges_top"] < row["edges_bh"] <= row["edges_p"]
    # The graph is read again as it is, and another rule cannot change it.
    for asked, expected in ((settings, 0), (SETTINGS, 1)):
        told.clear()
        prepare_tissue(tmp_path / "top", "lung", tmp_path / "again", asked, warn=told.append)
        assert [("keeps its edges (top 6)" in text) for text in told] == [True] * expected
        assert pd.read_csv(tmp_path / "again" / "lung" / "quality.csv").iloc[0].equals(row)
    digests = [read_graph(tmp_path / out / "lung" / "scrna_lung_d0.h5ad").digest for out in ("top", "again")]
    assert digests[0] == digests[1]


@pytest.mark.shared
def test_real_datasets_of_both_kinds(tmp_path: Path) -> None:
    """The deep lung dataset raises no warning, the shallow pbmc one does, and ten partners put it right."""
    files = {"lung": "scrna_lung_dropseq", "pbmc": "scrna_pbmc_1kv2"}
    for tissue, name in files.items():
        path = shared(f"data/{tissue}/{name}.h5ad")
        (tmp_path / tissue).mkdir()
        (tmp_path / tissue / path.name).symlink_to(path)
    lung, pbmc = (Files(tmp_path).load(tissue).graphs[0] for tissue in files)
    row = graph_quality(lung)
    assert (row["cells_read"], row["genes_read"], row["genes"]) == (225, 15127, 1000)
    assert row["density"] == pytest.approx(0.289, abs=0.001)
    assert row["degree_depth"] == pytest.approx(0.346, abs=0.01)
    assert row["edges_top"] < row["edges_bh"] < row["edges_p"] == row["edges"]
    assert graph_warnings(lung) == []
    (text,) = graph_warnings(pbmc)
    assert "(Spearman 0.83, suspicious above 0.6); try `prepare` with --edges top --top-k 10" in text
    advised = Files(tmp_path, settings=PipelineSettings(edges="top", top_k=10)).load("pbmc").graphs[0]
    assert graph_warnings(advised) == []
