"""What a cell is: one method with one seed on one problem of a task, and its key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.seeds import derived_seed
from geneboard.benchmark.cells.settings import Settings
from geneboard.benchmark.records.printable import printable
from geneboard.benchmark.records.record import SCHEMA_VERSION, variant_suffix
from geneboard.benchmark.registry import Entry


@dataclass(frozen=True)
class Problem:
    """What is to be solved: a tissue, a split of samples, a part of the genes.

    Parameters
    ----------
    task
        Name of its task (`benchmark.task.TASKS`).
    name
        Name that records carry as their tissue.
    source
        Where the data come from, in a word.
    data_hashes
        Digest of every dataset.
    manifest
        File that child processes read it from.
    facts
        Fields of the record that determine the result beside the data.
    detail
        What is special about it, for people: "on the genes of mine".
    manifest_digest
        Of the manifest and what it names, where the hashes of the data do not tell that; not in the key.
    """

    task: str
    name: str
    source: str
    data_hashes: Mapping[str, str]
    manifest: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    manifest_digest: str = ""


@dataclass(frozen=True)
class Cell:
    """One method with one seed on one problem.

    Parameters
    ----------
    problem
        What is to be solved.
    preset
        Name that the record carries.
    entry
        The method.
    settings
        Its hyper-parameters.
    seed
        Number of the seed, from 0; `random_seed` is derived from it.
    threads
        Threads that training and scoring use.
    device
        Torch device.
    code
        Fingerprint of what decides the result; with an `input`, of what is done to that.
    metric_versions
        Version of every metric; not in the key, since another one only scores again.
    git_revision
        Revision of the checkout when the run was planned; not in the key.
    input
        The cell whose artifact is scored. Such a cell trains nothing.
    about
        Fields of the record that determine nothing; not in the key.
    scored_with
        Fields of the record that decide how the cell is scored; not in the key: others only score again.
    """

    problem: Problem
    preset: str
    entry: Entry
    settings: Settings
    seed: int
    threads: int
    device: str
    code: str
    metric_versions: Mapping[str, int]
    git_revision: str
    input: Cell | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    scored_with: Mapping[str, Any] = field(default_factory=dict)

    @property
    def trained(self) -> Cell:
        """The cell whose training makes what is scored: this one, or that of the input."""
        return self if self.input is None else self.input.trained

    @property
    def random_seed(self) -> int:
        """Seed of the random numbers; a deterministic function of problem, method and seed number."""
        return derived_seed(self.problem.name, self.entry.name, index=self.seed)

    @property
    def label(self) -> str:
        """Name for people, for example ``lung musegnn[epochs=5] seed 1``."""
        variant = variant_suffix(self.settings.overrides)
        name = f"{self.problem.name} {self.entry.name}{variant} seed {self.seed}"
        return printable(f"{name} {self.problem.detail}".strip())

    @property
    def key(self) -> str:
        """Hash of everything that determines the result."""
        if self.input is None:
            return self.training_key
        return _digest([self.training_key, self.problem.task, dict(self.problem.facts), self.code])

    @property
    def training_key(self) -> str:
        """Hash of everything that determines the artifact that is scored; the name of its folder."""
        if self.input is not None:
            return self.input.training_key
        return _digest(
            {
                "schema": SCHEMA_VERSION,
                "task": self.problem.task,
                "tissue": self.problem.name,
                "source": self.problem.source,
                "preset": self.preset,
                "data_hashes": dict(self.problem.data_hashes),
                "facts": dict(self.problem.facts),
                "method": self.entry.name,
                "settings": dict(self.settings.values),
                "seed": self.seed,
                "threads": self.threads,
                "device": self.device.split(":")[0],
                "code": self.code,
                "versions": versions.versions_for(self.entry),
            }
        )


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
