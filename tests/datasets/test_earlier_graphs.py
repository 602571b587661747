"""What an earlier call has left where graphs are prepared into is told, or refused if made otherwise."""

from __future__ import annotations

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.prepare import PAGE, prepare_tissue


def counts(folder: Path, name: str) -> Path:
    rng = np.random.default_rng(ord(name[0]))
    activity = rng.choice([-0.7, 0.7], (60, 1)) * np.where(np.arange(80) % 2, 1, -1)
    table = anndata.AnnData(
        sparse.csr_matrix(rng.poisson(8 * np.exp(activity))),
        obs=pd.DataFrame(index=[f"c{i}" for i in range(60)]),
        var=pd.DataFrame(index=[f"GENE{i}" for i in range(80)]),
    )
    folder.mkdir(exist_ok=True)
    table.write_h5ad(folder / f"{name}.h5ad")
    return folder / f"{name}.h5ad"


def told(given: list[Path], out: Path, settings: PipelineSettings | None = None) -> list[str]:
    said: list[str] = []
    prepare_tissue(given, "lung", out, settings or PipelineSettings(), warn=said.append)
    return [text for text in said if "already holds" in text]


def test_graphs_of_an_earlier_call_are_named(tmp_path: Path) -> None:
    a, b = (counts(tmp_path / "counts", name) for name in "ab")
    out = tmp_path / "out"
    assert told([a, b], out) == []
    assert told([a, b], out) == []  # the same call again
    (sentence,) = told([a], out)
    assert sentence == (
        f"{out / 'lung'}: already holds scrna_lung_b, not of this call: it will be used with these; "
        "remove it or choose another --out"
    )
    assert sentence in (out / "lung" / PAGE).read_text()
    assert [graph.name for graph in Files(out).load("lung").graphs] == ["scrna_lung__a", "scrna_lung__b"]


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        (PipelineSettings(edges="bh"), "--edges"),
        (PipelineSettings(p_threshold=0.01), "--p-threshold"),
        (PipelineSettings(residuals="sctransform"), "--residuals"),
        (PipelineSettings(max_cells=50), "--max-cells"),
        (PipelineSettings(min_cells_per_gene=7), "--min-cells-per-gene"),
    ],
)
def test_those_of_other_settings_are_refused(
    settings: PipelineSettings, options: str, tmp_path: Path
) -> None:
    a, b = (counts(tmp_path / "counts", name) for name in "ab")
    out = tmp_path / "out"
    told([a], out)
    before = sorted((out / "lung").iterdir())
    with pytest.raises(InputError, match=rf"scrna_lung_a.h5ad: .* other settings \({options}\)"):
        told([b], out, settings)
    assert sorted((out / "lung").iterdir()) == before
    assert told([a], out, settings) == []  # written anew, with these
