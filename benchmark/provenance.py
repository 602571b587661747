"""What a result depends on: versions of packages, source of the code, revision of the checkout."""

from __future__ import annotations

import ast
import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from benchmark.registry import ROOT, Entry, metrics

NUMERICAL_PACKAGES = (
    "anndata",
    "gensim",
    "igraph",
    "leidenalg",
    "numba",
    "numpy",
    "pandas",
    "pynndescent",
    "scanpy",
    "scikit-learn",
    "scipy",
    "torch",
    "umap-learn",
)
"""Packages whose version can change a number."""


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute."""
    found = {"python": platform.python_version()}
    for package in NUMERICAL_PACKAGES:
        found[package] = metadata.version(package)
    return found


def git_revision() -> str:
    """Return the commit of the checkout, "+changes" if files differ from it, "unknown" outside git."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    try:
        revision = git("rev-parse", "HEAD")
        changed = git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return revision + ("+changes" if changed else "")


def _imported_files(path: Path) -> set[Path]:
    """Files of the checkout that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    found = set()
    for name in names:
        module = ROOT.joinpath(*name.split("."))
        found |= {file for file in (module.with_suffix(".py"), module / "__init__.py") if file.is_file()}
    return found


def source_files(start: Iterable[Path]) -> list[Path]:
    """Return the given files and all that they import from this project, directly or not."""
    todo, seen = list(start), set[Path]()
    while todo:
        path = todo.pop().resolve()
        if path not in seen:
            seen.add(path)
            todo.extend(_imported_files(path))
    return sorted(seen)


def code_hash(start: Iterable[Path]) -> str:
    """Return the sha256 of the source of the given files and of what they import from this project."""
    digest = hashlib.sha256()
    for path in source_files(start):
        label = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
        digest.update(f"{label}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def metrics_hash() -> str:
    """Return the hash of everything that scores an embedding."""
    return code_hash(_scoring_files())


def method_hash(entry: Entry) -> str:
    """Return the hash of everything that makes the scores of a method: its sources, and the metrics'."""
    return code_hash([*entry.sources, *_scoring_files()])


def _scoring_files() -> list[Path]:
    package = ROOT / "metrics"
    return [*(entry.path for entry in metrics()), package / "score.py", package / "embedding_files.py"]


def derived_seed(*names: str, index: int) -> int:
    """Return the random seed of a cell, derived from names so that no two cells share a random stream.

    Returns
    -------
    int
        Between 0 and 2**31 - 1.
    """
    digest = hashlib.sha256("\0".join([*names, str(index)]).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def host() -> str:
    """Return the name of this machine and its number of cores."""
    return f"{platform.node()} ({platform.machine()}, {os.cpu_count()} cores)"
