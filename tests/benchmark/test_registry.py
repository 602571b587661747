from __future__ import annotations

from pathlib import Path

import pytest

from benchmark import registry
from datasets.base import InputError

PLUGIN = """
from dataclasses import dataclass
from methods.base import GeneEmbeddings, Method

@dataclass(frozen=True)
class Mine(Method):
    name = "mine"
    title = "Mine"
    width: int = 8

    def fit_embed(self, tissue, *, seed, device, progress):
        raise NotImplementedError
"""


def test_builtin_methods_are_found_without_import() -> None:
    found = {entry.name: entry.attributes["kind"] for entry in registry.methods()}
    assert found["pca"] == found["gae"] == found["musegnn"] == "published"
    assert found["random"] == found["shared_random"] == found["collapsed"] == found["oracle"] == "control"


def test_methods_come_before_controls() -> None:
    kinds = [entry.attributes["kind"] for entry in registry.methods()]
    assert kinds == sorted(kinds, key=registry.KIND_ORDER.index)


def test_literals_agree_with_the_classes() -> None:
    for entry in [*registry.methods(), *registry.metrics(), *registry.sources()]:
        loaded = entry.load()
        for key, value in entry.attributes.items():
            assert getattr(loaded, key) == value, (entry.name, key)


def test_headline_metrics_are_the_six() -> None:
    entries = list(registry.metrics())
    headline = [entry.name for entry in entries if entry.attributes.get("headline", True)]
    assert headline == ["ASW", "AUC", "iLISI", "GC", "CGR", "NO"]
    assert {"AUC_offdiag", "module_nmi"} <= {entry.name for entry in entries}


def test_plugin_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(PLUGIN)
    entry = registry.methods([path])["mine"]
    assert entry.title == "Mine"
    assert entry.load()().width == 8


def test_plugin_that_takes_a_used_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(PLUGIN.replace('"mine"', '"pca"'))
    with pytest.raises(InputError, match=r"mine\.py: the method 'pca' is already defined by methods/pca\.py"):
        registry.methods([path])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("def broken(:\n", r"mine\.py, line 1: is not valid Python"),
        ("value = 1\n", r"mine\.py: defines no class with a literal `name` and `title`"),
    ],
)
def test_unusable_plugin_files(tmp_path: Path, content: str, fault: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(content)
    with pytest.raises(InputError, match=fault):
        registry.methods([path])


def test_plugin_that_cannot_be_imported(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("import nothing_of_this_name\n" + PLUGIN)
    with pytest.raises(InputError, match=r"mine\.py: cannot be imported \(ModuleNotFoundError"):
        registry.methods([path])["mine"].load()


def test_plugin_of_an_unknown_kind(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(PLUGIN.replace('title = "Mine"', 'title = "Mine"\n    kind = "best"'))
    with pytest.raises(InputError, match=r"mine\.py: the kind 'best' is none of published"):
        registry.methods([path])


def test_plugins_of_one_file_name(tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        paths.append(tmp_path / name / "my method.py")
        paths[-1].parent.mkdir()
        paths[-1].write_text(PLUGIN.replace('"mine"', f'"{name}"').replace('"Mine"', f'"{name}"'))
    known = registry.methods(paths)
    assert [known[name].load().title for name in ("one", "two")] == ["one", "two"]


def test_missing_plugin_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.py: cannot be read"):
        registry.methods([tmp_path / "nothing.py"])


def test_unknown_name_suggests_the_closest() -> None:
    with pytest.raises(InputError, match="unknown method 'musegn'; did you mean 'musegnn'"):
        registry.methods()["musegn"]
