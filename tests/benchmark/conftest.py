"""A tissue of three small prepared graphs in a folder, controls on it, and a way to run the command line."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from control_rows import control_rows
from small_graphs import small_graph

from geneboard.benchmark.cli import main
from geneboard.benchmark.commands import reference
from geneboard.benchmark.records.store import PACKED, pack_records
from geneboard.datasets.files import Files
from geneboard.datasets.graph_files import write_graph

RunCommand = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def graph_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs") / "small"
    (folder / "lung").mkdir(parents=True)
    for number in range(3):
        write_graph(small_graph(number), folder / "lung" / f"scrna_lung_d{number}.h5ad")
    return folder


@pytest.fixture(scope="session")
def packed_controls(graph_folder: Path) -> Path:
    """Rows of the controls on the tissue, and on what is left of it without the last graph, beside it."""
    out = graph_folder.with_name("controls")
    tissue = Files(graph_folder).load("lung")
    parts = (tissue, tissue.without("scrna_lung__d2"))
    pack_records([row for part in parts for row in control_rows(part)], out / PACKED)
    return out


@pytest.fixture(scope="module")
def controls_there(packed_controls: Path) -> Iterator[None]:
    """Let the runs of a file need no controls of their own: these stand beside them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "REFERENCE", packed_controls)
        yield


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Run the command line with arguments, by default in another folder than the checkout.

    In this process, which has the libraries; what its children print is caught as well.
    """

    def run(*arguments: str | Path, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(cwd)
        capfd.readouterr()
        given = [str(argument) for argument in arguments]
        try:
            status = main(given)
        except SystemExit as end:  # argparse leaves by itself
            status = int(str(end.code))
        return subprocess.CompletedProcess(given, status, *capfd.readouterr())

    return run
