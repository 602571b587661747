"""Files of layouts: they give back what was written, and a damaged one is told in a sentence."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geneboard.benchmark.tasks.embedding.maps.layout import (
    GRID,
    LAYOUT,
    PACKED_LAYOUTS,
    Layout,
    pack_layouts,
    read_layouts,
    write_layout,
)
from geneboard.datasets.errors import InputError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def layout() -> Layout:
    """Random places of 120 rows in two datasets, four clusters and three modules."""
    random = np.random.default_rng(0)
    return Layout(
        coordinates=random.integers(0, GRID + 1, size=(120, 2)),
        dataset=np.repeat([0, 1], 60),
        datasets=("scrna_lung__a", "scrna_lung__b"),
        cluster=random.integers(0, 4, size=120),
        n_clusters=4,
        module=random.integers(0, 3, size=120),
        modules=("M0", "M1", "M2"),
        n_rows=500,
    )


def equal(one: Layout, two: Layout) -> bool:
    return all(np.array_equal(vars(one)[name], vars(two)[name]) for name in vars(one))


def test_files_give_back_what_was_written(tmp_path: Path, layout: Layout) -> None:
    path = write_layout(tmp_path, "k1", layout)
    assert path == tmp_path / "runs" / "k1" / LAYOUT
    plain = replace(layout, module=None, modules=())
    pack_layouts({"k2": plain, "k0": layout}, tmp_path / PACKED_LAYOUTS)
    found = read_layouts(tmp_path)
    assert sorted(found) == ["k0", "k1", "k2"]
    assert equal(found["k0"], layout)
    assert equal(found["k1"], layout)
    assert equal(found["k2"], plain)
    assert read_layouts(tmp_path / "nothing") == {}


def test_packing_gives_the_same_bytes_in_any_order(tmp_path: Path, layout: Layout) -> None:
    plain = replace(layout, module=None, modules=())
    pack_layouts({"a": layout, "b": plain}, tmp_path / "1")
    pack_layouts({"b": plain, "a": layout}, tmp_path / "2")
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    assert (tmp_path / "1").read_bytes()[4:8] == bytes(4)


def changed(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"x": [1, 2]},
        {"x": "text"},
        {"cluster": None},
        {"dataset": [7] * 120},
        {"dataset": [0.5] * 120},
        {"x": [GRID + 1] * 120},
        {"x": [-1] * 120},
        {"n_rows": 3},
        {"module": [float("nan")] * 120},
    ],
    ids=lambda changes: str(changes)[:16],
)
def test_a_damaged_layout_is_one_sentence(tmp_path: Path, layout: Layout, changes: dict[str, Any]) -> None:
    path = write_layout(tmp_path, "k", layout)
    changed(path, **changes)
    with pytest.raises(InputError, match=r"umap\.json: is not a complete layout; delete it"):
        read_layouts(tmp_path)


def test_a_truncated_layout_is_one_sentence(tmp_path: Path, layout: Layout) -> None:
    path = write_layout(tmp_path, "k", layout)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match=r"umap\.json: is not a complete layout"):
        read_layouts(tmp_path)


def test_a_layout_of_another_version_is_one_sentence(tmp_path: Path, layout: Layout) -> None:
    changed(write_layout(tmp_path, "k", layout), format=2)
    with pytest.raises(InputError, match="is a layout of version 2, not 1; delete it"):
        read_layouts(tmp_path)


def test_a_damaged_packed_file_is_one_sentence(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / PACKED_LAYOUTS
    pack_layouts({"k": layout}, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="not a complete packed file of layouts"):
        read_layouts(tmp_path)
    path.write_bytes(gzip.compress(b"[]\n"))
    with pytest.raises(InputError, match="line 1: is not a complete layout"):
        read_layouts(tmp_path)


def test_a_packed_file_with_any_byte_flipped_is_one_sentence(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / PACKED_LAYOUTS
    pack_layouts({"k": layout}, path)
    whole = path.read_bytes()
    for place in range(10, len(whole)):  # after the head of gzip, which says when and by what it was made
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(InputError, match="not a complete packed file of layouts"):
            read_layouts(tmp_path)


def test_reading_layouts_loads_nothing_heavy() -> None:
    heavy = ("torch", "scanpy", "numba", "umap")
    program = (
        f"import sys, benchmark.tasks.embedding.maps.layout; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
