"""`prepare` and `run` at the command line: how genes are joined, and warnings of suspicious graphs."""

from __future__ import annotations

import inspect
import shutil
from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from geneboard.benchmark import cli
from geneboard.benchmark.commands import prepare as prepare_command
from geneboard.benchmark.commands import run as run_command
from geneboard.benchmark.commands.options import parser_of
from geneboard.benchmark.engine import run as engine_run
from geneboard.datasets import prepare as datasets_prepare
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graph_files import read_graph, write_graph
from geneboard.datasets.graphs.edges import EDGE_RULES
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.graphs.settings import RESIDUALS, PipelineSettings
from geneboard.datasets.knowledge.listed_genes import with_listed_genes
from geneboard.datasets.quality_warnings import BOUNDS


@pytest.fixture
def counts_folder(tmp_path: Path) -> Path:
    """Two datasets of 150 cells, each with two groups of 120 genes that follow one activity of the cell."""
    for name in ("a", "b"):
        rng = np.random.default_rng(ord(name))
        activity = rng.choice([-0.7, 0.7], (150, 1)) * np.where(np.arange(240) % 2, 1, -1)
        table = anndata.AnnData(
            sparse.csr_matrix(rng.poisson(8 * np.exp(activity))),
            obs=pd.DataFrame(index=[f"c{i}" for i in range(150)]),
            var=pd.DataFrame(index=[f"GENE{i}" for i in range(240)]),
        )
        path = tmp_path / "counts" / "lung" / f"scrna_lung_{name}.h5ad"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.write_h5ad(path)
    return tmp_path / "counts"


def prepare(counts: Path, out: Path, *options: str) -> int:
    return cli.main(["prepare", "--tissue", "lung", "--counts", str(counts), "--out", str(out), *options])


def test_defaults_are_those_of_the_pipeline() -> None:
    usual = PipelineSettings()
    defaults = {
        name: one.default for name, one in inspect.signature(prepare_command.prepare).parameters.items()
    }
    assert (defaults["edges"], defaults["p_threshold"]) == (usual.edges, usual.p_threshold)
    assert (defaults["top_k"], defaults["max_genes_per_cell"]) == (None, usual.max_genes_per_cell)
    for command in (prepare_command.prepare, run_command.run):
        parameters = inspect.signature(command).parameters
        for name in (*BOUNDS, "residuals", "layer", "round_counts"):
            assert name not in parameters or parameters[name].default == getattr(usual, name)
    help_text = " ".join(parser_of("prepare", *cli.functions_of("prepare")).format_help().split())
    assert f"partners of each gene for top (default: {usual.top_k})" in help_text
    assert f"--edges {{{','.join(EDGE_RULES)}}}" in help_text
    assert f"--residuals {{{','.join(RESIDUALS)}}}" in help_text


