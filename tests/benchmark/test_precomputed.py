"""Embeddings made elsewhere: zero vectors, coverage, and everybody's scores on the covered genes."""

from __future__ import annotations

import json
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest

from geneboard import benchmark
from geneboard.benchmark import registry
from geneboard.benchmark.cells.presets import preset_named
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.commands.next_command import tables_needed
from geneboard.benchmark.engine.run import Outcome
from geneboard.benchmark.external.matching import Matched
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.embedding.coverage import covered_only, write_covered
from geneboard.benchmark.tasks.embedding.problems import cells_of, with_coverage
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.metrics.base import EmbeddingRows
from geneboard.metrics.embedding_files import read_rows
from geneboard.metrics.score import evaluate

METHODS = ["pca", "random"]
SHARED = Path(__file__).resolve().parents[3] / "shared"
pytestmark = pytest.mark.usefixtures("controls_there")


def run(graph_folder: Path, out: Path, methods: list[str] | None = None, **options) -> Outcome:
    settings = {"seeds": 1, "jobs": 2, "quiet": True, "device": "cpu", **options}
    return benchmark.run(
        ["lung"], data=graph_folder, out=out, methods=methods or METHODS, pictures=False, **settings
    )


def write_vectors(path: Path, genes: list[str]) -> Path:
    random = np.random.default_rng(3)
    pd.DataFrame(random.normal(size=(len(genes), 7)), index=genes).to_csv(path)
    return path


@pytest.fixture(scope="module")
def outcome(graph_folder, tmp_path_factory):
    """Datasets have GENE0-69, GENE10-79, GENE20-89; vectors exist for GENE0-39 and one unknown gene."""
    folder = tmp_path_factory.mktemp("precomputed")
    path = write_vectors(folder / "v.csv", [f"GENE{i}" for i in range(40)] + ["OTHER"])
    before = run(graph_folder, folder / "out")
    result = run(graph_folder, folder / "out", embeddings=[f"mine={path}"])
    return folder, path, before, result


def by_cell(records):
    return {(r["method"], "covered_by" in r): r for r in records}


def test_every_method_is_scored_again_on_the_covered_genes(outcome):
    _, _, before, result = outcome
    cells = by_cell(result.records)
    assert set(cells) == {(method, part) for method in ("pca", "random", "mine") for part in (False, True)}
    assert result.ran == 4  # the two methods' own cells were there
    assert cells["mine", False]["coverage"] == {"rows": 40 + 30 + 20, "of": 210}
    for method in ("pca", "random", "mine"):
        part = cells[method, True]["covered_by"]
        assert (part["embedding"], part["rows"], part["of"]) == ("mine", 90, 210)
    for record in before.records:
        assert cells[record["method"], False] == record


def test_genes_without_a_vector_have_zeros_and_count(outcome):
    folder, path, _, result = outcome
    record = by_cell(result.records)["mine", False]
    assert (record["kind"], record["deterministic"], record["dim"]) == ("plugin", True, 7)
    made = anndata.read_h5ad(store.run_folder(folder / "out", record["key"]) / "embedding.h5ad")
    vectors = pd.read_csv(path, index_col=0)
    assert made.n_obs == 210
    for gene, row in zip(made.obs.gene, made.X, strict=True):
        expected = vectors.loc[gene] if gene in vectors.index else np.zeros(7)
        np.testing.assert_allclose(row, expected, rtol=1e-6)


def test_scores_on_covered_genes_are_those_of_the_cut_out_tissue(outcome, graph_folder):
    """Make the tissue of covered genes by hand, and score the embedding's rows of these genes on it."""
    folder, _, _, result = outcome
    cells = by_cell(result.records)
    tissue = Files(graph_folder).load("lung")
    covered = {f"GENE{i}" for i in range(40)}
    for method in ("pca", "mine"):
        rows = read_rows(
            store.run_folder(folder / "out", cells[method, False]["key"]) / "embedding.h5ad", tissue
        )
        graphs, matrices, genes, datasets, positions = [], [], [], [], []
        for number, graph in enumerate(tissue.graphs):
            own = [i for i, gene in enumerate(graph.genes) if gene in covered]
            graphs.append(
                GeneGraph(
                    graph.name,
                    graph.tissue,
                    graph.modality,
                    graph.species,
                    graph.genes[own],
                    graph.features[own],
                    graph.adjacency[own, :][:, own],
                )
            )
            matrices.append(rows.matrix[rows.dataset == number][own])
            genes += list(graph.genes[own])
            datasets += [number] * len(own)
            positions += range(len(own))
        cut = EmbeddingRows(
            np.concatenate(matrices), np.array(genes), np.array(datasets), np.array(positions)
        )
        metrics = [entry.load()() for entry in registry.metrics()]
        expected = evaluate(cut, Tissue("lung", tissue.source, tuple(graphs)), metrics)
        found = cells[method, True]["scores"]
        assert {name: entry["value"] for name, entry in found.items() if name != "decoder_AUC"} == {
            name: pytest.approx(score.value, abs=1e-12) if score.value is not None else None
            for name, score in expected.items()
        }


