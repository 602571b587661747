"""Which samples are trained on, chosen by and tested on; samples of one patient are never parted."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.expression import ExpressionSet

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of samples, sorted.

    Parameters
    ----------
    train
        Samples that models and preprocessing learn from.
    validation
        Samples that hyper-parameters and the end of training are chosen on.
    test
        Samples that nothing but the scores sees.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def random_split(
    expression: ExpressionSet, *, seed: int, test: float = 0.2, validation: float = 0.1
) -> Split:
    """Split by group, so that every organ has about the same share in each part.

    Parameters
    ----------
    seed
        The same seed gives the same split.
    test, validation
        Shares of all samples, in each organ. An organ with at least three groups has one in each part.

    Raises
    ------
    InputError
        If a part would be empty.
    """
    labels = _draw(expression.groups, expression.organs, {"test": test, "validation": validation}, seed)
    return _split(expression, labels)


def leave_organ_out(expression: ExpressionSet, organ: str, *, seed: int, validation: float = 0.125) -> Split:
    """Test on all samples of one organ and train on the others.

    A group with samples of that organ and of others is left out of training.

    Parameters
    ----------
    validation
        Share of the samples of the other organs.

    Raises
    ------
    InputError
        If no sample is of that organ, or all are.
    """
    known = sorted(set(expression.organs))
    if organ not in known:
        close = difflib.get_close_matches(organ, known, n=1)
        ending = f"; did you mean {close[0]!r}?" if close else f"; the organs are {', '.join(known)}."
        raise InputError(f"{expression.name}: no sample is of the organ {organ!r}{ending}")
    left_out = expression.organs == organ
    torn = np.isin(expression.groups, expression.groups[left_out]) & ~left_out
    rest = ~left_out & ~torn
    labels = np.where(left_out, "test", "").astype(object)
    labels[rest] = _draw(expression.groups[rest], expression.organs[rest], {"validation": validation}, seed)
    return _split(expression, labels)


def training_split(expression: ExpressionSet, *, seed: int, validation: float = 0.125) -> Split:
    """Train on all samples but those for validation; the test samples are in another set.

    Raises
    ------
    InputError
        If a part would be empty.
    """
    labels = _draw(expression.groups, expression.organs, {"validation": validation}, seed)
    return _split(expression, labels, PARTS[:2])


def given_split(expression: ExpressionSet, labels: Sequence[str]) -> Split:
    """Split as the user says.

    Parameters
    ----------
    labels
        For every sample one of `PARTS`, or "" to leave it out.

    Raises
    ------
    InputError
        If a label is unknown, a part is empty, or samples of one group are in two parts.
    """
    if len(labels) != expression.n_samples:
        raise InputError(
            f"{expression.name}: the split has {len(labels)} labels for {expression.n_samples} samples."
        )
    unknown = sorted(set(labels) - {*PARTS, ""})
    if unknown:
        raise InputError(f"{expression.name}: a split has the parts {', '.join(PARTS)}, not {unknown[0]!r}.")
    return _split(expression, np.asarray(labels, dtype=object))


def _draw(groups: np.ndarray, organs: np.ndarray, shares: dict[str, float], seed: int) -> np.ndarray:
    """Label every sample with a part; what no share is taken by is for training."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame({"group": groups, "organ": organs})
    first_organ = table.groupby("group", sort=True)["organ"].first()
    sizes = table["group"].value_counts()
    part_of: dict[str, str] = {}
    for organ in sorted(set(first_organ)):
        names = first_organ.index[first_organ == organ].to_numpy()
        waiting = list(random.permutation(names))
        n_samples = int(sizes[names].sum())
        for part, share in shares.items():
            taken, wanted = 0, share * n_samples
            while waiting and share > 0 and len(names) > len(shares):
                size = int(sizes[waiting[-1]])
                if taken and abs(taken + size - wanted) >= abs(taken - wanted):
                    break
                taken += size
                part_of[waiting.pop()] = part
    return np.array([part_of.get(group, "train") for group in groups], dtype=object)


def _split(expression: ExpressionSet, labels: np.ndarray, needed: Sequence[str] = PARTS) -> Split:
    parts = {part: np.flatnonzero(labels == part) for part in PARTS}
    for part in needed:
        if not len(parts[part]):
            raise InputError(f"{expression.name}: the split has no sample for {part}.")
    used = labels != ""
    used_parts = pd.Series(labels[used]).groupby(expression.groups[used]).nunique()
    if (used_parts > 1).any():
        group = used_parts.index[used_parts > 1][0]
        raise InputError(f"{expression.name}: samples of the group {group!r} are on both sides of the split.")
    return Split(**parts)


def common_genes(one: ExpressionSet, other: ExpressionSet) -> tuple[ExpressionSet, ExpressionSet]:
    """Return two sets with the genes that both have, to train on one platform and test on the other.

    The genes are in the order of the first set.

    Genes are the same if their Entrez ids are, or, where there are none, their symbols. Whether a gene is a
    landmark is taken from the first. Each platform has its own scale, so each needs preprocessing fitted on
    samples of its own.

    Raises
    ------
    InputError
        If they have no landmark or no other gene in common.
    """
    by_entrez = all((part.genes["entrez"] != "").any() for part in (one, other))
    names = [_names(part.genes, by_entrez) for part in (one, other)]
    usable = (names[0] != "") & ~names[0].duplicated(keep=False) & names[0].isin(names[1])
    usable &= ~names[0].isin(names[1][names[1].duplicated()])
    first = one.take_genes(np.flatnonzero(usable))
    n_landmarks = len(first.landmarks)
    if not 0 < n_landmarks < first.n_genes:
        raise InputError(
            f"{one.name} and {other.name} have {n_landmarks} landmarks and {first.n_genes - n_landmarks}"
            " other genes in common; both are needed."
        )
    second = other.take_genes(names[1].get_indexer_for(names[0][usable]))
    return first, replace(second, genes=first.genes)


def _names(genes: pd.DataFrame, by_entrez: bool) -> pd.Index:
    symbols = genes["symbol"]
    names = genes["entrez"].where(genes["entrez"] != "", symbols) if by_entrez else symbols
    index: pd.Index = pd.Index(names.to_numpy())
    return index
