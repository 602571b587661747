from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from geneboard.benchmark import registry
from geneboard.benchmark.cells.fingerprint import method_code
from geneboard.datasets.errors import InputError

PLUGIN = """
from dataclasses import dataclass
from geneboard.methods.base import GeneEmbeddings, Method

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


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (PLUGIN.replace('"mine"', '"pca"'), r"the method 'pca' is already defined by methods/pca\.py"),
        (PLUGIN.replace('title = "Mine"', 'title = "Mine"\n    kind = "best"'), "the kind 'best' is none of"),
        (
            PLUGIN.replace('title = "Mine"', 'title = "Mine"\n    trained_on = "all"'),
            "trained_on of mine is 'all', which is none of 'the gene graphs'",
        ),
        (PLUGIN.replace('"mine"', '"My method"'), "the name 'My method' must be of small letters"),
        (PLUGIN.replace('"Mine"', '" "'), "the title ' ' of mine must be words that can be printed"),
        (PLUGIN.replace('"Mine"', '"M\\x1b[31m"'), r"the title 'M\\x1b\[31m' of mine must be"),
        (PLUGIN.replace('"Mine"', '"M\\udcff"'), r"the title 'M\\udcff' of mine must be"),
        (PLUGIN.replace('"Mine"', '"\\u200b"'), r"the title '\\u200b' of mine must be"),
        (PLUGIN.replace('"Mine"', '"a\\nb"'), r"the title 'a\\nb' of mine must be"),
        (PLUGIN.replace('"Mine"', '" pca "'), r"the method 'mine' with the title ' pca ' would be taken"),
        (PLUGIN.replace('"Mine"', '"MuSe-GNN"'), r"the method .* would be taken for 'musegnn' \(MuSe-GNN\)"),
        (PLUGIN.replace('"Mine"', '"MUSEGNN"'), r"the method .* would be taken for 'musegnn' \(MuSe-GNN\)"),
        (PLUGIN.replace('"Mine"', '"Mine"\n    reference = 3'), "reference of mine is 3, where a str is"),
        (
            PLUGIN.replace('"Mine"', '"Mine"\n    deterministic = 1'),
            "deterministic of mine is 1, where a",
        ),
        ("def broken(:\n", "line 1: is not valid Python"),
        ("value = 1\n", "defines no class with a literal `name` and `title`"),
        (None, "cannot be read"),
    ],
)
def test_unusable_plugin_files(tmp_path: Path, content: str | None, fault: str) -> None:
    path = tmp_path / "mine.py"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=rf"mine\.py[:,] {fault}"):
        registry.methods([path])


def test_plugin_that_cannot_be_imported(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("import nothing_of_this_name\n" + PLUGIN)
    with pytest.raises(InputError, match=r"mine\.py: cannot be imported \(ModuleNotFoundError"):
        registry.methods([path])["mine"].load()


def test_plugins_of_one_file_name(tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        paths.append(tmp_path / name / "my method.py")
        paths[-1].parent.mkdir()
        paths[-1].write_text(PLUGIN.replace('"mine"', f'"{name}"').replace('"Mine"', f'"{name}"'))
    known = registry.methods(paths)
    assert [known[name].load().title for name in ("one", "two")] == ["one", "two"]


def test_a_task_brings_a_registry_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "reader.py").write_text(PLUGIN)
    known = registry.Registry("reader", [tmp_path / "reader.py"])
    assert known.names() == ["mine"]
    with pytest.raises(InputError, match="unknown reader 'min'; did you mean 'mine'"):
        known["min"]
    files = {path.stem for path in registry.files_of("methods/inference")}
    assert {entry.path.stem for entry in registry.inference_methods()} <= files
    assert "base" not in files


def test_unknown_name_suggests_the_closest() -> None:
    with pytest.raises(InputError, match="unknown method 'musegn'; did you mean 'musegnn'"):
        registry.methods()["musegn"]


WORKING = """
from dataclasses import dataclass
import numpy as np
from geneboard.methods.base import GeneEmbeddings, Method
from .scales import SCALE

@dataclass(frozen=True)
class Helper(Method):
    name = "helper"
    title = "Not announced, so not registered"

