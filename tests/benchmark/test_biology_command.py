"""The command `biology`, from files to tables: nothing is computed twice, bad input is one sentence."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_graphs import small_graph

from geneboard import benchmark
from geneboard.benchmark.cli import functions_of, main
from geneboard.benchmark.commands import methods_of_run
from geneboard.benchmark.commands.options import parser_of
from geneboard.benchmark.commands.show_run import show_run
from geneboard.benchmark.engine.run import Outcome
from geneboard.benchmark.records import store
from geneboard.benchmark.records.store import EMBEDDING
from geneboard.benchmark.tasks.biology.task import vectors_of
from geneboard.benchmark.tasks.embedding.stored.kept_clusters import kept_clusters
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graph_files import write_graph, write_tissue
from geneboard.metrics.biology.enrichment import embedding_clusters


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two graphs of a tissue, gene sets, labels, and vectors of the same genes."""
    folder = tmp_path_factory.mktemp("biology")
    (folder / "data" / "lung").mkdir(parents=True)
    for number in range(2):
        write_graph(small_graph(number), folder / "data" / "lung" / f"scrna_lung_d{number}.h5ad")
    sets = [[f"GENE{i}" for i in range(start, 80, 3)] for start in range(3)]
    lines = ["\t".join([f"set{number}", "", *genes]) for number, genes in enumerate(sets)]
    (folder / "modules.gmt").write_text("\n".join(lines))
    (folder / "more.gmt").write_text("\n".join(lines[:2]))
    label = pd.Series({gene: number for number, genes in enumerate(sets[:2]) for gene in genes}, name="label")
    label.to_csv(folder / "labels.csv", index_label="gene")
    vectors = np.random.default_rng(0).normal(size=(60, 4))
    pd.DataFrame(vectors, index=[f"GENE{i}" for i in range(60)]).to_csv(folder / "mine.csv")
    return folder


D0, D1 = "scrna_lung__d0", "scrna_lung__d1"
PAIR = "dataset,condition\n"
LUNG = "--tissue lung --data DATA"
BASELINES = {"raw_graph", "raw_expression", "expression_and_degree"}
CONTROLS = {"random", "shared_random", "collapsed", "degree"}  # the truth of these data is not known
FEW_CONTROLS = {"random", "collapsed"}
ROWS = {"pca", *BASELINES, *FEW_CONTROLS}
OWN_CONTROLS = methods_of_run._own_controls


@pytest.fixture(scope="module", autouse=True)
def few_controls() -> Iterator[None]:
    """Have runs take two controls, which is quicker; `ask` has all of them planned in a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            methods_of_run,
            "_own_controls",
            lambda known: [name for name in OWN_CONTROLS(known) if name in FEW_CONTROLS],
        )
        yield


def ask(files: Path, out: Path, **options: object) -> Outcome:
    given = {"data": files / "data", "methods": ["pca"], "pictures": False, "quiet": True, "device": "cpu"}
    return benchmark.biology(["lung"], out=out, **given | options)


@pytest.fixture(scope="module")
def asked(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result folder in which one library was asked about."""
    out = tmp_path_factory.mktemp("out")
    outcome = ask(files, out, gene_sets=[files / "modules.gmt"])
    assert {record["status"] for record in outcome.records} == {"ok"}
    assert outcome.ran == len(outcome.records) == 2 * len(ROWS)
    return out


def test_scoring_leaves_the_clusters_that_questions_ask_for(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"data": files / "data", "methods": ["pca"], "pictures": False, "quiet": True, "device": "cpu"}
    benchmark.run(["lung"], out=tmp_path, seeds=1, **given)
    folders = [path.parent for path in tmp_path.glob(f"runs/*/{EMBEDDING}")]
    vectors = {folder: [own.matrix for own in vectors_of(folder, {})] for folder in folders}
    expected = [[own.tolist() for own in embedding_clusters(values)] for values in vectors.values()]
    monkeypatch.setattr("geneboard.metrics.biology.enrichment.embedding_clusters", lambda values: [])
    assert [[own.tolist() for own in kept_clusters(folder, [])] for folder in folders] == expected
    assert len(folders) == len({"pca", *FEW_CONTROLS})


