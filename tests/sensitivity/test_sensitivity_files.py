"""Files of a degradation run: written twice the same, read back, refused when damaged."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sensitivity_cases import sensitivity_of, table_of_answers

from geneboard.benchmark.registry import ROOT
from geneboard.benchmark.report.figures.style import Heading
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import read_sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.figure import LOOKS, draw
from geneboard.benchmark.tasks.embedding.sensitivity.levels import DEGRADATIONS
from geneboard.benchmark.tasks.embedding.sensitivity.section import write_derived, write_sensitivity
from geneboard.datasets.errors import InputError

ANSWERS = {"noise": [0.9, 0.8, 0.7, 0.6, 0.1, 1 / 3, 0.5], "shift": [0.9, 0.8, None, None, None, None, None]}
TABLE = pd.concat([table_of_answers(ANSWERS, 0.5), table_of_answers(ANSWERS, 0.5, "ASW")], ignore_index=True)
UNDEFINED = table_of_answers({"noise": [None] * 7, "shift": [None] * 7}, None, "module_nmi")


@pytest.fixture(scope="module")
def written_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    one = sensitivity_of(TABLE)
    write_sensitivity(one, out)
    return out


@pytest.fixture
def written(written_once: Path, tmp_path: Path) -> Path:
    """The folder of a run in the result folder ``tmp_path``."""
    shutil.copytree(written_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "sensitivity" / "files-data" / "quick" / "lung" / "pca"


def test_what_is_read_is_what_was_written(written, tmp_path):
    (one,) = read_sensitivity(tmp_path)
    pd.testing.assert_frame_equal(one.table, TABLE)
    assert (one.source, one.preset, one.tissue, one.method) == ("files:data", "quick", "lung", "pca")
    assert one.provenance == sensitivity_of(TABLE).provenance


def test_scores_come_back_to_the_last_bit(written, tmp_path):
    values = np.random.default_rng(0).random((250, 8))
    table = pd.concat(
        [table_of_answers({"noise": row[:7]}, row[7], f"M{i}") for i, row in enumerate(values.tolist())]
    )
    content = dict(sensitivity_of(table).provenance) | {"source": "s", "preset": "p", "tissue": "t"}
    (written / "sensitivity.json").write_text(json.dumps(content | {"method": "m"}))
    table.to_csv(written / "sensitivity.csv", index=False)
    (one,) = read_sensitivity(tmp_path)
    np.testing.assert_array_equal(one.table["value"].to_numpy(), values.ravel())


def test_same_table_same_bytes(written, tmp_path):
    (one,) = read_sensitivity(tmp_path)
    again = write_derived(one, tmp_path / "again")
    assert [path.name for path in again] == [
        "findings.csv",
        "findings.md",
        "sensitivity.png",
        "sensitivity.svg",
    ]
    for path in again:
        assert path.read_bytes() == (written / path.name).read_bytes(), path.name


def test_methods_and_presets_have_folders_of_their_own_and_come_in_order(written, tmp_path):
    content = json.loads((written / "sensitivity.json").read_text())
    for method, preset in [("mae", "quick"), ("pca", "paper")]:
        folder = sensitivity_of(TABLE, preset=preset, method=method).folder_in(tmp_path)
        shutil.copytree(written, folder)
        (folder / "sensitivity.json").write_text(json.dumps(content | {"method": method, "preset": preset}))
    found = [(one.preset, one.method) for one in read_sensitivity(tmp_path)]
    assert found == [("paper", "pca"), ("quick", "mae"), ("quick", "pca")]


def test_a_result_folder_without_such_runs_has_none(tmp_path):
    assert read_sensitivity(tmp_path) == []


DAMAGED = "degradations or repeats are damaged"


def changed(text: str, **changes: object) -> str:
    return json.dumps(json.loads(text) | changes)


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("sensitivity.json", lambda text: text[:50], "is not complete JSON"),
        ("sensitivity.json", lambda text: text.replace('"schema": 1', '"schema": 2'), "schema version 1"),
        ("sensitivity.json", lambda text: "[]", "schema version 1"),
        ("sensitivity.csv", lambda text: text.replace("value", "number", 1), "has not the columns"),
        ("sensitivity.csv", lambda text: text.replace("0.9,ok", "much,ok", 1), "is damaged"),
        ("sensitivity.csv", lambda text: text.replace("0.9,ok", ",ok", 1), "line 2: a value goes with"),
        ("sensitivity.csv", lambda text: text.replace("noise", "rust", 1), "unknown degradation 'rust'"),
        ("sensitivity.csv", lambda text: "", "is damaged"),
        ("sensitivity.csv", lambda text: text.splitlines()[0] + "\n", "has no scores"),
        ("sensitivity.csv", lambda text: text + text.splitlines()[-1] + "\n", "has more rows than"),
        ("sensitivity.json", lambda text: text.replace('"name": "shift"', '"name": "rust"'), DAMAGED),
        ("sensitivity.json", lambda text: text.replace('"repeats": 1', '"repeats": "1"'), DAMAGED),
        ("sensitivity.json", lambda text: text.replace('"repeats": 1', '"repeats": 0'), DAMAGED),
        ("sensitivity.json", lambda text: text.replace('"levels"', '"Levels"'), DAMAGED),
        (
            "sensitivity.json",
            lambda text: changed(text, degradations=[{"name": "noise", "levels": []}]),
            DAMAGED,
        ),
        ("sensitivity.json", lambda text: changed(text, degradations=[]), DAMAGED),
        ("sensitivity.json", lambda text: changed(text, degradations=None), DAMAGED),
        *(
            (
                "sensitivity.json",
                lambda text, name=name: text.replace(f'"{name}"', '"x"', 1),
                f"has no {name}; run",
            )
            for name in ("title", "dim", "repeats", "git_revision", "degradations")
        ),
    ],
)
def test_damaged_files_are_refused_in_one_sentence(written, tmp_path, name, damage, message):
    path = written / name
    path.write_text(damage(path.read_text()))
    with pytest.raises(InputError, match=message) as refused:
        read_sensitivity(tmp_path)
    assert str(path) in str(refused.value)


def test_a_table_without_any_one_of_its_rows_is_refused(written, tmp_path):
    path = written / "sensitivity.csv"
    lines = path.read_text().splitlines(keepends=True)
    assert len(lines) == 1 + 2 * (7 + 7 + 1)
    for number in range(1, len(lines)):
        path.write_text("".join(lines[:number] + lines[number + 1 :]))
        name, level, repeat, metric = lines[number].split(",")[:4]
        gone = f"no {metric} of {name} {float(level):g} repeat {repeat};"
        with pytest.raises(InputError, match=re.escape(gone)):
            read_sensitivity(tmp_path)


def test_a_table_of_one_metric_is_whole_and_one_that_is_gone_is_told(written, tmp_path):
    path = written / "sensitivity.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[: 1 + len(lines) // 2]))
    assert set(read_sensitivity(tmp_path)[0].table["metric"]) == {"AUC"}
    path.unlink()
    with pytest.raises(InputError, match="there is no such file"):
        read_sensitivity(tmp_path)


def test_what_is_random_needs_every_repeat_and_what_is_not_has_one(written, tmp_path):
    one = table_of_answers({"noise": [0.9] * 7, "fewer_dimensions": [0.9] * 6}, 0.5)
    drawn = (one["level"] > 0) & (one["degradation"] != "fewer_dimensions")
    table = pd.concat([one, one[drawn].assign(repeat=1)])
    content = json.loads((written / "sensitivity.json").read_text())
    content |= {"repeats": 2, "degradations": sensitivity_of(one).provenance["degradations"]}
    (written / "sensitivity.json").write_text(json.dumps(content))
    table.to_csv(written / "sensitivity.csv", index=False)
    assert len(read_sensitivity(tmp_path)[0].table) == (1 + 6 * 2) + (1 + 5) + 2
    for gone in (-1, -2):  # of the control and of noise
        kept = np.delete(np.arange(len(table)), gone)
        table.iloc[kept].to_csv(written / "sensitivity.csv", index=False)
        with pytest.raises(InputError, match="repeat 1;"):
            read_sensitivity(tmp_path)


def test_every_degradation_looks_different_in_colour_and_in_grey():
    assert list(LOOKS) == list(DEGRADATIONS)
    for part in ("color", "marker", "linestyle"):
        assert len({str(look[part]) for look in LOOKS.values()}) == len(LOOKS)


def test_the_picture_has_the_means_and_ends_where_there_is_no_value():
    more = TABLE[TABLE["level"] > 0].assign(repeat=1, value=lambda rows: rows["value"] + 0.1)
    figure = draw(pd.concat([TABLE, more, UNDEFINED]), Heading("title", "origin", synthetic=False))
    panels = [axis for axis in figure.axes if axis.axison]
    assert [axis.get_title() for axis in panels] == ["AUC", "ASW", "module_nmi"]
    lines = {line.get_gid(): line for line in panels[0].get_lines()}
    assert list(lines["noise"].get_ydata()) == pytest.approx(
        [0.9, 0.85, 0.75, 0.65, 0.15, 1 / 3 + 0.05, 0.55]
    )
    assert list(lines["noise"].get_xdata()) == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1])
    assert list(lines["undefined beyond"].get_xdata()) == pytest.approx([1 / 6])
    assert list(lines["random noise"].get_ydata()) == pytest.approx([0.55, 0.55])
    assert [text.get_text() for text in panels[2].texts] == ["undefined:\nno common genes"]


def test_names_of_others_stay_text_in_the_page(tmp_path):
    broken = TABLE.copy()
    broken.loc[broken["status"] == "undefined", "reason"] = "a | b <i> [x](y) *z*"
    one = dataclasses.replace(sensitivity_of(broken), method="m|n")
    write_derived(one, tmp_path)
    text = (one.folder_in(tmp_path) / "findings.md").read_text()
    assert r"a \| b \<i> [x]\(y) \*z\*" in text
    assert "<i>" not in text.replace(r"\<i>", "")
    assert r"(m\|n)" in text


def test_reading_and_drawing_import_nothing_heavy(written, tmp_path):
    code = (
        "import sys, json; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from geneboard.benchmark.tasks.embedding.sensitivity.analysis import read_sensitivity\n"
        "from geneboard.benchmark.tasks.embedding.sensitivity.section import write_derived\n"
        "[write_derived(one, Path(sys.argv[2]) / 'again') for one in read_sensitivity(Path(sys.argv[2]))]\n"
        "heavy = {'torch', 'scanpy', 'anndata', 'sklearn', 'numba'}\n"
        "print(json.dumps(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
    assert list((tmp_path / "again").rglob("sensitivity.svg"))