def test_dense_graphs_are_prepared_with_one_warning_each(
    counts_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare(counts_folder, tmp_path / "out") == 0
    said = capsys.readouterr()
    warnings = [line for line in said.err.splitlines() if line.startswith("warning: ")]
    assert [line.split()[1] for line in warnings] == ["scrna_lung__a:", "scrna_lung__b:"]
    assert all("pairs of genes are joined" in line and "--edges top --top-k 50" in line for line in warnings)
    assert [Path(line).name for line in said.out.splitlines()] == ["scrna_lung_a.h5ad", "scrna_lung_b.h5ad"]


def test_the_advice_of_the_warning_works(
    counts_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare(counts_folder, tmp_path / "out", "--edges", "top", "--top-k", "50") == 0
    said = capsys.readouterr().err
    assert "warning: " not in said
    assert f"How good they are: {tmp_path / 'out' / 'lung' / 'quality.md'}\n" in said
    assert said.splitlines()[-1] == f"Next: python run_all.py --tissue lung --data {tmp_path / 'out'}"


COUNTS_OPTIONS = [
    (["--max-genes-per-cell", "9000"], PipelineSettings(max_genes_per_cell=9000)),
    (
        ["--min-genes-per-cell", "30", "--max-mitochondrial-share", "0.2"],
        PipelineSettings(min_genes_per_cell=30, max_mitochondrial_share=0.2),
    ),
    (
        ["--min-cells-per-gene", "5", "--min-cell-share", "0.02"],
        PipelineSettings(min_cells_per_gene=5, min_cell_share=0.02),
    ),
    (["--residuals", "sctransform"], PipelineSettings(residuals="sctransform")),
    (["--layer", "raw", "--round-counts"], PipelineSettings(layer="raw", round_counts=True)),
    (["--genes", "essential"], with_listed_genes(PipelineSettings(), ["essential"], GeneTables())),
    ([], PipelineSettings()),
]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--edges", "bh", "--p-threshold", "0.01"], PipelineSettings(edges="bh", p_threshold=0.01)),
        (["--edges", "top", "--top-k", "7"], PipelineSettings(edges="top", top_k=7)),
        (["--edges", "top"], PipelineSettings(edges="top")),
        *COUNTS_OPTIONS,
    ],
)
def test_options_reach_the_pipeline(
    options: list[str],
    expected: PipelineSettings,
    counts_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[object] = []

    def prepare_tissue(*given_ones: object, **_: object) -> list[Path]:
        given.append(given_ones[3])
        return []

    monkeypatch.setattr(datasets_prepare, "prepare_tissue", prepare_tissue)
    assert prepare(counts_folder, tmp_path / "out", *options) == 0
    assert given == [expected]


@pytest.mark.parametrize(
    ("command", "options", "expected"),
    [*(("run", *one) for one in COUNTS_OPTIONS), *(("biology", *one) for one in COUNTS_OPTIONS[-2:])],
)
def test_options_of_run_reach_the_pipeline(
    command: str,
    options: list[str],
    expected: PipelineSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given: list[object] = []

    def load(source: Files, *_: object) -> None:
        given.append(source.settings)
        raise InputError("nothing is read here")

    monkeypatch.setattr(Files, "load", load)
    run = [command, "--tissue", "lung", "--methods", "random", "--out", str(tmp_path / "out"), *options]
    assert cli.main([*run, "--data", str(tmp_path)]) == 2
    assert given == [expected]
    if options:
        assert cli.main(run) == 2
        assert f"error: {options[0]}: goes with --data" in capsys.readouterr().err
        assert given == [expected]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--top-k", "5"], "--top-k 5: needs --edges top"),
        (["--edges", "top", "--top-k", "0"], "'0' is not a positive whole number"),
        (["--p-threshold", "1"], "'1' is not below 1"),
        (["--p-threshold", "0"], "'0' is not a positive number"),
        (["--edges", "fdr"], "'fdr'"),
    ],
)
def test_bad_options_give_one_sentence(
    options: list[str], fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = prepare(tmp_path, tmp_path / "out", *options)
    except SystemExit as end:  # argparse leaves by itself
        status = int(str(end.code))
    assert status == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert fault in line


def test_run_warns_of_suspicious_graphs_of_a_folder(
    graph_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = tmp_path / "data"
    shutil.copytree(graph_folder, data)
    path = data / "lung" / "scrna_lung_d1.h5ad"
    usual = read_graph(path)
    write_graph(replace(usual, adjacency=sparse.csr_matrix(np.ones(usual.adjacency.shape, dtype=bool))), path)

    def stop(*_: object, **__: object) -> None:
        raise InputError("no cell is run here")

    monkeypatch.setattr(engine_run, "run_cells", stop)
    arguments = ["--tissue", "lung", "--methods", "random", "--out", str(tmp_path / "out")]
    assert cli.main([*arguments, "--data", str(data)]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("prepared")]
    assert lines == [
        "warning: scrna_lung__d1: 100.0% of all pairs of genes are joined (suspicious above 60%); "
        "the graph was made by another program: try `prepare` on its counts",
        "controls run too: collapsed, shared_random, degree",
        "error: no cell is run here",
    ]
