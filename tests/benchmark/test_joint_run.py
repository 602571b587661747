"""Training on several tissues together, scored on all of them and on each."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from small_graphs import small_graph

from geneboard import benchmark
from geneboard.benchmark.commands import methods_of_run
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding.joint import part_on
from geneboard.benchmark.tasks.embedding.sources import tissues_together
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graph_files import read_tissue, write_graph
from geneboard.datasets.joint import joined
from geneboard.metrics.embedding_files import read_rows

PLUGINS = Path(__file__).parent / "plugins.py"


@pytest.fixture(scope="module")
def two_tissues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three graphs of lung and two of heart, neighbours in the genes that they have."""
    folder = tmp_path_factory.mktemp("two") / "small"
    for number, tissue in enumerate(["lung"] * 3 + ["heart"] * 2):
        (folder / tissue).mkdir(parents=True, exist_ok=True)
        write_graph(small_graph(number, tissue=tissue), folder / tissue / f"scrna_{tissue}_d{number}.h5ad")
    return folder


@pytest.fixture(scope="module")
def ran(two_tissues: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Record]]:
    out = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(methods_of_run, "_own_controls", lambda _: [])  # five more on each of three tissues
        outcome = benchmark.run(
            joint=["lung", "heart"],
            data=two_tissues,
            out=out,
            methods=["pca", "tiny", "random"],
            plugins=[PLUGINS],
            seeds=1,
            quiet=True,
            pictures=False,
        )
    assert {record["status"] for record in outcome.records} == {"ok"}
    return out, outcome.records


def rows_of(records: list[Record], tissue: str) -> dict[str, float | None]:
    return {
        record["method"] + json.dumps(record["overrides"]): record["scores"]["AUC"]["value"]
        for record in records
        if record["tissue"] == tissue and record["method"] in ("tiny", "random")
    }


@pytest.mark.slow
def test_every_tissue_has_rows_of_both_trainings(ran: tuple[Path, list[Record]]) -> None:
    together = '{"trained_on": "heart+lung"}'
    for tissue in ("heart", "lung"):
        assert set(rows_of(ran[1], tissue)) == {"tiny{}", "random{}", f"tiny{together}"}
    assert set(rows_of(ran[1], "heart+lung")) == {"tiny{}", "random{}"}
    board = (ran[0] / "files-small" / "quick" / "lung" / "leaderboard.md").read_text()
    assert "tiny[trained_on=heart+lung]" in board.replace("Tiny", "tiny")
    assert (ran[0] / "files-small" / "quick" / "heart+lung" / "leaderboard.csv").exists()


@pytest.mark.slow
def test_a_part_is_scored_as_its_method_is_on_the_tissue_alone(ran: tuple[Path, list[Record]]) -> None:
    of_lung = [record for record in ran[1] if record["tissue"] == "lung" and record["kind"] != "control"]
    assert len(of_lung) == 4
    for record in of_lung:
        assert len(record["without_group"]) == 3
        assert record.get("trained_on", "") == ("the gene graphs" if record["method"] == "tiny" else "")


def test_a_part_is_the_rows_of_its_datasets_and_scored_as_they_are(ran: tuple[Path, list[Record]]) -> None:
    out, records = ran
    whole = next(r for r in records if r["tissue"] == "heart+lung" and r["method"] == "tiny")
    (manifest,) = (out / "prepared").glob("heart+lung-*.json")
    (own,) = (out / "prepared").glob("lung-*.json")
    everything, lung = read_tissue(manifest), read_tissue(own)
    rows = read_rows(out / "runs" / whole["key"] / "embedding.h5ad", everything)
    part = part_on(rows, everything, lung)
    names = [graph.name for graph in everything.graphs]
    for number, graph in enumerate(lung.graphs):
        before = rows.matrix[rows.dataset == names.index(graph.name)]
        np.testing.assert_array_equal(part.matrix[part.dataset == number], before)
    # the AUC of the whole is the mean over datasets, so that of the parts must give it back
    value = {tissue: dict(rows_of(records, tissue)) for tissue in ("heart", "lung", "heart+lung")}
    joint = '{"trained_on": "heart+lung"}'
    parts = (3 * value["lung"][f"tiny{joint}"] + 2 * value["heart"][f"tiny{joint}"]) / 5  # type: ignore[operator]
    assert parts == pytest.approx(value["heart+lung"]["tiny{}"], abs=1e-12)


def test_tissues_together_have_one_system_of_names(two_tissues: Path) -> None:
    tissues = Files(two_tissues).load_together(["heart", "lung"])
    assert [tissue.name for tissue in tissues] == ["heart", "lung"]
    for tissue in tissues:
        assert tissue.data_hashes == Files(two_tissues).load(tissue.name).data_hashes
    whole = joined(tissues)
    assert whole.name == "heart+lung"
    assert list(whole.data_hashes) == [name for tissue in tissues for name in tissue.data_hashes]


def test_one_tissue_is_not_several(two_tissues: Path) -> None:
    with pytest.raises(InputError, match=r"^--joint lung: needs two tissues or more; --tissue lung runs one"):
        tissues_together(Files(two_tissues), ["lung"])
    assert tissues_together(Files(two_tissues), ["all"]) == ["heart", "lung"]
    assert tissues_together(Files(two_tissues), []) == []
