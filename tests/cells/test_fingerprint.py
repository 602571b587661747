"""What changes the fingerprint of code, and what does not: edits of a small package of a plugin."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest

from geneboard.benchmark import registry
from geneboard.benchmark.cells.fingerprint import Code, fingerprint, method_code
from geneboard.benchmark.tasks.inference.codes import GIVING, PREPARING, inference_method_code

FILES = {
    "method": '''"""A method."""

import os.path
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from scipy.special import expit

from . import scaling
from .base import Base

if TYPE_CHECKING:
    from .unrelated import Nothing

GENES = Path(__file__).with_name("genes.csv")


@dataclass(frozen=True)
class Mine(Base):
    """Embeds genes."""

    name = "mine"
    title = "Mine"
    epochs: int = 5
    shared: ClassVar[int] = 3

    def fit_embed(self, tissue: object, *, rate: float = 0.1) -> float:
        """Embed."""
        # a comment
        return expit(scaling.scaled(rate)) + read(os.path.basename("x"))


@cache
def read(name: str) -> int:
    return len(GENES.read_text()) + len(name)
''',
    "base": "from .effects import LIMIT\n\nclass Base:\n    def skip(self):\n        return LIMIT\n",
    "effects": "import warnings\n\nLIMIT = 7\nwarnings.simplefilter('ignore')\n",
    "scaling": "from .constants import SCALE, unused\n\ndef scaled(x):\n    return x * SCALE\n",
    "constants": "SCALE = 2.0\n\ndef unused():\n    return 1\n",
    "unrelated": "class Nothing:\n    pass\n\ndef scaled(x):\n    return x\n",
    "__init__": "",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "plugin"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "genes.csv").write_text("TP53\n")
    return folder


def of(folder: Path, file: str = "method") -> str:
    return fingerprint([(folder / f"{file}.py", "Mine")])


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


TIDYING = [
    ("method.py", '"""Embeds genes."""', '"""Embeds all the genes."""'),
    ("method.py", '"""Embeds genes."""\n', ""),
    ("method.py", '    title = "Mine"\n', '    title = "Mine"\n    trained_on = "expression"\n'),
    ("method.py", "# a comment", "# another\n        # comment"),
    ("method.py", "tissue: object", "tissue: list[int]"),
    ("method.py", ") -> float:", "):"),
    ("method.py", "epochs: int", "epochs: float"),
    ("method.py", "from .unrelated import Nothing", "from .nowhere import Something"),
    ("method.py", "GENES = Path(", "GENES: Path = Path("),
    ("method.py", "from scipy.special import expit", "from scipy.special import expit as expit"),
    (
        "scaling.py",
        "def scaled(x):\n    return x * SCALE",
        "def scaled(x):\n    return (x *\n       SCALE)",
    ),
    ("scaling.py", "import SCALE, unused", "import SCALE"),
    ("constants.py", "return 1", "return 2"),
    ("constants.py", "SCALE = 2.0\n", "OTHER = 3\nSCALE = 2.0\n"),
    ("base.py", "return LIMIT", 'from .unrelated import Nothing\n        "text"\n        return LIMIT'),
]
CHANGES = [
    ("constants.py", "2.0", "2.5"),  # two imports away
    ("constants.py", "2.0", "2"),
    ("method.py", "rate: float = 0.1", "rate: float = 0.2"),
    ("method.py", "@cache\n", ""),
    ("method.py", '    title = "Mine"\n', '    title = "Mine"\n    tested_on = "expression"\n'),
    ("method.py", "frozen=True", "frozen=False"),
    ("method.py", "class Mine(Base)", "class Mine(object)"),
    ("method.py", "epochs: int = 5", "epochs: int = 6"),
    ("method.py", "epochs: int = 5", "epochs = 5"),  # no field any more
    ("method.py", "shared: ClassVar[int]", "shared: int"),
    (
        "method.py",
        "    epochs: int = 5\n    shared: ClassVar[int] = 3",
        "    shared: ClassVar[int] = 3\n    epochs: int = 5",
    ),
    ("method.py", "from scipy.special import expit", "from scipy.stats import expit"),
    ("method.py", "scaling.scaled", "scaling.unused"),
    ("method.py", "from . import scaling", "from . import unrelated as scaling"),
    ("method.py", '"genes.csv"', '"other.csv"'),
    ("base.py", "return LIMIT", "return None"),
    ("effects.py", "'ignore'", "'always'"),
    ("genes.csv", "TP53", "TP63"),
]


@pytest.mark.parametrize(
    ("edited", "changes"), [*((one, False) for one in TIDYING), *((one, True) for one in CHANGES)]
)
def test_what_can_change_a_number_is_a_change_and_tidying_up_is_none(
    package: Path, edited: tuple[str, str, str], changes: bool
) -> None:
    before = of(package)
    edit(package, *edited)
    assert (of(package) != before) == changes


def test_moved_and_renamed_files_are_the_same(package: Path) -> None:
    before = of(package)
    (package / "deep").mkdir()
    (package / "deep" / "__init__.py").write_text("from .numbers import SCALE\n")  # and through a re-export
    (package / "constants.py").rename(package / "deep" / "numbers.py")
    edit(package, "scaling.py", "from .constants import SCALE, unused", "from plugin.deep import SCALE")
    (package / "method.py").rename(package / "renamed.py")
    (package / "genes.csv").rename(package / "symbols.csv")
    edit(package, "renamed.py", "genes.csv", "symbols.csv")
    edit(package, "renamed.py", "from . import scaling\n", "import plugin.scaling\n")
    edit(package, "renamed.py", "scaling.scaled", "plugin.scaling.scaled")
    elsewhere = package.parent / "elsewhere" / "plugin"
    shutil.move(package, elsewhere)
    assert of(elsewhere, "renamed") == before


def test_what_gives_a_method_its_data_counts_where_it_is_named(package: Path) -> None:
    (entry,) = registry.entries_in(package / "method.py")
    around = [(package / "unrelated.py", "scaled")]
    alone, both = method_code(entry), method_code(entry, around=around)
    edit(package, "unrelated.py", "return x", "return -x")
    assert method_code(entry) == alone
    assert method_code(entry, around=around) not in (alone, both)


def test_what_prepares_the_data_of_the_l1000_task_counts() -> None:
    for entry in registry.inference_methods():
        assert inference_method_code(entry) == fingerprint([*entry.roots, *PREPARING, *GIVING])


def test_order_of_definitions_is_no_change(package: Path) -> None:
    before = of(package)
    text = (package / "method.py").read_text()
    start, end = text.index("@dataclass"), text.index("@cache")
    (package / "method.py").write_text(text[:start] + text[end:] + "\n\n" + text[start:end])
    assert of(package) == before


def test_exchanged_names_are_a_change(tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text("A, B = 1, 2\n\ndef f(): return 1\n\ndef g(): return 2\n")
    found = set()
    for text in ("A - B", "B - A", "f() - g()", "g() - f()"):
        (tmp_path / "one.py").write_text(f"from two import A, B, f, g\n\ndef Mine():\n    return {text}\n")
        found.add(of(tmp_path, "one"))
    (tmp_path / "one.py").write_text("from two import A as B, B as A\n\ndef Mine():\n    return B - A\n")
    assert len(found) == 4
    assert of(tmp_path, "one") in found  # the same as A - B: an alias is only a name


@pytest.mark.parametrize(
    "use",
    [
        "import helper\n\ndef Mine():\n    return helper.f()",
        "import helper as h\n\ndef Mine():\n    return h.f()",
        "from helper import *\n\ndef Mine():\n    return f()",
        "def Mine():\n    from helper import f\n    return f()",
        "def Mine():\n    import helper\n    return helper.f()",
        "try:\n    from helper import f\nexcept ImportError:\n    f = None\n\ndef Mine():\n    return f()",
        "import helper\n\nclass Mine:\n    f = staticmethod(helper.f)",
        "import helper\n\nMine = lambda f=helper.f: f()",
        "import helper\n\ndef Mine(name):\n    return getattr(helper, name)",
        "def Mine():\n    return load('helper:f')",
        "from importlib import import_module as get\n\nM = get('helper.part')\n\ndef Mine():\n    return M.f",
        "import helper\n\nTABLE = {}\nfor key in 'ab':\n    TABLE[key] = helper.f\n\ndef Mine():\n    TABLE",
        "import helper\n\n@helper.f\ndef Mine():\n    return 0",
        "import helper\n\nclass Mine(metaclass=helper.f):\n    pass",
        "import helper\n\nf = 1\n\ndef Mine():\n    return [f for f in helper.f()]",
        "import os\n\ndef Mine():\n    return open(os.path.join(os.path.dirname(__file__), 'helper.py'))",
        "from importlib.resources import files\n\nMine = files(__package__).joinpath('helper.py')",
        "import json\n\ndef Mine():\n    return json.loads((FOLDER / 'helper.py').read_text())\n\n"
        "from pathlib import Path\nFOLDER = Path(__file__).resolve().parent",
    ],
)
def test_a_helper_beside_a_plugin_is_found_however_it_is_imported(tmp_path: Path, use: str) -> None:
    helper, part = tmp_path / "helper.py", "helper.part" in use
    if part:
        helper = tmp_path / "helper" / "part.py"
        helper.parent.mkdir()
        (helper.parent / "__init__.py").write_text("")
    (tmp_path / "plugin.py").write_text(use)
    helper.write_text("def f():\n    return 1\n")
    before = of(tmp_path, "plugin")
    helper.write_text("def f():\n    '''Say one.'''\n    return 1\n")
    assert of(tmp_path, "plugin") == before
    helper.write_text("def f():\n    return 2\n")
    assert of(tmp_path, "plugin") != before


def test_a_local_name_is_not_that_of_the_module(tmp_path: Path) -> None:
    found = set()
    for value in (1, 2):
        (tmp_path / "plugin.py").write_text(f"x = {value}\n\ndef Mine(x):\n    return [y + x for y in x]\n")
        found.add(of(tmp_path, "plugin"))
    assert len(found) == 1


def test_modules_that_import_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from b import *\n\ndef Mine():\n    return g() + nothing\n")
    (tmp_path / "b.py").write_text("from a import *\n\ndef g():\n    return Mine()\n")
    assert of(tmp_path, "a") == of(tmp_path, "a")


def test_what_is_not_python_counts_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "plugin.py").write_text("def Mine():\n    import helper\n    return helper.f\n")
    found = set()
    for text in ("def f(:\n", "def g(:\n"):
        (tmp_path / "helper.py").write_text(text)
        found.add(of(tmp_path, "plugin"))
    assert len(found) == 2


@pytest.mark.parametrize(
    ("method", "file", "old", "new", "changes"),
    [
        ("musegnn", "methods/training.py", '"""Make everything', '"""All', False),
        ("musegnn", "methods/musegnn.py", "epochs: int = ", "epochs: int = 1", True),
        ("musegnn", "methods/layers.py", "_NO_EDGE = ", "_NO_EDGE = 2 * ", True),
        ("pca", "methods/layers.py", "_NO_EDGE = ", "_NO_EDGE = 2 * ", False),
        ("l1000_linear", "datasets/landmarks.csv", "\n", "\r\n", True),
        ("pca", "datasets/landmarks.csv", "\n", "\r\n", False),
        ("musegnn", "metrics/auc.py", "return ", "return 2 * ", False),
    ],
)
def test_real_methods(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, file: str, old: str, new: str, changes: bool
) -> None:
    """On a copy of the checkout, which has the fingerprints of the checkout itself."""
    for package in ("methods", "datasets", "metrics"):
        shutil.copytree(registry.ROOT / package, tmp_path / package)
    entry = registry.methods(installed=False)[method]
    before = method_code(entry)
    copied = (tmp_path / entry.path.relative_to(registry.ROOT), entry.class_name)
    monkeypatch.setattr("geneboard.benchmark.cells.modules.ROOT", tmp_path)
    assert fingerprint([copied]) == before
    edit(tmp_path, file, old, new)
    assert (fingerprint([copied]) != before) == changes


def test_all_methods_are_read_in_a_second_and_without_torch() -> None:
    code, started = Code(), time.process_time()
    entries = [*registry.methods(), *registry.inference_methods()]
    found = [code.digest(entry.roots) for entry in entries]
    assert len(set(found)) == len(found)
    assert time.process_time() - started < 3  # a second on a quiet machine


def test_external_methods_count_our_code_that_runs_them() -> None:
    from geneboard.benchmark.external.commands import CommandEntry
    from geneboard.benchmark.external.precomputed import PrecomputedEntry

    made = [kind("name", Path("x"), "X", {}) for kind in (CommandEntry, PrecomputedEntry)]
    assert len({method_code(entry) for entry in made}) == 2


SOURCE = '''
import math as m
from numpy import linalg
@decorate(1)
class A(Base, metaclass=M):
    """Text."""
    x: int = 0x10
    y: "ClassVar[int]"
    def f(self, a, /, b=1, *c, d=None, **e) -> int:
        global G
        z: int
        G = lambda q: q + b
        with open(a) as h, h: pass
        try:
            return f"{a!r:>{b}}" "x" f"{b}" f"" + "\\u00e9\\U0001f600"
        except* (OSError, ValueError) as error:
            raise error from None
        match c:
            case [1, *rest] | {"k": rest, **more} if rest: ...
            case Point(x=0) as p: return [*p], {**e}, {1, 2}
        return 1e-3, 2j, b"\\x00", ..., not True, m.pi, linalg.norm, -1 if a else a[1:2, ::3]
    async def g(self): return [await i async for i in self if i for j in i]
def B(): return (w := A()), B, (i for i in range(3)), A.f
'''


def test_the_text_of_code_is_the_same_on_every_version_of_python(tmp_path: Path) -> None:
    """The digest was made by Python 3.11, 3.12 and 3.13 alike, which CI does not all have.

    It is so by construction: only fields that hold something are written, so a field that a new version adds
    (`type_params`) is not there; texts are JSON; f-strings, which versions cut differently, are joined.
    """
    path = tmp_path / "source.py"
    path.write_text(SOURCE)
    assert fingerprint([(path, "B")]) == FROZEN, sys.version


FROZEN = "3788f104ee2387ae585192d1b97442cefc3be546b763922d9a9525ae6512b28f"
