"""Presets: how long to train, how many seeds, how many threads a cell gets."""

from __future__ import annotations

from dataclasses import dataclass

from geneboard.datasets.errors import InputError, closest


@dataclass(frozen=True)
class Preset:
    """Settings of a whole run.

    Parameters
    ----------
    name
        ``"quick"`` or ``"paper"``; records and tables carry it.
    shorten
        True if methods train with their `quick` settings instead of their defaults.
    seeds
        Seeds of a stochastic method.
    control_seeds
        A stochastic control gets at most so many seeds; None is no limit.
    threads
        Threads of one cell. It does not depend on the number of jobs, so that jobs never change a number.
    """

    name: str
    shorten: bool
    seeds: int
    control_seeds: int | None
    threads: int


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("quick", shorten=True, seeds=1, control_seeds=1, threads=1),
        Preset("paper", shorten=False, seeds=10, control_seeds=None, threads=1),
    )
}


def preset_named(name: str) -> Preset:
    """Return a preset by its name."""
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}{closest(name, PRESETS)}")
    return PRESETS[name]
