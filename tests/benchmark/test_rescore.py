"""Embeddings packed small, scored again without training, and an embedding placed among their rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import anndata
import numpy as np
import pytest

from geneboard.benchmark import registry, rescore, score
from geneboard.benchmark.cells.versions import metric_versions
from geneboard.benchmark.commands.score import show_score
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding.packed import pack_embeddings, read_packed_embeddings
from geneboard.benchmark.tasks.embedding.task import plain_scores
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.methods.base import GeneEmbeddings
from geneboard.metrics.embedding_files import read_rows
from geneboard.metrics.score import evaluate

PACKED = "files-small/quick/lung/embeddings.h5ad"


def record_of(tissue: Tissue, key: str, method: str, seed: int = 0, **changes) -> Record:
    """A cell of a time when there were other metrics."""
    record: Record = {
        "schema": 2, "task": "embedding", "key": key, "tissue": "lung", "source": "files:small",
        "preset": "quick", "data_hashes": tissue.data_hashes, "prepared_from": tissue.prepared_from,
        "method": method, "title": method.upper(), "kind": "baseline", "reference": "", "settings": {},
        "overrides": {}, "deterministic": False, "seed": seed, "threads": 1, "device": "cpu", "status": "ok",
        "reason": "", "traceback": "", "dim": 4,
        "scores": {
            name: {"value": 0.123, "status": "ok", "reason": ""} for name in ("AUC", "decoder_AUC")
        },
        "history": {}, "code": "c0de",
        "metric_versions": {"AUC": 0}, "versions": {}, "git_revision": "0123", "checksum": "",
        "groups": {"one": ["scrna_lung__d0", "scrna_lung__d1"], "two": ["scrna_lung__d2"]},
        ("leave_one_out" if key == "b0" else "without_group"): {
            name: {"AUC": {"value": 0.1, "status": "ok", "reason": ""}} for name in ("one", "two")
        },
        "cost": {
            "wall_seconds": 1.5, "cpu_seconds": 2.0, "scoring_seconds": None, "peak_mb": None,
            "peak_device_mb": None, "started_at": "2026-01-01T00:00:00+00:00",
            "finished_at": "2026-01-01T00:00:01+00:00", "host": "here",
        },
    }  # fmt: skip
    record.update(changes)  # type: ignore[typeddict-item]
    return record


@pytest.fixture(scope="module")
def tissue(graph_folder: Path) -> Tissue:
    return Files(graph_folder).load("lung")


@pytest.fixture
def out(tmp_path: Path, tissue: Tissue) -> Path:
    """Two methods that are packed, a control, and one of ours that trains nothing; all are noise."""
    out = tmp_path / "out"
    random = np.random.default_rng(0)
    for key, method, seed, scale in (
        ("a0", "a", 0, 1.0), ("a1", "a", 1, 1.0), ("b0", "b", 0, 3e7), ("c0", "c", 0, 1.0),
        ("d0", "d", 0, 1.0),
    ):  # fmt: skip
        kind = {"b": "plugin", "c": "control"}.get(method, "baseline")
        again = method in "bd"  # without randomness; what others have made may take hours
        store.write_record(out, record_of(tissue, key, method, seed, kind=kind, deterministic=again))
        values = [
            (scale * random.normal(size=(graph.n_genes, 4))).astype(np.float32) for graph in tissue.graphs
        ]
        values[0][3] = 0.0
        GeneEmbeddings.of(tissue, values).write(store.run_folder(out, key) / store.EMBEDDING)
    return out


def test_packing_keeps_the_first_seeds_to_eleven_bits(tmp_path: Path, out: Path) -> None:
    for seeds, keys in ((1, ["a0", "b0"]), (2, ["a0", "a1", "b0"])):
        folder = tmp_path / str(seeds)
        assert pack_embeddings(out, store.read_records(out), folder, seeds=seeds) == [folder / PACKED]
        packed = read_packed_embeddings(folder / PACKED)
        assert [record["key"] for record in packed.records] == keys
        assert packed.records == [store.read_record(out, key) for key in keys]
        for key, matrix in zip(keys, packed.matrices, strict=True):
            given = anndata.read_h5ad(store.run_folder(out, key) / store.EMBEDDING)
            assert matrix.dtype == np.float32
            np.testing.assert_allclose(matrix, given.X, rtol=2.0**-11, atol=0)
            assert (matrix != given.X).any()
            assert (matrix[3] == 0).all()
            assert packed.obs["gene"].tolist() == given.obs["gene"].tolist()
    pack_embeddings(out, store.read_records(out), tmp_path / "again", seeds=1)
    assert (tmp_path / "again" / PACKED).read_bytes() == (tmp_path / "1" / PACKED).read_bytes()


def test_scores_are_those_of_the_small_numbers_and_nothing_else_changes(
    tmp_path: Path, out: Path, tissue: Tissue, graph_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack_embeddings(out, store.read_records(out), tmp_path, seeds=1)
    records = rescore(tmp_path / PACKED, "lung", data=graph_folder, out=out, into=tmp_path / "new")
    assert store.read_records(tmp_path / "new") == records
    for record in records:
        before = store.read_record(out, record["key"])
        assert before is not None
        assert record["metric_versions"] == metric_versions()
        assert (
            record["scores"]["decoder_AUC"] == before["scores"]["decoder_AUC"]
        )  # of the training, has no version
        changed = {"scores", "metric_versions", "checksum", "without_group"}
        assert {n: v for n, v in record.items() if n not in changed} == {
            n: v for n, v in before.items() if n not in {*changed, "leave_one_out"}
        }

    assert {record["key"]: set(record.get("without_group", ())) for record in records} == {
        "a0": {"one", "two"},
        "b0": set(),
    }
    replicates = records[0]["without_group"]
    assert replicates["one"].keys() == metric_versions().keys()
    assert replicates["one"]["joint_score"]["reason"] == "there is one dataset only"

    whole = anndata.read_h5ad(store.run_folder(out, "b0") / store.EMBEDDING)
    whole.X = (whole.X / 2.0**11).astype(np.float16).astype(np.float32)  # 3e7 is above what float16 has
    small = whole[np.random.default_rng(1).permutation(whole.n_obs)].copy()
    small.write_h5ad(tmp_path / "small.h5ad")
    metrics = [entry.load()() for entry in registry.metrics()]
    expected = plain_scores(evaluate(read_rows(tmp_path / "small.h5ad", tissue), tissue, metrics))
    (found,) = (record["scores"] for record in records if record["key"] == "b0")
    assert found.keys() - expected.keys() == {"decoder_AUC"}
    for name in ("AUC", "joint_score", "mixing", "AUC_across"):
        assert found[name]["value"] == pytest.approx(expected[name]["value"], abs=1e-6)

    shutil.copy(store.run_folder(out, "b0") / store.EMBEDDING, tmp_path / "mine.h5ad")
    placed = score(tmp_path / "mine.h5ad", "lung", data=graph_folder, out=out, beside=tmp_path / "new")
    assert len(placed.verdicts) == 1
    assert placed.verdicts[0].startswith("preset quick: mine: joint score 0.0")
    assert (
        " among the reference rows alone (1 seed each), not above the controls: those reach 0.05."
        in placed.verdicts[0]
    )
    show_score(placed)
    assert capsys.readouterr().out.endswith(f"{placed.verdicts[0]}\n")


def test_faults_are_named(tmp_path: Path, out: Path, graph_folder: Path) -> None:
    pack_embeddings(out, store.read_records(out), tmp_path, seeds=1)
    other = tmp_path / "other"
    shutil.copytree(graph_folder, other)
    (other / "lung" / "scrna_lung_d2.h5ad").unlink()
    with pytest.raises(InputError, match="a was run on files:small, other data than those of files:other"):
        rescore(tmp_path / PACKED, "lung", data=other, out=out, into=tmp_path / "new")
    assert not (tmp_path / "new").exists()
    embedding = store.run_folder(out, "a0") / store.EMBEDDING
    with pytest.raises(InputError, match=f"{embedding}: no packed embeddings"):
        read_packed_embeddings(embedding)
    embedding.unlink()
    shutil.rmtree(store.run_folder(out, "b0"))
    with pytest.raises(InputError, match=r"out: has no embeddings to pack \(runs/\*/embedding.h5ad\)"):
        pack_embeddings(out, store.read_records(out), tmp_path, seeds=1)