def test_leaderboards_show_the_coverage(outcome):
    folder = outcome[0] / "out/files-small/quick/lung"
    board = pd.read_csv(folder / "leaderboard.csv").set_index("method")
    assert board.loc["mine", "coverage"] == pytest.approx(90 / 210)
    assert board.loc["pca", "coverage"] == 1
    text = (folder / "leaderboard.md").read_text()
    assert "has vectors for 42.9 % of these (gene, dataset) pairs; the others have the zero vector" in text
    part = (folder / "genes-of-mine/leaderboard.md").read_text()
    assert "only those that mine has vectors for, 90 of 210 (gene, dataset) pairs" in part
    assert set(pd.read_csv(folder / "genes-of-mine/leaderboard.csv").method) == {"pca", "random", "mine"}
    long = pd.read_csv(outcome[0] / "out/results.csv")
    assert set(long.covered_by.dropna()) == {"mine"}


def test_the_next_command_asks_for_tables_of_the_genes_of_graphs(outcome):
    assert tables_needed(outcome[3], (), None) == tables_needed(outcome[2], (), None)


def test_nothing_runs_twice_and_a_changed_file_does(outcome, graph_folder):
    folder, path, _, _ = outcome
    assert run(graph_folder, folder / "out", embeddings=[f"mine={path}"]).ran == 0
    other = write_vectors(folder / "other.csv", [f"GENE{i}" for i in range(40)] + ["ELSE"])
    again = run(graph_folder, folder / "out", embeddings=[f"mine={other}"])
    assert {(r["method"], "covered_by" in r) for r in again.records} == set(by_cell(outcome[3].records))
    assert again.ran == 2  # the embedding's own two cells; the covered genes are the same


def test_force_trains_anew(outcome, graph_folder):
    folder, path, _, result = outcome
    again = run(graph_folder, folder / "out", ["random"], embeddings=[f"mine={path}"], force=True)
    assert again.ran == 4
    other = {"cost", "git_revision", "checksum"}
    stripped = [
        [{name: value for name, value in record.items() if name not in other} for record in records]
        for records in (again.records, [record for record in result.records if record["method"] != "pca"])
    ]
    assert stripped[0] == stripped[1]


def test_full_coverage_has_no_second_board(graph_folder, tmp_path):
    tissue = Files(graph_folder).load("lung")
    known = registry.methods()
    for name, last in (("all", 90), ("most", 89)):
        path = write_vectors(tmp_path / f"{name}.csv", [f"GENE{i}" for i in range(last)])
        known.add(PrecomputedEntry.of(name, path))
    chosen = ["pca", "all", "most"]
    preset = preset_named("quick")
    cells = cells_of(
        tissue,
        tmp_path,
        known,
        chosen,
        preset,
        settings={name: settings_of(known[name], preset, {}) for name in chosen},
    )
    vectors = {name: known[name] for name in ("all", "most")}
    planned = with_coverage(cells, tissue, vectors, tmp_path)
    told = {cell.entry.name: cell.about.get("coverage") for cell in planned if cell.input is None}
    assert told == {"pca": None, "all": {"rows": 210, "of": 210}, "most": {"rows": 209, "of": 210}}
    again = [cell for cell in planned if cell.input is not None]
    assert [(cell.entry.name, cell.problem.detail, cell.about.get("coverage")) for cell in again] == [
        ("pca", "on the genes of most", None),
        ("all", "on the genes of most", {"rows": 209, "of": 209}),
        ("most", "on the genes of most", {"rows": 209, "of": 209}),
    ]
    assert len({cell.key for cell in planned}) == 6
    assert len({cell.training_key for cell in planned}) == 3


