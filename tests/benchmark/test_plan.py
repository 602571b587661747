from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geneboard.benchmark import registry
from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import PRESETS, Preset
from geneboard.benchmark.cells.seeds import derived_seed
from geneboard.benchmark.cells.settings import Settings, parse_sets, settings_of
from geneboard.benchmark.engine.cell_record import record_of
from geneboard.benchmark.engine.child import Training
from geneboard.benchmark.tasks.embedding.problems import cells_of
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.unit_groups import Groups

METHODS = ["pca", "musegnn", "random"]


@pytest.fixture(scope="module")
def tissue(graph_folder: Path) -> Tissue:
    return Files(graph_folder, None).load("lung")


def cells(tissue: Tissue, preset: Preset = PRESETS["quick"], **options: Any) -> list[Cell]:
    known = registry.methods()
    sets = options.pop("sets", {})
    settings = {name: settings_of(known[name], preset, sets.get(name, {})) for name in METHODS}
    return cells_of(tissue, Path("manifest"), known, METHODS, preset, settings=settings, **options)


def test_seeds_of_each_kind(tissue: Tissue) -> None:
    planned = [(cell.entry.name, cell.seed) for cell in cells(tissue, seeds=2)]
    assert planned == [("pca", 0), ("musegnn", 0), ("random", 0), ("musegnn", 1)]


def test_paper_preset_uses_published_epochs_and_ten_seeds(tissue: Tissue) -> None:
    planned = [cell for cell in cells(tissue, PRESETS["paper"]) if cell.entry.name == "musegnn"]
    assert len(planned) == 10
    assert {cell.settings.values["epochs"] for cell in planned} == {2000}
    assert not any(cell.settings.overrides for cell in planned)


def test_quick_preset_shortens_training_and_nothing_else() -> None:
    for entry in registry.methods():
        quick = settings_of(entry, PRESETS["quick"], {}).values
        paper = settings_of(entry, PRESETS["paper"], {}).values
        assert {key for key in paper if quick[key] != paper[key]} <= {"epochs"}


def test_first_seeds_of_methods_leave_groups_out_and_no_key_tells(tissue: Tissue) -> None:
    members = {"donor": ("scrna_lung__d0", "scrna_lung__d1"), "other": ("scrna_lung__d2",)}
    grouped = cells(tissue, seeds=2, groups=Groups(members, "Because."))
    assert [cell.scored_with.get("groups") for cell in grouped] == [
        *[{name: list(datasets) for name, datasets in members.items()}] * 2,
        None,
        None,
    ]
    assert [cell.about.get("groups_note") for cell in grouped] == [*["Because."] * 2, None, None]
    assert [cell.key for cell in grouped] == [cell.key for cell in cells(tissue, seeds=2)]


def test_added_genes_are_noted_and_no_key_tells(tissue: Tissue) -> None:
    listed = {"steps": {"gene_selection": {"listed": {"from": "mine", "measured": 7, "added": 5}}}}
    first, *others = tissue.graphs
    more = replace(tissue, graphs=(replace(first, provenance={**first.provenance, **listed}), *others))
    usual, noted = cells(tissue), cells(more)
    assert {cell.about.get("genes_note") for cell in usual} == {None}
    assert {cell.about["genes_note"] for cell in noted} == {f"genes of mine added: 5 in {first.name}"}
    assert [cell.key for cell in usual] == [cell.key for cell in noted]


def test_keys_are_unique_and_repeatable(tissue: Tissue) -> None:
    keys = [cell.key for cell in cells(tissue)]
    assert len(set(keys)) == len(keys)
    assert keys == [cell.key for cell in cells(tissue)]


def test_key_changes_with_what_determines_the_result(tissue: Tissue) -> None:
    cell = cells(tissue)[0]
    changes: list[dict[str, Any]] = [
        {"seed": 5},
        {"preset": "paper"},
        {"problem": replace(cell.problem, source="other")},
        {"problem": replace(cell.problem, name="heart")},
        {"problem": replace(cell.problem, task="other")},
        {"problem": replace(cell.problem, facts={"label": "other"})},
        {"threads": 7},
        {"device": "cuda:0"},
        {"code": "other"},
        {"problem": replace(cell.problem, data_hashes={"scrna_lung__d0": "other"})},
        {"settings": Settings({**cell.settings.values, "components": 3}, {})},
    ]
    keys = {cell.key, *(replace(cell, **change).key for change in changes)}
    assert len(keys) == len(changes) + 1


