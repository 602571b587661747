"""Controls run beside methods that are named, unless a reference has them for the same data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from control_rows import CONTROLS, control_cells

from geneboard import benchmark
from geneboard.benchmark import cli
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding.board.beside import Reference
from geneboard.datasets.files import Files

OURS = """
from dataclasses import dataclass

from geneboard.methods.base import Method


@dataclass(frozen=True)
class Mine(Method):
    name = "mine"
    title = "Mine"

    def fit_embed(self, tissue, *, seed, device, progress): ...


@dataclass(frozen=True)
class Unasked(Mine):
    name = "unasked"
    title = "Unasked"
    kind = "control"
"""


def planned(data: Path, out: Path, methods: list[str], **options) -> list[str]:
    outcome = benchmark.run(
        ["lung"], data=data, out=out, methods=methods, pictures=False, quiet=True, dry_run=True, **options
    )
    return [
        cell.entry.name + (" again" if cell.input else "") for cell in (step.cell for step in outcome.plan)
    ]


def without_joint(record: Record) -> None:
    del record["scores"]["joint_score"], record["metric_versions"]["joint_score"]


def undefined_joint(record: Record) -> None:
    record["scores"]["joint_score"] = {"value": None, "status": "undefined", "reason": "one dataset"}


def only(method: str, change: Callable[[Record], object]) -> Callable[[Record], object]:
    return lambda record: change(record) if record["method"] == method else None


CHANGES: dict[str, tuple[Callable[[Record], object], list[str]]] = {
    "nothing": (lambda _: None, []),
    "no joint score": (without_joint, CONTROLS),
    "an undefined joint score": (undefined_joint, []),
    "another version of it": (lambda record: record["metric_versions"].update(joint_score=0), CONTROLS),
    "another preset": (lambda record: record.update(preset="paper"), CONTROLS),
    "another tissue": (lambda record: record.update(tissue="pbmc"), CONTROLS),
    "other data": (
        lambda record: record.update(
            data_hashes=dict.fromkeys(record["data_hashes"], "1"),
            prepared_from=dict.fromkeys(record["data_hashes"], "2"),
        ),
        CONTROLS,
    ),
    "rounded otherwise on another machine": (
        lambda record: record.update(data_hashes=dict.fromkeys(record["data_hashes"], "1")), []
    ),
    "one that is another method's": (only("random", lambda record: record.update(method="pca")), ["random"]),
    "one with other settings": (
        only("collapsed", lambda record: record.update(overrides={"noise": 1.0})), ["collapsed"]
    ),
    "one that failed": (only("degree", lambda record: record.update(status="failed", scores={})), ["degree"]),
    "one that was skipped": (only("degree", lambda record: record.update(status="skipped", scores={})), []),
}  # fmt: skip


@pytest.fixture(scope="module")
def cells(graph_folder: Path) -> list[Cell]:
    return control_cells(Files(graph_folder).load("lung"))


@pytest.mark.parametrize("case", CHANGES)
def test_a_reference_has_rows_that_are_scored_alike(
    case: str, packed_controls: Path, cells: list[Cell]
) -> None:
    change, lacking = CHANGES[case]
    records = store.read_records(packed_controls)
    for record in records:
        change(record)
    reference = Reference("theirs", records)
    assert [cell.entry.name for cell in cells if not reference.has(cell)] == lacking


@pytest.mark.parametrize(
    ("methods", "options", "expected"),
    [
        (["pca", "random"], {"beside": "none"}, ["pca", "random", *(set(CONTROLS) - {"random"})]),
        (["pca"], {"sets": ["collapsed.noise=0.5"]}, ["pca", "collapsed"]),  # a row that nobody has
        (["pca", "degree"], {}, ["pca", "degree"]),  # asked for
        (["oracle"], {"beside": "none"}, ["oracle", *CONTROLS]),  # to be told why there is none
        (["mine"], {"beside": "none"}, ["mine", *CONTROLS]),  # not the control that is not ours
    ],
)
def test_named_methods(
    methods: list[str],
    options: dict,
    expected: list[str],
    graph_folder: Path,
    packed_controls: Path,
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.py").write_text(OURS)
    plugins = [tmp_path / "mine.py"] if "mine" in methods else []
    found = planned(
        graph_folder, tmp_path / "out", methods, **({"beside": packed_controls, "plugins": plugins} | options)
    )
    assert sorted(found) == sorted(expected)
    assert found[: len(methods)] == methods


def test_an_embedding_alone_has_them_on_its_genes_too(graph_folder: Path, tmp_path: Path) -> None:
    lines = ["gene,x,y", *(f"GENE{number},{number},{number**2}" for number in range(40))]
    (tmp_path / "v.csv").write_text("\n".join(lines))
    given = {"embeddings": [f"mine={tmp_path / 'v.csv'}"], "beside": "none"}
    found = planned(graph_folder, tmp_path / "out", ["mine"], **given)
    assert found == ["mine", *CONTROLS, *(f"{name} again" for name in ("mine", *CONTROLS))]


def test_one_line_says_so(
    graph_folder: Path, packed_controls: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = f"controls run too: {', '.join(CONTROLS)}\n"
    options = ["--tissue", "lung", "--data", str(graph_folder), "--out", str(tmp_path), "--no-pictures"]
    options += ["--methods", "pca", "--dry-run", "--beside"]
    assert cli.main([*options, "none"]) == 0
    told = capsys.readouterr()
    assert told.err.endswith(line)
    assert told.out.count("1 to train") == 1 + len(CONTROLS)
    assert cli.main([*options, str(packed_controls)]) == 0
    told = capsys.readouterr()
    assert "controls" not in told.err
    assert told.out.count("1 to train") == 1
