"""Which cells a run consists of: tissue x method x hyper-parameters x seed, each with its key."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import json
import math
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any

from benchmark import provenance
from benchmark.external.coverage import CoveredPart
from benchmark.presets import Preset
from benchmark.record import SCHEMA_VERSION, Coverage, variant_suffix
from benchmark.registry import Entry, Registry, closest
from datasets.base import InputError

if TYPE_CHECKING:
    from datasets.base import Tissue


@dataclass(frozen=True)
class Settings:
    """Hyper-parameters of a method in a run.

    Parameters
    ----------
    values
        All hyper-parameters by name.
    overrides
        Those the user set to something other than the preset has.
    """

    values: Mapping[str, Any]
    overrides: Mapping[str, Any]


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
        content = {
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
            "versions": provenance.versions(),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def parse_sets(assignments: Iterable[str], chosen: Sequence[str]) -> dict[str, dict[str, str]]:
    """Split ``["musegnn.epochs=500"]`` into values by method and hyper-parameter.

    Raises
    ------
    InputError
        If an assignment has another form, names a method that does not run, or sets something twice.
    """
    parsed: dict[str, dict[str, str]] = {}
    for assignment in assignments:
        target, equals, value = assignment.partition("=")
        method, dot, key = target.partition(".")
        if not (equals and dot and method and key and value):
            raise InputError(
                f"--set {assignment}: expected METHOD.HYPERPARAMETER=VALUE, as in musegnn.epochs=500"
            )
        if method not in chosen:
            raise InputError(f"--set {assignment}: no method {method!r} in this run{closest(method, chosen)}")
        if key in parsed.setdefault(method, {}):
            raise InputError(f"--set {assignment}: {target} is set twice")
        parsed[method][key] = value
    return parsed


def _coerced(text: str, hint: Any, where: str) -> Any:
    """Turn the text of a --set into a value of the hyper-parameter's declared type."""
    is_union = isinstance(hint, UnionType) or typing.get_origin(hint) is typing.Union
    allowed = typing.get_args(hint) if is_union else (hint,)
    origins = tuple(typing.get_origin(kind) or kind for kind in allowed)
    try:
        value = ast.literal_eval(text.capitalize() if text in ("true", "false") else text)
    except (ValueError, SyntaxError):
        value = text
    if isinstance(value, list):
        value = tuple(value)
    literals = [
        choice
        for kind in allowed
        if typing.get_origin(kind) is typing.Literal
        for choice in typing.get_args(kind)
    ]
    if value in literals:
        return value
    kinds = tuple(origin for origin in origins if isinstance(origin, type))
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"--set {where}={text}: expected a finite number")
    if (isinstance(value, bool) and bool not in kinds) or not isinstance(value, kinds):
        wanted = " or ".join(
            [f"a value of type {kind.__name__}" for kind in kinds] + list(map(repr, literals))
        )
        raise InputError(f"--set {where}={text}: expected {wanted}")
    return value


def settings_of(entry: Entry, preset: Preset, overrides: Mapping[str, str]) -> Settings:
    """Return the hyper-parameters of a method under a preset, with what the user set.

    Raises
    ------
    InputError
        If a hyper-parameter is unknown or its value is refused.
    """
    method_class = entry.load()
    if not dataclasses.is_dataclass(method_class):
        raise InputError(f"{entry.path}: the method {entry.name} is not a dataclass")
    try:
        hints = typing.get_type_hints(method_class)
    except NameError as error:
        raise InputError(f"{entry.path}: the type of a hyper-parameter is not known ({error})") from error
    fields = [field.name for field in dataclasses.fields(method_class)]
    base: dict[str, Any] = dict(method_class.quick) if preset.shorten else {}  # type: ignore[attr-defined]
    given = {}
    if overrides and not entry.settable:
        raise InputError(
            f"--set {entry.name}.{next(iter(overrides))}: the settings of {entry.origin} are fixed"
        )
    for key, text in overrides.items():
        if key not in fields:
            raise InputError(
                f"--set {entry.name}.{key}={text}: unknown hyper-parameter {key!r}{closest(key, fields)}"
            )
        given[key] = _coerced(text, hints[key], f"{entry.name}.{key}")
    try:
        standard = dataclasses.asdict(method_class(**base))
        values = dataclasses.asdict(method_class(**{**base, **given}))
    except (TypeError, ValueError) as error:
        raise InputError(f"{entry.name}: {error}") from error
    return Settings(values, {key: value for key, value in values.items() if value != standard[key]})


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
