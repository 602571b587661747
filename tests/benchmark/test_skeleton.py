from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geneboard.benchmark import registry
from geneboard.benchmark.plugin_kit.compliance import RULES
from geneboard.benchmark.plugin_kit.skeleton import write_skeleton
from geneboard.benchmark.registry import ROOT
from geneboard.datasets.errors import InputError

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def started(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=240
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("skeleton") / "new"
    write_skeleton("my_method", folder)
    return folder


def test_its_own_test_passes_and_fails_when_a_rule_is_broken(folder: Path, tmp_path: Path) -> None:
    write_skeleton("broken", tmp_path)
    source = (tmp_path / "broken.py").read_text()
    (tmp_path / "broken.py").write_text(source.replace("default_rng(seed)", "default_rng(seeds)"))
    done = started("-m", "pytest", "-q", folder / "test_my_method.py", tmp_path / "test_broken.py")
    assert done.returncode == 1, done.stdout
    assert "NameError: name 'seeds' is not defined" in done.stdout
    assert f"{len(RULES) - 2} failed, {len(RULES) + 2} passed" in done.stdout
    assert "FAILED" in done.stdout
    assert not [line for line in done.stdout.splitlines() if "FAILED" in line and "my_method" in line]


def test_literals_and_hyper_parameter(folder: Path) -> None:
    entry = registry.methods([folder / "my_method.py"])["my_method"]
    assert (entry.title, entry.class_name, entry.kind) == ("My method", "MyMethod", "plugin")
    assert entry.load()(dim=5).dim == 5


def test_linter_has_nothing_to_say(folder: Path) -> None:
    for where, name in (("methods", "my_method.py"), ("tests/methods", "test_my_method.py")):
        for command in (["check"], ["format", "--check"]):
            with (folder / name).open() as source:
                done = subprocess.run(
                    [sys.executable, "-m", "ruff", *command, "--stdin-filename", f"{where}/{name}", "-"],
                    stdin=source,
                    capture_output=True,
                    text=True,
                    cwd=ROOT,
                )
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not (ROOT / ".mypy_cache").is_dir(), reason="takes a minute before .ci/mypy has run")
def test_types_are_right(folder: Path) -> None:
    link = ROOT / "build" / "types" / "geneboard"  # as .ci/mypy makes it
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT)
    done = started("-m", "mypy", *sorted(folder.glob("*.py")))
    assert done.returncode == 0, done.stdout


def test_next_commands(command: Run, tmp_path: Path) -> None:
    done = command("new-method", "mine", "--dir", "new", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, *commands = done.stdout.splitlines()
    assert first == "wrote new/mine.py and new/test_mine.py; next:"
    path = tmp_path / "new" / "mine.py"
    assert [line.strip() for line in commands] == [
        f"cd {ROOT}",
        f"python run_all.py check {path}",
        f"python -m pytest {path.with_name('test_mine.py')}",
        f"python run_all.py --tissue lung --methods mine --plugin {path}",
    ]


def test_commands_in_the_checkout_are_short(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geneboard.benchmark.plugin_kit.skeleton.ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert write_skeleton("mine", Path()).splitlines()[1:] == [
        "  python run_all.py check mine.py",
        "  python -m pytest test_mine.py",
        "  python run_all.py --tissue lung --methods mine --plugin mine.py",
    ]
    assert write_skeleton("ours", Path("methods")).splitlines()[-1] == (
        "  python run_all.py --tissue lung --methods ours"
    )


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("My-Method", "it takes a-z, then up to 39 of a-z, 0-9 and _"),
        ("long" * 75, "it takes a-z, then up to 39 of a-z, 0-9 and _"),
        ("conftest", "pytest would take conftest.py for its own"),
        ("test_mine", "pytest would take test_mine.py for its own"),
        ("3d", "it takes a-z"),
        ("", "it takes a-z"),
        ("../mine", "it takes a-z"),
        ("lambda", "it is a word of Python's own"),
        ("none", "it is a word of Python's own"),
        ("pca", "the method 'pca' is already defined by methods/pca.py"),
        ("json", "json.py would hide the Python module json"),
        ("torch", "torch.py would hide the Python module torch"),
        ("tissue", "its class would hide Tissue of the benchmark"),
    ],
)
def test_name_that_cannot_be_used(tmp_path: Path, name: str, fault: str) -> None:
    with pytest.raises(InputError) as caught:
        write_skeleton(name, tmp_path)
    assert fault in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("there", ["mine.py", "test_mine.py"])
def test_nothing_is_overwritten(tmp_path: Path, there: str, command: Run) -> None:
    (tmp_path / there).write_text("precious\n")
    done = command("new-method", "mine", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        f"error: {there}: is there already, and is not overwritten; go on with what is there, "
        "or give another name or --dir\n"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / there]
    assert (tmp_path / there).read_text() == "precious\n"


def test_the_readme_shows_the_skeleton(tmp_path: Path) -> None:
    write_skeleton("mine", tmp_path)
    readme = (ROOT / "README.md").read_text()
    shown = readme.split("<!-- skeleton -->\n```python\n")[1].split("```")[0]
    assert shown == (tmp_path / "mine.py").read_text()
