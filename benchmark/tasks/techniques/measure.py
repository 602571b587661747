"""Knowledge and reproducibility of matched networks, by technique and unit, and their differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import pandas as pd

from geneboard.benchmark.report.intervals import Interval, mean_interval, welch_interval
from geneboard.benchmark.tasks.techniques.comparison import (
    BEST,
    REPRODUCIBILITY,
    Measured,
    Technique,
    TechniqueDifference,
)
from geneboard.datasets.base import MODALITIES, Tissue
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.matched_networks import MatchedNetwork, MatchedNetworks
from geneboard.metrics.biology.network_halves import halves_agreement
from geneboard.metrics.biology.retrieval import retrieval
from geneboard.metrics.biology.strata import gene_strata

PERMUTATIONS = 200


@dataclass(frozen=True, eq=False)
class _Answer:
    """A measure of the networks of one unit.

    Attributes
    ----------
    auc, null
        As in `Measured`.
    parts
        AUC minus null of resampled gene sets, or of draws, shape (n,); in the same order for all units.
    """

    auc: float
    null: float
    parts: np.ndarray


@dataclass(frozen=True, eq=False)
class MeasuredTechnique:
    """A technique with what its intervals are taken from: measure -> mean over units of the parts."""

    technique: Technique
    parts: Mapping[str, np.ndarray]


def measured_techniques(
    matched: MatchedNetworks,
    units: Mapping[str, Sequence[str]],
    symbols: pd.Index,
    libraries: Sequence[GeneSets],
) -> list[MeasuredTechnique]:
    """Measure the networks of each technique.

    Parameters
    ----------
    matched
        The networks.
    units
        Independent unit -> its datasets, of whatever technique.
    symbols
        Names of the genes as the libraries have them, in the order of `matched.genes`.
    libraries
        Gene sets, restricted to these genes.

    Returns
    -------
    list of MeasuredTechnique
        The technique that is claimed to be the best first.
    """
    found = []
    for modality in sorted(MODALITIES, key=lambda one: one != BEST):
        own = [network for network in matched.networks if network.graph.modality == modality]
        datasets = list(dict.fromkeys(network.dataset for network in own))
        members = {
            unit: tuple(name for name in datasets if name in of_unit) for unit, of_unit in units.items()
        }
        members = {unit: names for unit, names in members.items() if names}
        if not own:
            continue
        answers = {
            unit: dict(_answers([one for one in own if one.dataset in names], symbols, libraries))
            for unit, names in members.items()
        }
        measures = list(next(iter(answers.values())))
        parts = {
            name: np.mean([of_unit[name].parts for of_unit in answers.values()], axis=0) for name in measures
        }
        tested = [network.tested_edges[0] for network in own]
        technique = Technique(
            modality,
            {name: matched.cells[name] for name in datasets},
            (min(tested), max(tested)),
            members,
            {
                name: _measured({unit: of_unit[name] for unit, of_unit in answers.items()}, parts[name], name)
                for name in measures
            },
        )
        found.append(MeasuredTechnique(technique, parts))
    return found


def _answers(
    networks: Sequence[MatchedNetwork], symbols: pd.Index, libraries: Iterable[GeneSets]
) -> Iterator[tuple[str, _Answer]]:
    """Yield the measures of the networks of one unit."""
    strata = gene_strata(Tissue("unit", "matched", tuple(network.graph for network in networks)))
    values = [closed_neighbourhoods(network) for network in networks]
    for library in libraries:
        auc = retrieval(values, [symbols] * len(networks), strata, library, draws=PERMUTATIONS).auc
        if auc is not None:  # a library without pairs has none in any network: they have the same genes
            parts = np.array(auc.resampled) - auc.null_mean
            yield f"knowledge ({library.name})", _Answer(auc.value, auc.null_mean, parts)
    agreed = [
        halves_agreement(
            [half.strength for half in network.halves],
            [half.edges for half in network.halves],
            strata[0],
            draws=PERMUTATIONS,
        )
        for network in networks
    ]
    draws = np.array([network.draw for network in networks])
    above = np.array([one.above_null for one in agreed])
    yield (
        REPRODUCIBILITY,
        _Answer(
            fmean(one.value for one in agreed),
            fmean(one.null_mean for one in agreed),
            np.array([above[draws == draw].mean() for draw in np.unique(draws)]),
        ),
    )


def closed_neighbourhoods(network: MatchedNetwork) -> np.ndarray:
    """Return the neighbours of each gene and the gene itself, float32 of shape (n_genes, n_genes).

    With the gene itself two joined genes are more alike than two that only share neighbours, and a gene
    without edges is like no other instead of being left out: all networks are asked about the same genes.
    """
    rows: np.ndarray = network.graph.adjacency.toarray().astype(np.float32)
    np.fill_diagonal(rows, 1)
    return rows


def _measured(answers: Mapping[str, _Answer], parts: np.ndarray, measure: str) -> Measured:
    auc, null = (fmean(getattr(one, name) for one in answers.values()) for name in ("auc", "null"))
    by_unit = {unit: one.auc - one.null for unit, one in answers.items()}
    return Measured(auc, null, auc - null, *_interval(parts, measure), by_unit)


def _interval(parts: np.ndarray, measure: str) -> Interval:
    """Return the 95 % interval: percentiles of resampled gene sets, or that of the mean over draws."""
    if measure != REPRODUCIBILITY:
        low, high = np.nanpercentile(parts, [2.5, 97.5])
        return Interval(float(low), float(high))
    interval = mean_interval(parts)
    assert interval is not None  # at least two draws are made
    return interval


def differences(techniques: Sequence[MeasuredTechnique]) -> list[TechniqueDifference]:
    """Return how much better the networks of scRNA are than those of each other technique."""
    best, *others = techniques
    found = []
    for other in others:
        for measure, ours in best.technique.measures.items():
            theirs = other.technique.measures[measure]
            low, high = _interval(best.parts[measure] - other.parts[measure], measure)
            over_units = welch_interval(list(ours.by_unit.values()), list(theirs.by_unit.values()))
            found.append(
                TechniqueDifference(
                    *(other.technique.modality, measure, ours.value - theirs.value, low, high),
                    *(over_units or (None, None)),
                )
            )
    return found
