"""A tissue of three small prepared graphs in a folder, and a way to run the command line on it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from small_graphs import small_graph

from geneboard.benchmark.cli import main
from geneboard.datasets.graph_files import write_graph

RunCommand = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def graph_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs") / "small"
    (folder / "lung").mkdir(parents=True)
    for number in range(3):
        write_graph(small_graph(number), folder / "lung" / f"scrna_lung_d{number}.h5ad")
    return folder


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
