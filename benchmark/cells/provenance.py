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

from geneboard.benchmark.registry import ROOT, Entry, metrics

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


def versions_for(entry: Entry) -> dict[str, str]:
    """Return the versions that a result of a method depends on, with the packages that it alone needs.

    A method names these in a literal attribute `packages`; one that is not installed is "not installed", so
    that a cell skipped for want of it is another one than the cell that runs with it.
    """
    found = dict(versions())
    for package in entry.attributes.get("packages", ()):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
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
    """Files of the checkout, and of the package that a file is in, that it imports anywhere in it."""
    modules: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            modules.update(place for alias in node.names for place in _places(alias.name, path))
        elif isinstance(node, ast.ImportFrom):
            name = node.module or ""
            relative = [path.parents[node.level - 1].joinpath(*name.split("."))] if node.level else []
            for place in relative or _places(name, path):
                modules.update((place, *(place / alias.name for alias in node.names)))
    files = (file for module in modules for file in (module.with_suffix(".py"), module / "__init__.py"))
    return {file for file in files if file.is_file()}


def _places(name: str, importer: Path) -> list[Path]:
    """Where a module may be, without its suffix: in the checkout, or in the package of the importing file."""
    package = importer.parent
    while (package.parent / "__init__.py").is_file():
        package = package.parent
    parts = name.split(".")
    if parts[0] == "geneboard":
        return [ROOT.joinpath(*parts[1:])]
    folders = [ROOT]
    if parts[0] == package.name and (package / "__init__.py").is_file():
        folders.append(package.parent)
    return [folder.joinpath(*parts) for folder in folders]


def source_files(start: Iterable[Path]) -> list[Path]:
    """Return the given files and all that they import from this project or their own package."""
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