@dataclass(frozen=True)
class Small(Method):
    name = "small"
    title = "Small"

    def fit_embed(self, tissue, *, seed, device, progress):
        rng = np.random.default_rng(seed)
        values = [SCALE * rng.standard_normal((g.n_genes, 4)).astype(np.float32) for g in tissue.graphs]
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)
"""


def install(site: Path, entry_points: str, package: str = "small_plugin", **files: str) -> None:
    """Lay out a package as pip does: a folder of modules, and its metadata."""
    folder = site / package
    for name, text in {"__init__": "", "method": WORKING, "scales": "SCALE = np = 1.0\n", **files}.items():
        (folder / f"{name}.py").parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(text)
    metadata = site / f"{package}-1.5.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: 1.5\n"
    )
    (metadata / "entry_points.txt").write_text(f"[geneboard.methods]\n{entry_points}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages that Python looks into; what was imported from it is forgotten."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0].endswith("_plugin")]:
        del sys.modules[name]


def test_installed_package(site: Path) -> None:
    install(site, "any = small_plugin.method:Small")
    entry = registry.methods()["small"]
    assert (entry.title, entry.kind, entry.fault) == ("Small", "plugin", "")
    assert entry.origin == "entry point 'any' of small-plugin 1.5"
    assert "helper" not in registry.methods().names()
    assert not any(name.startswith("small_plugin") for name in sys.modules)  # found, not imported
    loaded = entry.load()
    assert loaded.__module__ == "small_plugin.method"
    assert Path(sys.modules["small_plugin.method"].__file__ or "") == entry.path


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("small_plugin", "__init__"),
        ("small_plugin.deep.er.method", "deep/er/method"),
    ],  # `deep` has no __init__
)
def test_modules_of_packages_are_found_without_importing_these(site: Path, module: str, file: str) -> None:
    alarm = "raise AssertionError('imported')\n"
    files = {"__init__": alarm, "deep/er/__init__": alarm}
    install(site, f"any = {module}:Small", **{**files, file: alarm + WORKING})
    entry = registry.methods()["small"]
    assert entry.fault == ""
    with pytest.raises(InputError, match=r"entry point 'any' of small-plugin 1\.5: cannot be imported"):
        entry.load()


def test_editable_installation(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is not in the site folder; a finder, as setuptools puts there, knows where it is."""
    install(tmp_path / "elsewhere", "any = small_plugin.method:Small")
    (tmp_path / "elsewhere" / "small_plugin-1.5.dist-info").rename(site / "small_plugin-1.5.dist-info")

    class Finder:
        @classmethod
        def find_spec(cls, name: str, path: object = None, target: object = None) -> object:
            if name != "small_plugin":
                return None
            folder = tmp_path / "elsewhere" / name
            return importlib.util.spec_from_file_location(name, folder / "__init__.py")

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    entry = registry.methods()["small"]
    assert entry.path == tmp_path / "elsewhere" / "small_plugin" / "method.py"
    assert entry.load().title == "Small"


@pytest.mark.parametrize(
    ("entry_point", "fault"),
    [
        ("other = small_plugin.nothing:Small", "there is no module small_plugin.nothing"),
        ("other = nothing_plugin.method:Small", "there is no module nothing_plugin.method"),
        ("other = small_plugin.method.deeper:Small", "there is no module small_plugin.method.deeper"),
        (
            "other = small_plugin.method:Big",
            "method.py defines no class with a literal `name` and `title` that",
        ),
        ("other = small_plugin.scales:Small", "scales.py defines no class with a literal `name` and `title`"),
        ("other = small_plugin.broken:Small", "broken.py, line 1: is not valid Python (SyntaxError)"),
        ("other = small_plugin.method", "'small_plugin.method' is not of the form package.module:Class"),
        ("other = small_plugin.kind:Small", "the kind 'best' is none of published"),
    ],
)
def test_faulty_package_stops_only_what_uses_it(site: Path, entry_point: str, fault: str) -> None:
    kind = WORKING.replace('title = "Small"', 'title = "Small"\n    kind = "best"')
    install(site, entry_point, broken="def broken(:\n", kind=kind)
    known = registry.methods()
    assert known["pca"].load().title == "PCA"
    assert known["other"].fault
    with pytest.raises(InputError) as caught:
        known["other"].load()
    sentence = str(caught.value)
    assert sentence.startswith("entry point 'other' of small-plugin 1.5: ")
    assert sentence.count("entry point") == 1
    assert fault in sentence
    assert "\n" not in sentence