def test_key_changes_with_a_package(tissue: Tissue, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = cells(tissue)[0]
    before, found = cell.key, versions.versions()
    monkeypatch.setattr(versions, "versions", lambda: {**found, "leidenalg": "0.0"})
    assert cell.key != before


def test_record_names_the_revision_of_the_plan(tissue: Tissue) -> None:
    cell = replace(cells(tissue)[0], git_revision="planned")
    skipped = Training("skipped", "no reason")
    assert record_of(cell, skipped, None)["git_revision"] == "planned"
    assert cell.key == cells(tissue)[0].key


def test_key_ignores_where_things_are(tissue: Tissue) -> None:
    cell = cells(tissue)[0]
    elsewhere = replace(cell.problem, manifest=Path("elsewhere"), detail="another")
    assert replace(cell, problem=elsewhere, about={"coverage": 1}).key == cell.key
    assert replace(cell, device="cuda:1").key == replace(cell, device="cuda:0").key
    assert replace(cell, metric_versions={"ASW": 9}).key == cell.key


def test_set_changes_only_the_method_it_names(tissue: Tissue) -> None:
    before = {(cell.entry.name, cell.seed): cell.key for cell in cells(tissue)}
    after = {
        (cell.entry.name, cell.seed): cell.key for cell in cells(tissue, sets={"musegnn": {"epochs": "7"}})
    }
    assert {name for name, seed in before if before[name, seed] != after[name, seed]} == {"musegnn"}


def test_value_equal_to_the_preset_is_no_override(tissue: Tissue) -> None:
    entry = registry.methods()["musegnn"]
    usual = settings_of(entry, PRESETS["quick"], {}).values["epochs"]
    assert not settings_of(entry, PRESETS["quick"], {"epochs": str(usual)}).overrides
    assert settings_of(entry, PRESETS["quick"], {"epochs": "7"}).overrides == {"epochs": 7}


@pytest.mark.parametrize(
    ("assignment", "fault"),
    [
        ("musegnn", "expected METHOD.HYPERPARAMETER=VALUE"),
        ("musegnn.epochs", "expected METHOD.HYPERPARAMETER=VALUE"),
        ("muse.epochs=5", "no method 'muse' in this run; did you mean 'musegnn'"),
        ("gae.epochs=5", "no method 'gae' in this run"),
    ],
)
def test_malformed_assignments(assignment: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parse_sets([assignment], METHODS)


def test_assignment_given_twice() -> None:
    with pytest.raises(InputError, match=r"musegnn\.epochs is set twice"):
        parse_sets(["musegnn.epochs=1", "musegnn.epochs=2"], METHODS)


@pytest.mark.parametrize(
    ("key", "text", "fault"),
    [
        ("epoch", "5", "unknown hyper-parameter 'epoch'; did you mean 'epochs'"),
        ("epochs", "many", "expected a value of type int"),
        ("epochs", "1.5", "expected a value of type int"),
        ("epochs", "True", "expected a value of type int"),
        ("learning_rate", "1e999", "expected a finite number"),
    ],
)
def test_refused_values(key: str, text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        settings_of(registry.methods()["musegnn"], PRESETS["quick"], {key: text})


def test_a_method_without_hyper_parameters_says_so() -> None:
    for name, key in (("pca", "foo"), ("random", "n_components")):
        with pytest.raises(
            InputError, match=rf"--set {name}\.{key}=3: {name} has no hyper-parameters to set$"
        ):
            settings_of(registry.methods()[name], PRESETS["quick"], {key: "3"})


def test_seeds_derive_from_names() -> None:
    seeds = {derived_seed("lung", name, index=i) for name in ("pca", "gae") for i in range(50)}
    assert len(seeds) == 100
    assert derived_seed("lung", "pca", index=0) == derived_seed("lung", "pca", index=0)


def test_packages_that_a_method_alone_needs_are_in_its_versions(tmp_path: Path) -> None:
    file = tmp_path / "needy.py"
    file.write_text(
        'class Needy:\n    name = "needy"\n    title = "Needy"\n    packages = ("numpy", "no-such-package")\n'
    )
    (entry,) = registry.entries_in(file)
    found = versions.versions_for(entry)
    assert found == {**versions.versions(), "numpy": np.__version__, "no-such-package": "not installed"}