def test_a_failed_method_fails_on_the_covered_genes_too(graph_folder, tmp_path):
    path = write_vectors(tmp_path / "v.csv", [f"GENE{i}" for i in range(40)])
    plugins = [Path(__file__).parent / "plugins.py"]
    result = run(
        graph_folder, tmp_path / "out", ["raises", "declines"], plugins=plugins, embeddings=[f"v={path}"]
    )
    found = {key: (r["status"], r["reason"]) for key, r in by_cell(result.records).items()}
    assert found["raises", True] == found["raises", False]
    assert found["raises", True][0] == "failed"
    assert found["declines", True] == ("skipped", "needs a reference genome")
    assert found["v", True][0] == found["v", False][0] == "ok"


def test_a_dataset_without_covered_genes_is_left_out(tmp_path):
    graphs = (gene_graph("a", ["G0", "G1", "G2"], seed=1), gene_graph("b", ["G3", "G4"], seed=2))
    tissue = Tissue("lung", "generated", graphs)
    own = (np.array([False, False, False]), np.array([True, False]))
    path, part = write_covered("v", Matched((), own), tissue, tmp_path)
    assert (part["rows"], part["of"], part["datasets"]) == (1, 5, ["scrna_lung__b"])
    assert json.loads(path.read_text()) == {"scrna_lung__a": [], "scrna_lung__b": ["G3"]}
    rows = EmbeddingRows(
        np.arange(10, dtype=np.float32).reshape(5, 2),
        np.array(["G4", "G0", "G3", "G2", "G1"]),
        np.array([1, 0, 1, 0, 0]),
        np.array([1, 0, 0, 2, 1]),
    )
    cut, rest = covered_only(rows, tissue, path)
    assert [graph.name for graph in rest.graphs] == ["scrna_lung__b"]
    assert cut.gene.tolist() == ["G3"]
    np.testing.assert_array_equal(cut.matrix, [[4, 5]])
    assert (cut.dataset.tolist(), cut.position.tolist()) == ([0], [0])


@pytest.mark.parametrize(
    ("embeddings", "sentence"),
    [
        (["v.csv"], "expected NAME=FILE"),
        (["A b={path}"], "expected NAME=FILE"),
        (["v={path}", "v={path}"], "there are two embeddings of this name"),
        (["pca={path}"], "the method 'pca' is already defined by"),
        (["v={path}.none"], "there is no such file"),
        (["v={foreign}"], "has a vector for none of the genes of lung"),
    ],
)
def test_bad_usage_is_one_sentence_and_nothing_runs(embeddings, sentence, graph_folder, tmp_path):
    path = write_vectors(tmp_path / "v.csv", ["GENE1"])
    foreign = write_vectors(tmp_path / "f.csv", ["ENSG00000000001"])
    given = [text.format(path=path, foreign=foreign) for text in embeddings]
    with pytest.raises(InputError) as caught:
        run(graph_folder, tmp_path / "out", embeddings=given)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out" / "runs").exists()


def test_tables_of_identifiers_without_anything_to_name(tmp_path):
    table = tmp_path / "ids.tsv"
    with pytest.raises(InputError, match=r"--ids .*ids\.tsv: goes with --data or --embedding"):
        benchmark.run(["lung"], out=tmp_path / "out", identifiers=[table])
    with pytest.raises(InputError, match=r"--orthologs .*ids\.tsv: goes with --data"):
        benchmark.run(["lung"], out=tmp_path / "out", orthologs=table)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")
def test_real_lung_by_symbol_through_the_shared_table(tmp_path):
    """Vectors of human symbols reach the Ensembl ids of real lung."""
    from geneboard.benchmark.external.matching import match
    from geneboard.benchmark.external.vectors import read_vectors
    from geneboard.datasets.graphs.gene_tables import read_identifiers

    ids = read_identifiers(SHARED / "orthologs" / "gene_ids_human.tsv.gz")
    symbols = [symbol for symbol in ids["symbol"].drop_duplicates() if symbol]
    path = write_vectors(tmp_path / "v.csv", symbols)
    counts = anndata.read_h5ad(SHARED / "data" / "lung" / "scrna_lung_dropseq.h5ad", backed="r")
    genes = counts.var_names[:3000].tolist()
    matched = match(read_vectors(path), Tissue("lung", "files:data", (gene_graph("a", genes),)), ids)
    assert matched.covered[0].mean() > 0.6