def test_packages_that_use_one_name(site: Path) -> None:
    install(site, "any = small_plugin.method:Small")
    install(site, "any = twin_plugin.method:Small", package="twin_plugin")
    known = registry.methods()
    assert known["pca"].load().title == "PCA"
    with pytest.raises(InputError) as caught:
        known["small"].load()
    assert str(caught.value).startswith(
        "entry point 'any' of twin-plugin 1.5: the method 'small' is already defined by "
        "entry point 'any' of small-plugin 1.5"
    )


def test_package_that_takes_the_name_of_ours(site: Path) -> None:
    install(site, "any = small_plugin.method:Small", method=WORKING.replace('"small"', '"pca"'))
    known = registry.methods()
    assert known["gae"].load().title == "GAE"
    with pytest.raises(
        InputError, match=r"small-plugin 1\.5: the method 'pca' is already defined by methods/pca"
    ):
        known["pca"].load()
    assert registry.methods(installed=False)["pca"].load().title == "PCA"


def test_faulty_package_cannot_hide_a_method_of_ours(site: Path) -> None:
    install(site, "pca = small_plugin.nothing:Small")
    known = registry.methods()
    assert known["pca"].load().title == "PCA"
    assert known["pca of small-plugin 1.5"].fault


@pytest.mark.parametrize("with_dask", [False, True])
def test_package_without_metadata(site: Path, with_dask: bool) -> None:
    if with_dask:
        pytest.importorskip(
            "importlib_metadata"
        )  # Dask imports it, and it takes the place of Python's finder
    install(site, "any = small_plugin.method:Small")
    (site / "small_plugin-1.5.dist-info" / "METADATA").unlink()
    assert registry.methods()["small"].origin == "entry point 'any' of an unnamed package"


def test_helper_of_an_installed_method_is_hashed(site: Path) -> None:
    install(site, "any = small_plugin.method:Small", unrelated="")
    entry = registry.methods()["small"]
    before, folder = method_code(entry), site / "small_plugin"
    (folder / "unrelated.py").write_text("value = 1\n")
    (folder / "method.py").write_text((folder / "method.py").read_text() + "# a comment\n")
    assert method_code(entry) == before
    (folder / "scales.py").write_text("SCALE = np = 2.0\n")
    assert method_code(entry) != before


@pytest.mark.usefixtures("controls_there")
def test_run_uses_installed_packages(
    graph_folder: Path, site: Path, tmp_path: Path, command: Callable[..., CompletedProcess[str]]
) -> None:
    """The package is on the path, and nothing names it."""
    install(site, "any = small_plugin.method:Small")
    install(site, "worse = broken_plugin.nothing:Broken", package="broken_plugin")
    rows = {row["name"]: row for row in json.loads(command("list", "methods", "--json").stdout)}
    assert rows["small"]["origin"] == "entry point 'any' of small-plugin 1.5"
    assert rows["small"]["fault"] == ""
    assert "there is no module broken_plugin.nothing" in rows["worse"]["fault"]
    data = ("--tissue", "lung", "--data", str(graph_folder), "--out", str(tmp_path / "out"), "--seeds", "1")
    everything = command(*data)
    assert everything.returncode == 2
    assert "entry point 'worse' of broken-plugin 1.5: there is no module" in everything.stderr
    assert everything.stderr.count("\n") == 1
    chosen = command(*data, "--methods", "small", "--no-pictures")  # with children, which find it as well
    assert chosen.returncode == 0, chosen.stderr
    records = [json.loads(path.read_text()) for path in tmp_path.glob("out/runs/*/result.json")]
    assert [(r["method"], r["kind"], r["status"], r["dim"]) for r in records] == [
        ("small", "plugin", "ok", 4)
    ]
