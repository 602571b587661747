"""What a result depends on besides code and data: versions of packages; and where it came about."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from importlib import metadata

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
    "torch-geometric",
    "umap-learn",
)
"""Packages whose version can change a number."""


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute."""
    return {"python": platform.python_version(), **{name: _version(name) for name in NUMERICAL_PACKAGES}}


def versions_for(entry: Entry) -> dict[str, str]:
    """Return the versions that a result of a method depends on, with the packages that it alone needs.

    A method names these in a literal attribute `packages`; one that is not installed is "not installed", so
    that a cell skipped for want of it is another one than the cell that runs with it.
    """
    return versions() | {name: _version(name) for name in entry.attributes.get("packages", ())}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def metric_versions() -> dict[str, int]:
    """Return the versions of the metrics of embeddings, by name."""
    return {entry.name: entry.attributes["version"] for entry in metrics()}


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


def host() -> str:
    """Return the name of this machine and its number of cores."""
    return f"{platform.node()} ({platform.machine()}, {os.cpu_count()} cores)"
