"""Compact letter display: which methods are told apart, in letters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from string import ascii_lowercase

Pair = tuple[str, str]


def compact_letters(names: Sequence[str], told_apart: Collection[Pair]) -> dict[str, str]:
    """Return letters such that two names share one exactly if they are not told apart.

    Insert, absorb and sweep (Piepho 2004, J. Comput. Graph. Stat. 13:456): starting with one letter for all,
    every pair that is told apart splits the letters that both carry, a letter whose carriers all carry
    another is absorbed, and at the end a letter that no pair needs is swept away. That gives the fewest
    letters for up to six names, and rarely one too many for more. (The function of scikit-posthocs 0.17 keeps
    letters that no pair needs.)

    Parameters
    ----------
    names
        What gets letters, best first: the letter "a" begins at the best, "b" at the next that starts one.
    told_apart
        The pairs that must not share a letter.

    Returns
    -------
    dict
        Letters of each name, for example ``"ab"``. After "z" comes "a'".
    """
    groups = [frozenset(names)]
    for pair in told_apart:
        groups = _absorb(part for group in groups for part in _split(group, pair))
    place = {name: i for i, name in enumerate(names)}
    groups = sorted(_sweep(groups, place), key=lambda group: sorted(place[name] for name in group))
    letters = dict.fromkeys(names, "")
    for number, group in enumerate(groups):
        for name in group:
            letters[name] += _letter(number)
    return letters


def _split(group: frozenset[str], pair: Pair) -> Iterable[frozenset[str]]:
    return [group - {name} for name in pair] if group.issuperset(pair) else [group]


def _absorb(groups: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Drop groups that lie within another."""
    unique = list(dict.fromkeys(groups))
    return [group for group in unique if not any(group < other for other in unique)]


def _sweep(groups: Sequence[frozenset[str]], place: dict[str, int]) -> list[frozenset[str]]:
    """Drop groups all of whose members and pairs lie in other groups; the smallest are tried first."""
    kept = sorted(groups, key=lambda group: (-len(group), sorted(place[name] for name in group)))
    for group in reversed(list(kept)):
        others = [other for other in kept if other is not group]
        needed = [{name} for name in group] + [set(pair) for pair in combinations(group, 2)]
        if all(any(other.issuperset(part) for other in others) for part in needed):
            kept = others
    return kept


def _letter(number: int) -> str:
    return ascii_lowercase[number % 26] + "'" * (number // 26)
