"""Stored embeddings, found by names: neighbours by hand, clusters, and files that are read back."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from report_cells import cell
from stored_cases import DEGREES, GENES, TISSUE, embedding, stored_embeddings

from geneboard import benchmark
from geneboard.benchmark import cli, registry
from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.embedding.packed import pack_embeddings
from geneboard.benchmark.tasks.embedding.stored import nearest
from geneboard.benchmark.tasks.embedding.stored.clusters import cluster_table, kept_together
from geneboard.benchmark.tasks.embedding.stored.clusters import members as cluster_members
from geneboard.benchmark.tasks.embedding.stored.named_genes import OtherNames
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.metrics.neighbours import shared_view


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored_embeddings(tmp_path_factory.mktemp("stored"))


def plain_neighbours(gene: str) -> dict[str, dict[str, float]]:
    """The similarities of a gene by dataset and on average, pair by pair from the angles."""
    found: dict[str, dict[str, float]] = {}
    for name, genes in GENES.items():
        angle = dict(zip(genes, DEGREES[name], strict=True))
        if angle.get(gene) is not None:
            found[name] = {
                other: math.cos(math.radians(angle[gene] - one))  # type: ignore[operator]
                for other, one in angle.items()
                if other != gene and one is not None
            }
    every = [values.get(other) for values in found.values() for other in values]
    assert every
    others = {other for values in found.values() for other in values}
    mean = {}
    for other in others:
        values = [found[name][other] for name in found if other in found[name]]
        if len(values) >= len(found) / 2:
            mean[other] = sum(values) / len(values)
    return {**found, "mean": mean}


@pytest.mark.parametrize("gene", ["A", "B", "D", "E"])
def test_neighbours_are_those_of_the_angles(out: Path, gene: str) -> None:
    table = benchmark.neighbours(gene, "lung", out=out).table
    expected = plain_neighbours(gene)
    assert set(table["dataset"].str.rpartition("__")[2]) == set(expected)
    for dataset, part in table.groupby("dataset"):
        values = expected[str(dataset).rpartition("__")[2]]
        order = sorted(values, key=lambda other: (-round(values[other], 6), other))  # ties: C, D of a
        assert list(part["neighbour"]) == order
        assert list(part["rank"]) == list(range(1, len(order) + 1))
        np.testing.assert_allclose(part["similarity"], [values[other] for other in order], atol=1e-6)


def test_the_best_method_that_is_no_control_is_taken_and_named(out: Path) -> None:
    found = benchmark.neighbours(["A", "B"], ["lung", "heart"], out=out, top=2)
    assert found.embeddings[0].startswith(
        "lung by A, seed 0 (files:data, preset quick), the best of 2 methods"
    )
    assert set(found.table["tissue"]) == {"lung", "heart"}
    assert set(found.contrasts) == {"A", "B"}
    assert benchmark.clusters("lung", "b", out=out).verdict.startswith(
        "lung by B, seed 0 (files:data, preset quick)"
    )
    assert "preset paper" in benchmark.clusters("lung", out=out, preset="paper").verdict
    assert "seed 1" in benchmark.clusters("lung", out=out, seed=1).verdict


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            "neighbours A --tissue lung --picture n.gif",
            "--picture n.gif: its ending has to be one of .png, .pdf, .svg",
        ),
        ("neighbours A1 --tissue lung", "A1: there is no such gene in lung; the closest names are A"),
        ("neighbours Z --tissue lung --method nn", "--method nn: unknown method; known are a, b, best"),
        ("clusters --tissue lung --method aa", "--method aa: unknown method; did you mean 'a'?"),
        ("clusters --tissue lung --method pca", "--method pca: was not run on lung in OUT; there are a, b "
         "and best; `run --tissue lung --data DIR --methods pca --preset quick --out OUT` makes it"),
        ("clusters --tissue lung --method d", "lung is not stored in OUT, only the record; there are a"),
        ("clusters --tissue lung --seed 3", "there are 0 and 1; `run` with --seeds 4 makes it"),
        ("clusters --tissue liver", "--tissue liver: OUT has no such run, but heart and lung; `run --tissue "
         "liver --data DIR --out OUT` makes one"),
        ("clusters --tissue heart --preset paper", "no such run of heart, but quick; `run --tissue heart "
         "--data DIR --preset paper"),
        ("export --tissue lung --to x.dat", "vectors are written as .h5ad, .tsv, .npz, .txt"),
        ("export --tissue lung --to x.tsv --out none", "none: has no embeddings; `run --tissue lung"),
    ],
)  # fmt: skip
def test_faults_are_one_sentence_with_the_way_out(
    out: Path, given: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [] if "--out" in given else ["--out", str(out)]
    assert cli.main([*given.split(), *where]) == 2
    said = capsys.readouterr().err
    assert fault.replace("OUT", str(out)) in said
    assert said.count("\n") == 1


def test_another_leaderboard_that_has_embeddings_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The newest of the tissue has records alone; the command that is named then finds the other."""
    names = {graph.name: graph.name[-1] * 4 for graph in TISSUE.graphs}
    older = cell("a", 0, 0.3, data_hashes=names, finished_at="2020-01-01T00:00:00+00:00")
    newer = cell("b", 0, 0.3, data_hashes=names, source="files:other", preset="paper")
    for number, record in enumerate((older, newer)):
        record["key"] = f"cell{number}"
        store.write_record(tmp_path, record)
    neighbours = ["neighbours", "A", "--tissue", "lung", "--out", str(tmp_path)]
    assert cli.main(neighbours) == 2
    assert (
        f"`run --tissue lung --data DIR --preset paper --out {tmp_path}` makes them"
        in capsys.readouterr().err
    )
    embedding().write(store.run_folder(tmp_path, older["key"]) / store.EMBEDDING)
    assert cli.main(neighbours) == 2
    said = capsys.readouterr().err
    assert "on lung of files:other, preset paper (only records), but with --source files:data" in said
    assert cli.main([*neighbours, *said.partition("but with ")[2].split()]) == 0


