"""A small working method with its test, written for somebody who starts on a new one."""

from __future__ import annotations

import importlib.util
import keyword
import re
import shlex
import sys
from pathlib import Path
from string import Template

from geneboard.benchmark import registry
from geneboard.benchmark.registry import ROOT
from geneboard.datasets.errors import InputError

METHOD = '''"""$title: random sums over the neighbours of a gene."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.methods.base import GeneEmbeddings, Method, Progress


@dataclass(frozen=True)
class $class_name(Method):
    """Each gene name gets a random vector; a gene embeds as the sum of its neighbours' vectors.

    Genes with the same partners come out alike, in one dataset or in two. Say here what your method computes
    and where it is published.
    """

    name = "$name"  # plain literals: the registry reads them without importing the file
    title = "$title"
    reference = ""  # a DOI or an arXiv number
    trained_on = "the gene graphs"  # what it sees: or "expression", "other data", ...

    dim: int = 32  # hyper-parameters are fields: --set $name.dim=16

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Embed the genes of every dataset."""
        rng = np.random.default_rng(seed)
        genes = pd.Index([gene for graph in tissue.graphs for gene in graph.genes]).unique()
        vectors = rng.standard_normal((len(genes), self.dim))
        values = []
        for done, graph in enumerate(tissue.graphs, start=1):  # graph.features are genes x cells
            sums = graph.adjacency @ vectors[genes.get_indexer(graph.genes)]
            values.append(sums.astype(np.float32))
            progress(done, len(tissue.graphs))
        return GeneEmbeddings.of(tissue, values)  # one (n_genes, dim) array per graph
'''

IMPORTED = ("GeneEmbeddings", "Method", "Progress", "Tissue")
"""Classes that the file imports."""

TEST = '''"""$title keeps the rules of the benchmark. Add tests of what it computes."""

from pathlib import Path

import pytest

from geneboard.benchmark.commands.check import check
from geneboard.benchmark.plugin_kit.check import RULES, Verdict

METHOD = Path(__file__).with_name("$name.py")


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """Check the method once, for all rules."""
    return {verdict.rule: verdict for verdict in check(METHOD)}


@pytest.mark.parametrize("rule", RULES)
def test_rule(verdicts: dict[str, Verdict], rule: str) -> None:
    """Every rule is kept."""
    assert verdicts[rule].passed, verdicts[rule].remark
'''


def write_skeleton(name: str, folder: Path) -> str:
    """Write ``NAME.py`` and ``test_NAME.py``.

    Parameters
    ----------
    name
        Name of the method.
    folder
        Where the files go; it is made if need be.

    Returns
    -------
    str
        What was written and what to run next, for the terminal.

    Raises
    ------
    InputError
        If the name cannot be used or one of the files is there already.
    """
    class_name = "".join(part.capitalize() for part in name.split("_"))
    _check_name(name, class_name)
    words = {"name": name, "class_name": class_name, "title": name.replace("_", " ").capitalize()}
    files = {folder / f"{name}.py": METHOD, folder / f"test_{name}.py": TEST}
    for path in files:
        if path.exists():
            raise InputError(
                f"{path}: is there already, and is not overwritten; go on with what is there, or give "
                "another name or --dir"
            )
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        with path.open("x", encoding="utf-8") as file:
            file.write(Template(text).substitute(words))
    return "\n".join([f"wrote {' and '.join(map(str, files))}; next:", *_next_commands(name, *files)])


def _check_name(name: str, class_name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{,39}", name):
        raise InputError(
            f"{name[:50]!r} is no name for a method: it takes a-z, then up to 39 of a-z, 0-9 and _"
        )
    if name == "conftest" or name.startswith("test_"):
        raise InputError(f"{name!r} is no name for a method: pytest would take {name}.py for its own")
    if keyword.iskeyword(name) or keyword.iskeyword(class_name):
        raise InputError(f"{name!r} is no name for a method: it is a word of Python's own")
    known = registry.methods()
    if name in known.names():
        raise InputError(f"the method {name!r} is already defined by {known[name].origin}")
    if name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
        raise InputError(f"{name!r} is no name for a method: {name}.py would hide the Python module {name}")
    if class_name in IMPORTED:
        raise InputError(
            f"{name!r} is no name for a method: its class would hide {class_name} of the benchmark"
        )


def _next_commands(name: str, method: Path, test: Path) -> list[str]:
    """Return commands that work in the checkout; elsewhere the first one goes there."""
    here = Path.cwd() == ROOT
    method, test = (path if here else path.resolve() for path in (method, test))
    registered = method.resolve().parent == ROOT / "methods"
    commands = [
        ["python", "run_all.py", "check", str(method)],
        ["python", "-m", "pytest", str(test)],
        ["python", "run_all.py", "--tissue", "lung", "--methods", name]
        + ([] if registered else ["--plugin", str(method)]),
    ]
    return [f"  {shlex.join(command)}" for command in ([] if here else [["cd", str(ROOT)]]) + commands]