def test_another_library_is_computed_alone(
    files: Path, asked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in asked.glob("runs/*/*")}
    outcome = ask(files, asked, gene_sets=[files / "modules.gmt", files / "more.gmt"])
    assert (outcome.ran, len(outcome.records)) == (2 * len(ROWS), 4 * len(ROWS))
    assert {path: path.stat().st_mtime_ns for path in before} == before
    words = ["biology", "--tissue", "lung", "--data", files / "data", "--methods", "pca", "--out", asked]
    words += ["--genesets", files / "modules.gmt", files / "more.gmt", "--device", "cpu"]
    assert main([*map(str, words), "--no-pictures"]) == 0
    printed = capsys.readouterr()
    assert "24 of 24 cells were there already" in printed.out
    assert "PCA, the only method, has AUC above its null" in printed.out
    assert "not asked: Hallmark: has none of the genes of lung" in printed.err
    (folder,) = asked.glob("files-*/quick/lung/biology")
    board = pd.read_csv(folder / "leaderboard.csv", index_col="method")
    assert set(board.index) == ROWS
    for question in ("retrieval_modules", "enrichment_modules", "retrieval_more", "enrichment_more"):
        assert board[question].notna().all()
    assert {path.suffix for path in folder.iterdir()} == {".csv", ".md", ".tex"}


def test_run_finds_what_was_trained(files: Path, asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "--tissue", "lung", "--data", files / "data", "--methods", "pca", "--out", asked]
    assert main([*map(str, words), "--device", "cpu", "--dry-run"]) == 0
    assert "1 to score" in capsys.readouterr().out


