"""A tissue of three small prepared graphs in a folder, and a way to run the command line on it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.graph_files import write_graph

ROOT = Path(__file__).resolve().parents[2]

RunCommand = Callable[..., "subprocess.CompletedProcess[str]"]


def small_graph(number: int, genes: int = 70, cells: int = 40) -> GeneGraph:
    """A graph of three planted modules; neighbouring datasets differ in ten genes."""
    random = np.random.default_rng(number)
    module = np.arange(genes) % 3
    activity = random.normal(size=(3, cells))
    features = (activity[module] + random.normal(size=(genes, cells))).astype(np.float32)
    correlation = np.corrcoef(features)
    return GeneGraph(
        name=f"scrna_lung__d{number}",
        tissue="lung",
        modality="scrna",
        species="human",
        genes=pd.Index([f"GENE{i + 10 * number}" for i in range(genes)]),
        features=features,
        adjacency=sparse.csr_matrix(np.abs(correlation) > 0.4),
    )


@pytest.fixture(scope="session")
def graph_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs") / "small"
    (folder / "lung").mkdir(parents=True)
    for number in range(3):
        write_graph(small_graph(number), folder / "lung" / f"scrna_lung_d{number}.h5ad")
    return folder


@pytest.fixture
def command() -> RunCommand:
    """Run ``run_all.py`` with arguments, as a user does, from another folder than the checkout."""

    def run(
        *arguments: str | Path, cwd: Path = Path("/"), timeout: float = 240
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "run_all.py"), *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=cwd,
            timeout=timeout,
        )

    return run