def test_a_command_that_is_told_has_data_and_leaves_the_reference_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    reference = registry.ROOT / "results" / "reference"
    assert cli.main(["neighbours", "A", "--tissue", "knee", "--out", str(reference)]) == 2
    assert "`run --tissue knee --data DIR --out results` makes" in capsys.readouterr().err
    assert cli.main(["neighbours", "A", "--tissue", "knee", "--out", str(tmp_path)]) == 2
    assert "`run --tissue knee --data DIR --out" in capsys.readouterr().err


def test_symbols_of_genes_that_are_ensembl_ids() -> None:
    ids = {f"ENSG{number:011d}": symbol for number, symbol in enumerate(["EPCAM", "CD3D", "LYZ"])}
    table = pd.DataFrame({"ensembl": list(ids), "symbol": list(ids.values())})
    there = [SimpleNamespace(board=SimpleNamespace(tissue="lung"))]
    without = OtherNames(None, GeneTables())
    with pytest.raises(InputError, match="CD3D: the genes of lung are Ensembl ids: give --ids FILE"):
        without.names_of("CD3D", there, [{one: one for one in ids}])  # type: ignore[arg-type]
    assert without.names_of("lyz", there, [{"LYZ": "LYZ"}]) == {"lung": "LYZ"}  # type: ignore[arg-type]
    known = OtherNames(table, GeneTables())
    for gene in ("CD3D", "Cd3d"):
        assert known.names_of(gene, there, [ids]) == {"lung": "ENSG00000000001"}  # type: ignore[arg-type]
    with pytest.raises(InputError, match="the closest names are EPCAM"):
        known.names_of("EPACM", there, [ids])  # type: ignore[arg-type]


def test_a_zero_vector_has_no_neighbours_and_is_nobodys(out: Path) -> None:
    found = benchmark.neighbours("Z", "lung", out=out)
    assert found.notes == ["Z: has the zero vector in lung, so nothing is near to it"]
    assert found.table.empty
    assert "Z" not in set(benchmark.neighbours("A", "lung", out=out, top=99).table["neighbour"])


def test_a_gene_of_few_of_the_datasets_has_no_place_on_average() -> None:
    values = {"x": [0.9, 0.1, 0.5], "y": [np.nan, 0.2, 0.7], "z": [np.nan, 0.3, np.nan], "zero": [np.nan] * 3}
    found = nearest.on_average(pd.DataFrame(values, index=["once", "always", "twice"]))
    assert dict(found) == pytest.approx({"always": 0.2, "twice": 0.6})