def test_what_another_machine_has_trained_is_asked(
    files: Path, asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other packages, device and code give another key: the newest embedding of the cell is read, once."""
    modules, out = [files / "modules.gmt"], tmp_path / "there"
    shutil.copytree(asked, out)
    plan = ask(files, out, gene_sets=modules, dry_run=True).plan
    (own,) = {planned.cell.training_key for planned in plan if planned.cell.entry.name == "pca"}
    before = [record for record in store.read_records(out) if record["method"] == "pca"]
    for record in before:
        shutil.rmtree(store.run_folder(out, record["key"]))
    asked_of = {name: value for name, value in before[0].items() if name not in ("question", "answer")}
    keys = [number * len(own) for number in "0123"]
    for number, key in enumerate(keys):
        elsewhere = {
            "task": "embedding",
            "key": key,
            "code": key,
            "device": "cuda:0",
            "versions": {"torch": "9"},
        }
        cost = {**before[0]["cost"], "finished_at": f"2030-01-0{number + 1}T00:00:00+00:00"}
        settings = {**before[0]["settings"], "dim": 3} if number == 2 else before[0]["settings"]
        store.write_record(out, {**asked_of, **elsewhere, "cost": cost, "settings": settings})
        if number != 3:  # of the newest there is the record alone, the one before is of other settings
            shutil.copy(store.run_folder(out, own) / "embedding.h5ad", store.run_folder(out, key))
    shutil.rmtree(store.run_folder(out, own))
    capsys.readouterr()
    found = ask(files, out, gene_sets=modules)
    answers = [record for record in found.records if record["method"] == "pca"]
    assert found.ran == len(answers) == 2
    for record in answers:
        assert record["embedding"] == {"key": keys[1], "rounded": False, "older_code": True}
        assert (record["device"], record["versions"], record["code"]) == ("cuda:0", {"torch": "9"}, keys[1])
        assert record["scores"] in [one["scores"] for one in before]
    told = capsys.readouterr().err
    assert "asked as stored: 1 embedding, trained on cuda:0; of another version of the code: pca" in told
    assert not store.run_folder(out, own).exists()
    assert ask(files, out, gene_sets=modules).ran == 0
    forced = ask(files, out, gene_sets=modules, force=True, dry_run=True).plan
    assert {one.cell.training_key for one in forced if one.cell.entry.name == "pca"} == {own}


def test_all_controls_are_asked_and_a_hyper_parameter_of_one_is_set_as_in_run(
    files: Path, asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(methods_of_run, "_own_controls", OWN_CONTROLS)
    plan = ask(
        files, asked, gene_sets=[files / "modules.gmt"], sets=["collapsed.noise=0.5"], dry_run=True
    ).plan
    assert {planned.cell.entry.name for planned in plan} == {*ROWS, *CONTROLS}
    settings = {planned.cell.entry.name: planned.cell.settings.overrides for planned in plan}
    assert {name: overrides for name, overrides in settings.items() if overrides} == {
        "collapsed": {"noise": 0.5}
    }


def told_command(
    outcome: Outcome, out: Path, capsys: pytest.CaptureFixture[str], **of_run: object
) -> list[str]:
    shown = {"out": out, "pictures": False, "jobs": None, "dry_run": False, "beside": "none"}
    assert show_run(outcome, tissues=["lung"], **shown | of_run) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    head, _, command = line.partition("? ")
    assert head == "What do they know about genes"
    return shlex.split(command)


def test_run_names_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the options of the run that `biology` has too, so that it reads as it was given."""
    of_run = {
        "data": Path("d e"),
        "methods": ["pca", "mine"],
        "seeds": 3,
        "preset": "paper",
        "plugins": [Path("a.py"), Path("b.py")],
        "genes": ["essential", "dosage"],
        "identifiers": [Path("ids.tsv")],
        "orthologs": Path("mice.tsv"),
        "allow_disjoint": True,
    }
    words = told_command(Outcome([], 0), tmp_path, capsys, **of_run)
    assert words[:3] == ["python", "run_all.py", "biology"]
    read = parser_of("biology", *functions_of("biology")).read(words[3:])
    assert read == {"tissues": ["lung"], "out": tmp_path, **of_run}
    assert "--ids" not in told_command(Outcome([], 0), tmp_path, capsys)


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("ENSG{:011d}", ["--ids", "FILE"]),
        ("ENSMUSG{:011d}", ["--ids", "FILE", "--orthologs", "FILE"]),
        ("Gene{}", ["--orthologs", "FILE"]),
        ("GENE{}", []),
    ],
)
def test_run_names_the_tables_that_the_genes_need(
    name: str, needed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = small_graph(0)
    named = replace(graph, genes=pd.Index([name.format(i) for i in range(graph.n_genes)], dtype=object))
    manifest = write_tissue(Tissue("lung", "files:data", (named,)), tmp_path)
    cell = SimpleNamespace(problem=SimpleNamespace(manifest=manifest), input=None)
    outcome = Outcome([], 0, [SimpleNamespace(cell=cell)])  # type: ignore[list-item]
    words = told_command(outcome, tmp_path, capsys, data="d")
    assert words[words.index("--out") + 2 :] == needed
    given = {"identifiers": ["ids.tsv"], "orthologs": "mice.tsv"}
    assert "FILE" not in told_command(outcome, tmp_path, capsys, data="d", **given)


def test_genes_that_are_ensembl_ids_are_named_as_the_cause(files: Path, tmp_path: Path) -> None:
    graph = small_graph(0)
    ids = pd.Index([f"ENSG{i:011d}" for i in range(graph.n_genes)], dtype=object)
    (tmp_path / "lung").mkdir()
    write_graph(replace(graph, genes=ids), tmp_path / "lung" / "scrna_lung_d0.h5ad")
    with pytest.raises(InputError, match=r"lung: the genes are Ensembl ids, .*: give --ids FILE"):
        ask(files, tmp_path / "out", data=tmp_path)


def test_vectors_without_a_tissue(files: Path, tmp_path: Path) -> None:
    outcome = benchmark.biology(
        embeddings=[f"mine={files / 'mine.csv'}"],
        labels=[f"first={files / 'labels.csv'}"],
        out=tmp_path,
        quiet=True,
        device="cpu",
    )
    assert [record["method"] for record in outcome.records] == ["mine", "random"]
    record, control = outcome.records
    assert (control["kind"], control["title"], control["dim"]) == ("control", "Random", record["dim"])
    assert control["scores"] != record["scores"]
    assert control["answer"]["numbers"] == record["answer"]["numbers"]
    assert record["answer"]["interval"][0] < 0.5 < record["answer"]["interval"][1]
    assert (tmp_path / "vectors" / "quick" / "genes" / "biology" / "leaderboard.html").exists()
    assert (tmp_path / "vectors" / "quick" / "genes" / "biology" / "questions.png").exists()


@pytest.mark.parametrize(
    ("words", "content", "message"),
    [
        (f"{LUNG} --genesets FILE.gmt", "set1 without tabs\n", "line 1 is no gene set"),
        (f"{LUNG} --genesets FILE.gmt", "a\t\tG\na\t\tG\n", "names the set 'a' a second time"),
        (f"{LUNG} --genesets FILE.gmt", "", "the file holds no gene set"),
        (f"{LUNG} --genesets FILE.gmt.gz", "a\t\tG\n", "not a readable .gmt file"),
        (f"{LUNG} --genesets FILE.gmt", "a\t\tTP53\tMYC\tACTB\tB2M\tALB\n", "has none of the genes of lung"),
        (f"{LUNG} --genesets FILE.gmt", "a\t\tGENE1\tGENE2\n", "which has 2 of its genes (see --ids and"),
        (f"{LUNG} --labels x=FILE.csv", "gene,label\nGENE1,1\n", "no gene has the label 0"),
        (f"{LUNG} --labels x=FILE.csv", "gene,label\nG,1\nG,0\n", "1 gene has both labels, for example 'G'"),
        (f"{LUNG} --labels x=FILE.csv", "gene,label\nTP53,1\nMYC,0\n", "x: has none of the genes of lung"),
        (
            f"{LUNG} --labels x=FILE.csv",
            "gene,label\nGENE1,1\nGENE2,0\n",
            "at most 1 gene in a dataset of lung, where 20 are needed",
        ),
        (f"{LUNG} --labels FILE.csv", "", "expected NAME="),
        (f"{LUNG} --regulators FILE.csv", "gene,target,effect\n", "needs the columns 'regulator'"),
        (f"{LUNG} --regulators FILE.csv", "source,target,mor\nA,GENE1,1\n", "no regulator has 3 targets"),
        (f"{LUNG} --labels x=FILE.csv y=FILE.tsv", "", "FILE.csv"),
        (f"{LUNG} --methods pcb", "", "unknown method 'pcb'; did you mean 'pca'"),
        (f"{LUNG} --set random.x=1", "", "random has no hyper-parameters to set"),
        (f"{LUNG} --models logistik", "", "unknown; did you mean 'logistic'"),
        (f"{LUNG} --conditions FILE.csv", "dataset,group\na,1\n", "'condition' is missing"),
        (f"{LUNG} --conditions FILE.csv", f"{PAIR}{D0},a\n{D1},a\n", "are compared; it has 1: 'a'"),
        (f"{LUNG} --conditions FILE.csv", f"{PAIR}{D0},a\n{D1},\n", f"{D1!r} has no condition"),
        (f"{LUNG} --conditions FILE.csv", f"{PAIR}{D0},a\n{D0},b\n", f"{D0!r} is named twice"),
        (f"{LUNG} --conditions FILE.csv", f"{PAIR}{D0},a\nd1,b\n", "lung has no dataset 'd1'"),
        ("--embedding mine=FILE.csv --conditions FILE.csv", "", "give one --tissue"),
        ("--data DATA", "", "give --tissue or --joint, or vectors made elsewhere alone"),
        (
            "--embedding mine=FILE.csv --methods pca",
            "",
            "give --tissue or --joint, or vectors made elsewhere alone",
        ),
        (
            "--embedding mine=FILE.csv",
            ",a,b\nGENE1,1,2\nGENE2,2,1\n",
            "no gene set and no label says anything",
        ),
    ],
)
def test_bad_input_is_one_sentence(
    files: Path, tmp_path: Path, words: str, content: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".gmt", ".gmt.gz", ".csv"):
        (tmp_path / f"FILE{suffix}").write_text(content)
    given = words.replace("FILE", str(tmp_path / "FILE")).replace("DATA", str(files / "data"))
    assert main(["biology", *given.split(), "--out", str(tmp_path), "--quiet", "--device", "cpu"]) == 2
    *warned, told = capsys.readouterr().err.splitlines()
    assert told.startswith("error: ")
    assert message in told
    assert all(line.startswith("warning: not asked: ") for line in warned)
