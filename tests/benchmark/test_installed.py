"""``pip install .``: it runs outside the checkout, beside others that own the names of our packages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geneboard.benchmark.registry import ROOT

PARTS = ("benchmark", "datasets", "methods", "metrics")
REFERENCE = "results/reference/records.jsonl.gz"

PLUGIN = """
import os
from pathlib import Path

import datasets
import geneboard
import numpy as np
from datasets.base import InputError  # by the name that it had when our packages stood at the top
from methods.inference.base import InferenceMethod
from geneboard.methods.inference.ridge import Ridge

assert InputError.__module__ == "geneboard.datasets.errors"

class Mine(Ridge):
    name = "mine"
    title = "Mine"

    def fit(self, *data, **options):
        assert datasets.OWNER == "another distribution"
        assert isinstance(self, InferenceMethod)
        assert Path(geneboard.__file__).is_relative_to(os.environ["EXPECTED"]), geneboard.__file__
        return super().fit(*data, **options)
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with geneboard installed from a wheel, and modules of others."""
    copy, site = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("site")
    for name in (*PARTS, "src", "results/paper"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    (copy / REFERENCE).parent.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", REFERENCE):
        shutil.copy(ROOT / name, copy / name)
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run([*pip, "wheel", *offline, "--no-build-isolation", "-w", "dist", "."], cwd=copy, check=True)
    (wheel,) = (copy / "dist").iterdir()
    subprocess.run([*pip, "install", *offline, "--target", str(site), str(wheel)], check=True)
    assert {path.name.partition("-")[0] for path in site.iterdir()} == {"bin", "geneboard"}
    for name in PARTS:
        (site / name).mkdir()
        (site / name / "__init__.py").write_text("OWNER = 'another distribution'\n")
    return site


def run(site: Path, cwd: Path, *command: str | Path, expected: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(site), "EXPECTED": str(expected)}
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("program", ["installed", "checkout"])
def test_both_run_with_a_plugin_and_each_takes_its_own_code(site: Path, tmp_path: Path, program: str) -> None:
    (tmp_path / "plugin.py").write_text(PLUGIN)
    command = site / "bin" / "geneboard" if program == "installed" else ROOT / "run_all.py"
    options = ["infer", "--methods", "mine", "--plugin", "plugin.py", "--out", "out", "--seeds", "1"]
    expected = site if program == "installed" else ROOT
    assert "Mine" in run(site, tmp_path, command, *options, "--no-pictures", expected=expected)
    (record,) = (tmp_path / "out" / "runs").glob("*/result.json")
    assert json.loads(record.read_text())["status"] == "ok"


def test_a_notebook_imports_both(site: Path, tmp_path: Path) -> None:
    program = (
        "import datasets, metrics, geneboard; from geneboard.benchmark import listing\n"
        "assert datasets.OWNER == metrics.OWNER == 'another distribution'\n"
        "assert len(geneboard.listing('datasets')) == len(listing('datasets')) > 80\n"
        "from geneboard.datasets.synthetic import Synthetic"
    )
    run(site, tmp_path, "-c", program, expected=site)


def test_all_files_that_are_read_are_installed(site: Path) -> None:
    for name in (*PARTS, "results/paper"):
        ours = {path.relative_to(ROOT) for path in (ROOT / name).rglob("*") if path.is_file()}
        read = {path for path in ours if path.suffix not in (".pyc", ".md")}
        assert {path for path in read if not (site / "geneboard" / path).is_file()} == set()
    assert (site / "geneboard" / REFERENCE).is_file()


def test_former_names_are_the_same_modules_where_nobody_else_has_them() -> None:
    program = (
        "from geneboard.benchmark.registry.entries import find_former_names\n"
        "find_former_names()\n"
        "from methods.inference.base import InferenceMethod\nfrom datasets.errors import InputError\n"
        "import geneboard.methods.inference.base, geneboard.datasets.errors\n"
        "assert InferenceMethod is geneboard.methods.inference.base.InferenceMethod\n"
        "assert InputError is geneboard.datasets.errors.InputError"
    )
    subprocess.run([sys.executable, "-c", program], cwd="/", check=True)