def test_gene_sets_that_neighbours_share_are_told(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library, ids = tmp_path / "own.gmt", tmp_path / "ids.csv"
    library.write_text("big\t\tA\tB\tC\tX\npair\t\tA\tC\nothers\t\tB\tC\nlone\t\tA\tX\n")
    given = {"out": out, "genesets": library}
    table = benchmark.neighbours("A", "lung", **given).table
    told = dict(zip(table["neighbour"], table["gene_sets"], strict=True))
    assert told == {"B": ("own: big",), "C": ("own: pair", "own: big"), "D": (), "E": ()}
    ids.write_text("ensembl,symbol\nENSG1,A\n")
    by_id = benchmark.neighbours("ENSG1", "lung", **given, identifiers=[ids]).table
    assert list(by_id["gene_sets"]) == list(table["gene_sets"])
    words = ["--tissue", "lung", "--out", str(out), "--genesets", str(library)]
    assert cli.main(["neighbours", "A", *words]) == 0
    assert "in the same gene sets in lung: 2 of 4; own: big (B, C)" in capsys.readouterr().out


def test_contrast_counts_what_tissues_share() -> None:
    x = pd.Series([0.9, 0.8, 0.7, 0.6, 0.1], index=list("abcde"))
    y = pd.Series([0.9, 0.8, 0.7, 0.6, 0.5], index=list("fadeb"))
    found = nearest.contrast({"x": x, "y": y}, 2)
    assert (found.n_common, found.shared) == (4, ["a"])  # of a, b, d, e the nearest are a, b and a, d
    assert found.chance == pytest.approx(4 * (2 / 4) ** 2)
    assert found.own == {"x": {"b": {"y": 5}}, "y": {"f": {"x": None}}}
    found = nearest.contrast({"x": x, "y": y[2:]}, 2)  # of b, d, e the nearest are b, d and d, e
    assert (found.shared, found.own["y"]) == (["d"], {"e": {"x": 5}})
    assert nearest.contrast({"x": x[:1], "y": y[:1]}, 2).chance == 0.0


def test_clusters_are_those_of_the_metrics_and_their_genes_are_counted() -> None:
    random = np.random.default_rng(0)
    genes = np.array([f"g{i:02}" for i in range(40)] * 2, dtype=object)
    datasets = np.repeat(np.array(["d", "e"], dtype=object), 40)
    centre = np.where(np.arange(40) < 25, 0.0, 9.0)
    matrix = (np.tile(centre, 2)[:, None] + random.normal(size=(80, 3))).astype(np.float32)
    table = cluster_table(genes, datasets, matrix)
    rows = type("Rows", (), {"matrix": matrix, "gene": genes})
    tissue = type("Graphs", (), {"common_genes": pd.Index(genes).unique()})
    np.testing.assert_array_equal(table["cluster"], shared_view(rows, tissue).clusters)  # type: ignore[arg-type]
    side = table.groupby("cluster")["gene"].agg(lambda own: len({gene < "g25" for gene in own}))
    assert (side == 1).all()
    own = {gene: set(part["cluster"]) for gene, part in table.groupby("gene")}
    assert kept_together(table) == (sum(len(of) == 1 for of in own.values()), 40)
    listed = cluster_members(table)
    assert listed["datasets"].sum() == 80
    first = listed[listed["cluster"] == 0].iloc[0]
    inside = matrix[table["cluster"] == 0].astype(float)
    distances = np.linalg.norm(matrix[genes == first["gene"]] - inside.mean(axis=0), axis=1)
    assert first["distance"] == pytest.approx(distances.mean())


def test_packed_embeddings_are_found_too(out: Path, tmp_path: Path) -> None:
    records = store.read_records(out)
    store.pack_records(records, tmp_path / "packed" / store.PACKED)
    pack_embeddings(out, records, tmp_path / "packed", seeds=1)
    own = benchmark.neighbours("A", "lung", out=out)
    packed = benchmark.neighbours("A", "lung", out=tmp_path / "packed")
    assert ", rounded when it was packed)" in packed.embeddings[0]
    assert list(packed.table["neighbour"]) == list(own.table["neighbour"])
    np.testing.assert_allclose(packed.table["similarity"], own.table["similarity"], atol=1e-3)


def test_what_is_printed(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["neighbours", "ENSG1", "--tissue", "lung", "heart", "--out", str(out)]
    (tmp_path / "ids.csv").write_text("ensembl,symbol\nENSG1,A\n")
    assert (
        cli.main(
            [
                *given,
                "--ids",
                str(tmp_path / "ids.csv"),
                "--to",
                str(tmp_path / "n.csv"),
                "--picture",
                str(tmp_path / "n.svg"),
            ]
        )
        == 0
    )
    assert "</svg>" in (tmp_path / "n.svg").read_text()
    said = capsys.readouterr().out
    assert "ENSG1: 4 of its nearest genes are the same in lung and heart (by chance 4.0)" in said
    assert "ENSG1: is called A in lung" in said
    assert "only in heart: none" in said
    assert "in the same gene sets in lung: none of the 4" in said
    assert len(pd.read_csv(tmp_path / "n.csv")) == 2 * (4 + 3 + 3 + 3)
    assert cli.main(["clusters", "--tissue", "lung", "--out", str(out), "--to", str(tmp_path / "c.csv")]) == 0
    assert "all of them: " in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "c.csv")
    assert list(table.columns) == ["gene", "dataset", "cluster"]
    assert len(table) == 13
