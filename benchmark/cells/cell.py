"""Which cells a run consists of: tissue x method x hyper-parameters x seed, each with its key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.cells import provenance
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.cells.settings import Settings
from geneboard.benchmark.records.record import SCHEMA_VERSION, Coverage, Problem, variant_suffix
from geneboard.benchmark.records.store import EMBEDDING, PREDICTIONS
from geneboard.benchmark.registry import Entry, Registry
from geneboard.benchmark.tasks.embedding.coverage import CoveredPart

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue


@dataclass(frozen=True)
class Cell:
    """One method with one seed on one tissue.

    Parameters
    ----------
    tissue, source, preset
        Names that the record carries.
    data_hashes
        Digest of every dataset of the tissue.
    manifest
        File that child processes load the tissue from.
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
    jackknife
        True if the metrics are also computed without each dataset in turn.
    code
        Hash of the sources of the method and the metrics.
    metrics_code
        Hash of the sources of the metrics; not in the key, `code` covers it.
    git_revision
        Revision of the checkout when the run was planned; not in the key.
    coverage
        For a precomputed embedding, how much of the tissue it has vectors for; not in the key.
    covered
        The genes to score on, if not all.
    problem
        What is to be inferred, in cells of the L1000 task; `tissue` is its name there.
    """

    tissue: str
    source: str
    preset: str
    data_hashes: Mapping[str, str]
    manifest: Path
    entry: Entry
    settings: Settings
    seed: int
    threads: int
    device: str
    jackknife: bool
    code: str
    metrics_code: str
    git_revision: str
    coverage: Coverage | None = None
    covered: CoveredPart | None = None
    problem: Problem | None = None

    @property
    def result_file(self) -> str:
        """Name of the file that training writes."""
        return EMBEDDING if self.problem is None else PREDICTIONS

    @property
    def random_seed(self) -> int:
        """Seed of the random numbers; a deterministic function of tissue, method and seed number."""
        return provenance.derived_seed(self.tissue, self.entry.name, index=self.seed)

    @property
    def label(self) -> str:
        """Name for people, for example ``lung musegnn[epochs=5] seed 1``."""
        part = f" on the genes of {self.covered.embedding}" if self.covered else ""
        variant = variant_suffix(self.settings.overrides)
        return f"{self.tissue} {self.entry.name}{variant} seed {self.seed}{part}"

    @property
    def key(self) -> str:
        """Hash of everything that determines the result."""
        if self.covered is None:
            return self.training_key
        content = [self.training_key, self.covered.embedding, self.covered.sha256, self.covered.code]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def scoring_code(self) -> str:
        """Hash of the sources of what scores this cell."""
        if self.covered is None:
            return self.metrics_code
        return hashlib.sha256(f"{self.metrics_code} {self.covered.code}".encode()).hexdigest()

    @property
    def training_key(self) -> str:
        """Hash of everything that determines the embedding and its scores on all genes.

        Its folder holds the embedding, which a cell scored on a part of the genes shares.
        """
        content: dict[str, Any] = {
            "schema": SCHEMA_VERSION,
            "tissue": self.tissue,
            "source": self.source,
            "preset": self.preset,
            "data_hashes": dict(self.data_hashes),
            "method": self.entry.name,
            "settings": dict(self.settings.values),
            "seed": self.seed,
            "threads": self.threads,
            "device": self.device.split(":")[0],
            "jackknife": self.jackknife,
            "code": self.code,
            "versions": provenance.versions_for(self.entry),
        }
        if self.problem is not None:
            content["problem"] = dict(self.problem)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def cells_of(
    tissue: Tissue,
    manifest: Path,
    registry: Registry,
    chosen: Sequence[str],
    preset: Preset,
    *,
    settings: Mapping[str, Settings],
    seeds: int | None = None,
    device: str = "cpu",
) -> list[Cell]:
    """Return the cells of one tissue, all methods with their first seed before any with the second.

    Parameters
    ----------
    tissue, manifest
        The data, and the file that children load it from.
    registry, chosen
        Known methods and the names of those to run.
    preset, seeds, device
        As on the command line; `seeds` None takes the numbers of the preset.
    settings
        Hyper-parameters by method.
    """
    cells = []
    metrics_code, git_revision = provenance.metrics_hash(), provenance.git_revision()
    for name in chosen:
        entry = registry[name]
        control = entry.attributes.get("kind") == "control"
        count = seeds if seeds is not None else preset.seeds
        if control and preset.control_seeds < preset.seeds:
            count = min(count, preset.control_seeds)
        if entry.attributes.get("deterministic", False):
            count = 1
        code = provenance.method_hash(entry)
        cells += [
            Cell(
                tissue=tissue.name,
                source=tissue.source,
                preset=preset.name,
                data_hashes=tissue.data_hashes,
                manifest=manifest,
                entry=entry,
                settings=settings[name],
                seed=seed,
                threads=preset.threads,
                device=device,
                jackknife=seed == 0 and not control and len(tissue.graphs) > 2,
                code=code,
                metrics_code=metrics_code,
                git_revision=git_revision,
            )
            for seed in range(count)
        ]
    return sorted(cells, key=lambda cell: cell.seed)
