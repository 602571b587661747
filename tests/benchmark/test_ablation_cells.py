"""``run --ablations``: a cell for each part that a method names, beside the method itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_graphs import small_graph

from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.commands.methods_of_run import methods_of_run
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError

TISSUE = Tissue("lung", "test", tuple(map(small_graph, range(3))))

BROKEN = '''from dataclasses import dataclass

from geneboard.methods.pca import PCA


@dataclass(frozen=True)
class Broken(PCA):
    """PCA that names a part which it does not have."""

    name = "broken"
    title = "Broken"
    ablations = ({"no_such_part": False},)
'''


def test_each_part_is_left_out_by_itself_and_what_the_user_sets_is_kept() -> None:
    running = methods_of_run(
        ["musegnn", "pca"], PRESETS["quick"], sets=["musegnn.epochs=3"], vectors={}, ablations=True
    )
    cells = running.planned(TISSUE, Path("manifest"), seeds=2, device="cpu")
    of_muse = [cell for cell in cells if cell.entry.name == "musegnn"]
    changes = [dict(cell.settings.overrides) for cell in of_muse if cell.seed == 0]
    assert changes == [
        {"epochs": 3},
        {"epochs": 3, "share_weights": False},
        {"epochs": 3, "similarity_weight": 0.0},
        {"epochs": 3, "contrastive_weight": 0.0},
        {"epochs": 3, "similarity_weight": 0.0, "contrastive_weight": 0.0},
        *({"epochs": 3, "encoder": name} for name in ("gcn", "gat", "gps")),
    ]
    assert len(of_muse) == 16 == len({cell.key for cell in of_muse})
    assert [cell.seed for cell in cells] == sorted(cell.seed for cell in cells)
    plain = methods_of_run(["musegnn", "pca"], PRESETS["quick"], sets=["musegnn.epochs=3"], vectors={})
    keys = {cell.key for cell in plain.planned(TISSUE, Path("manifest"), seeds=2, device="cpu")}
    assert keys < {cell.key for cell in cells}


def test_what_is_set_so_already_is_no_ablation() -> None:
    running = methods_of_run(
        ["musegnn"], PRESETS["quick"], sets=["musegnn.share_weights=false"], vectors={}, ablations=True
    )
    cells = running.planned(TISSUE, Path("manifest"), seeds=1, device="cpu")
    keys = [cell.key for cell in cells if cell.entry.name == "musegnn"]
    assert len(keys) == len(set(keys)) == 7


def test_faults(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of the methods names parts to leave out; these do: musegnn"):
        methods_of_run(["pca"], PRESETS["quick"], vectors={}, ablations=True)
    (tmp_path / "broken.py").write_text(BROKEN)
    plugins = [tmp_path / "broken.py"]
    with pytest.raises(InputError, match=r"broken\.py: in its ablations: .*no_such_part"):
        methods_of_run(["broken"], PRESETS["quick"], plugins=plugins, vectors={}, ablations=True)
