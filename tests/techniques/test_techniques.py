"""Techniques: noise is at chance, equal data are equal, thin data worse; verdicts, files, the command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from small_networks import GENES, SETTINGS, TRUTH, planted, source, thinned, tissue

from geneboard.benchmark.cli import main
from geneboard.benchmark.report.render import markdown
from geneboard.benchmark.report.statistics.decide import FAILS, HOLDS, UNTOLD
from geneboard.benchmark.tasks.claims.chapter import claims_chapter
from geneboard.benchmark.tasks.techniques.comparison import (
    Measured,
    Technique,
    TechniqueComparison,
    TechniqueDifference,
    read_comparisons,
    write_comparison,
)
from geneboard.benchmark.tasks.techniques.measure import measured_techniques
from geneboard.benchmark.tasks.techniques.run import compare_techniques
from geneboard.benchmark.tasks.techniques.section import techniques_section
from geneboard.benchmark.tasks.techniques.verdict import judged, sentence
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.knowledge.gene_sets import module_sets
from geneboard.datasets.matched_networks import matched_networks

KNOWLEDGE, REPRODUCIBILITY = "knowledge (true modules)", "reproducibility"


def compared(first: np.ndarray, second: np.ndarray, threshold: float = 0.005) -> TechniqueComparison:
    """Counts called scRNA beside counts called scATAC."""
    settings = replace(SETTINGS, p_threshold=threshold)
    named = {"scrna_lung__a": first, "scatac_lung__b": second}
    counted = tissue(*(source(name, counts, settings=settings) for name, counts in named.items()))
    return compare_techniques(counted, draws=3, tables=GeneTables(), warn=print)


def differences(comparison: TechniqueComparison) -> Mapping[str, TechniqueDifference]:
    return {one.measure: one for one in comparison.differences}


@pytest.fixture(scope="module")
def beside_noise() -> TechniqueComparison:
    return compared(planted(300, 1), planted(200, 2, modules=False), 0.05)  # noise has edges enough to ask


def test_noise_is_at_chance_and_modules_are_not(beside_noise: TechniqueComparison) -> None:
    noise = beside_noise.technique("scatac").measures
    assert noise[KNOWLEDGE].low < 0 < noise[KNOWLEDGE].high
    assert noise[REPRODUCIBILITY].low < 0 < noise[REPRODUCIBILITY].high
    assert abs(noise[REPRODUCIBILITY].value) < 0.04
    found = beside_noise.technique("scrna").measures
    assert found[KNOWLEDGE].low > 0.1
    assert found[REPRODUCIBILITY].value > 0.2
    assert all(one.low > 0 for one in beside_noise.differences)


def test_the_same_data_under_two_names_do_not_differ() -> None:
    counts = planted(200, 1)
    found = differences(compared(counts, counts))
    assert (found[KNOWLEDGE].value, found[KNOWLEDGE].low, found[KNOWLEDGE].high) == (0, 0, 0)
    assert found[REPRODUCIBILITY].low < 0 < found[REPRODUCIBILITY].high


def test_fewer_cells_are_less_reproducible_before_matching_only() -> None:
    counts = planted(600, 1)
    apart = [_alone(own) for own in (counts, counts[:80])]
    assert apart[0] > apart[1] + 0.1
    matched = differences(compared(counts, counts[:80]))[REPRODUCIBILITY]
    assert abs(matched.value) < 0.1


def test_counts_sequenced_less_are_less_reproducible_at_equal_size() -> None:
    counts = planted(200, 1)
    assert differences(compared(counts, thinned(counts, 0.1)))[REPRODUCIBILITY].low > 0


def _alone(counts: np.ndarray) -> float:
    """Reproducibility of the network of all cells, by itself."""
    matched = matched_networks(tissue(source("scrna_lung__a", counts)), 2)
    (one,) = measured_techniques(matched, {"a": ("scrna_lung__a",)}, matched.genes, [module_sets(TRUTH)])
    return one.technique.measures[REPRODUCIBILITY].value


def test_a_technique_is_the_mean_of_its_units_and_a_difference_that_of_techniques() -> None:
    counted = tissue(
        *(source(f"scrna_lung__{name}", planted(120, seed)) for seed, name in enumerate("ab")),
        *(source(f"scatac_lung__{name}", planted(90, 7 + seed, depth=1)) for seed, name in enumerate("cd")),
    )
    found = compare_techniques(counted, draws=2, tables=GeneTables(), warn=print)
    assert [dict(one.units) for one in found.techniques] == [
        {f"{kind}_lung__{name}": (f"{kind}_lung__{name}",) for name in names}
        for kind, names in (("scrna", "ab"), ("scatac", "cd"))
    ]
    for one in found.techniques:
        for measured in one.measures.values():
            assert measured.value == pytest.approx(np.mean(list(measured.by_unit.values())))
            assert measured.value == pytest.approx(measured.auc - measured.null)
            assert measured.low < measured.value < measured.high
    for one in found.differences:
        ours, theirs = (technique.measures[one.measure].value for technique in found.techniques)
        assert one.value == pytest.approx(ours - theirs)
        assert one.low < one.value < one.high
        assert one.units_low < one.value < one.units_high


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        (("scrna",), "lung: its datasets are scRNA; techniques are compared where"),
        (("scatac", "spatial"), "lung: its datasets are scATAC and spatial; techniques are compared where"),
    ],
)
def test_one_technique_is_refused(kinds: tuple[str, ...], message: str) -> None:
    counted = tissue(*(source(f"{kind}_lung__a", planted(60, 1)) for kind in kinds))
    with pytest.raises(InputError, match=message):
        compare_techniques(counted, draws=2, tables=GeneTables(), warn=print)


def made_up(
    values: Mapping[str, float], units: int = 2, tissue: str = "heart", source: str = "files:data"
) -> TechniqueComparison:
    """Differences of one measure to each other technique, give or take 0.01."""
    measured = Measured(0.6, 0.5, 0.1, 0.09, 0.11, {f"unit {number}": 0.1 for number in range(units)})
    members = {unit: (f"dataset of {unit}",) for unit in measured.by_unit}
    return TechniqueComparison(
        *(1, source, tissue, 3, 100, 60, 70, 200, 150, {"Hallmark": 5}, ""),
        tuple(
            Technique(kind, {"d": 120}, (200, 300), members, {REPRODUCIBILITY: measured})
            for kind in ("scrna", *values)
        ),
        tuple(
            TechniqueDifference(kind, REPRODUCIBILITY, value, value - 0.01, value + 0.01, value, value)
            for kind, value in values.items()
        ),
        *({}, {}, "0123"),
    )


@pytest.mark.parametrize(
    ("values", "units", "verdict", "said"),
    [
        ({"scatac": 0.1, "spatial": 0.2}, 2, HOLDS, "all of 4"),
        ({"scatac": 0.1, "spatial": -0.2}, 2, FAILS, "2 of 4"),
        ({"scatac": 0.1, "spatial": 0.001}, 2, UNTOLD, "2 of 4"),
        ({"scatac": 0.1, "spatial": 0.2}, 1, UNTOLD, "2 independent units each in 2 tissues (0 here)"),
        ({"scatac": 0.1, "spatial": -0.2}, 1, UNTOLD, "0 of 4"),
        ({"scatac": 0.1}, 2, UNTOLD, "scRNA and spatial networks"),
    ],
)
def test_verdicts(values: Mapping[str, float], units: int, verdict: str, said: str) -> None:
    found = judged([made_up(values, units, name) for name in ("heart", "cerebrum")], 2)
    assert found.verdict == verdict
    assert said in f"{found.reason}; {found.missing}"


def test_the_range_of_both_intervals_decides() -> None:
    one = made_up({"scatac": 0.1, "spatial": 0.1})
    wide = replace(one, differences=tuple(replace(own, units_low=-0.1) for own in one.differences))
    assert [judged([own], 1).verdict for own in (one, wide)] == [HOLDS, UNTOLD]


def test_the_sentence_says_how_far_it_reaches() -> None:
    values = {"scatac": 0.1, "spatial": -0.2}
    told = sentence(made_up(values, units=1))
    assert told.startswith("That networks of scRNA are the best cannot be told.")
    assert "has more: scRNA minus scATAC, reproducibility, heart +0.100 [0.090, 0.110]." in told
    assert "has less: scRNA minus spatial, reproducibility, heart -0.200 [-0.210, -0.190]." in told
    assert "scRNA, scATAC and spatial: one independent unit each" in told
    assert "does not hold in this tissue" in sentence(made_up(values))
    assert "beyond this tissue" not in sentence(made_up(values))


def test_claims_read_real_data_alone_and_link_the_table() -> None:
    values = {"scatac": 0.1, "spatial": 0.2}
    (section,) = claims_chapter([], [made_up(values, 1)]).sections
    line, _ = (one for one in markdown.render(section).splitlines() if one.startswith("| C6 | Networks"))
    assert "](<techniques/files-data/heart/techniques.md>)" in line
    assert "| cannot be told |" in line
    assert not claims_chapter([], [made_up(values, source="synthetic")]).sections


def test_file_gives_back_what_was_written_and_damage_is_one_sentence(
    tmp_path: Path, beside_noise: TechniqueComparison
) -> None:
    path = write_comparison(beside_noise, tmp_path)
    assert read_comparisons(tmp_path) == [beside_noise]
    whole = path.read_text()
    path.write_text(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"techniques\.json: is damaged; run `techniques` again"):
        read_comparisons(tmp_path)
    path.write_text(json.dumps(json.loads(whole) | {"schema": 2}))
    with pytest.raises(InputError, match="schema version 2, not 1; run `techniques` again"):
        read_comparisons(tmp_path)


def test_tables_state_the_matched_numbers(beside_noise: TechniqueComparison) -> None:
    table, other = (one.frame for one in techniques_section(beside_noise).tables)
    for name, value in {"cells": 200, "genes": 72, "edges": beside_noise.edges, "units": 1}.items():
        assert list(table[name]) == [value, value]
    assert list(table["technique"]) == ["scRNA", "scATAC"]
    assert list(other["interval_over"]) == ["gene sets", "draws"]
    assert other["units_low"].isna().all()


def test_command_on_a_simulated_tissue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["techniques", "--tissue", "pancreas", "--seeds", "2", "--quiet", "--no-pictures"]
    assert main([*options, "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "scATAC: one independent unit each" in " ".join(printed.out.split())
    folder = tmp_path / "techniques" / "synthetic" / "pancreas"
    names = {"techniques.json", "techniques.csv", "techniques.md", "techniques.tex", "differences.csv"}
    assert {path.name for path in folder.iterdir()} == names
    assert "SYNTHETIC DATA" in (folder / "techniques.md").read_text()
    table = pd.read_csv(folder / "techniques.csv")
    assert list(table["datasets"]) == [2, 1]
    assert table[["cells", "genes", "edges", "edges_of_half"]].nunique().eq(1).all()


def test_command_reads_files_and_refuses_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data" / "lung"
    folder.mkdir(parents=True)
    for kind, seed in (("scrna", 1), ("scatac", 2)):
        table = anndata.AnnData(planted(90, seed).astype(np.float32), var=pd.DataFrame(index=GENES))
        table.write_h5ad(folder / f"{kind}_lung_a.h5ad")
    options = ["techniques", "--tissue", "lung", "--data", str(tmp_path / "data"), "--out", str(tmp_path)]
    assert main([*options, "--seeds", "2"]) == 0
    printed = capsys.readouterr()
    assert "not asked: Hallmark: has none of the genes of lung" in printed.err
    place = tmp_path / "techniques" / "files-data" / "lung"
    assert {"techniques.png", "techniques.svg"} < {path.name for path in place.iterdir()}
    assert main([*options, "--seeds", "1"]) == 2
    assert "error: --seeds 1: an interval needs two draws" in capsys.readouterr().err
    (folder / "scatac_lung_a.h5ad").unlink()
    assert main(options) == 2
    told = capsys.readouterr().err
    assert "error: lung: its datasets are scRNA; techniques are compared where a tissue has scRNA" in told
