"""Compact letters: two names share a letter exactly if they are not told apart, and few letters are used."""

from __future__ import annotations

from itertools import combinations, product
from string import ascii_lowercase

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geneboard.benchmark.report.statistics.letters import compact_letters

NAMES = "ABCDEFGHIJKLMN"


def share(letters: dict[str, str], one: str, two: str) -> bool:
    return bool(set(split(letters[one])) & set(split(letters[two])))


def split(text: str) -> list[str]:
    """Take "ab'c" apart into a, b', c."""
    found: list[str] = []
    for sign in text:
        if sign == "'":
            found[-1] += sign
        else:
            found.append(sign)
    return found


def fewest(names: str, told_apart: list[tuple[str, str]]) -> int:
    """The fewest letters there can be, by trying all sets of cliques of the pairs that are not told apart."""
    same = [pair for pair in combinations(names, 2) if pair not in told_apart]
    graph = nx.Graph(same)
    graph.add_nodes_from(names)
    cliques = [frozenset(clique) for clique in nx.find_cliques(graph)]
    parts = [frozenset(pair) for pair in same] + [frozenset(name) for name in names]
    for number in range(1, len(cliques) + 1):
        for chosen in combinations(cliques, number):
            if all(any(part <= clique for clique in chosen) for part in parts):
                return number
    raise AssertionError("the cliques together cover all")


@pytest.mark.parametrize(
    ("told_apart", "expected"),
    [
        ([], {"A": "a", "B": "a", "C": "a", "D": "a"}),
        ([("A", "D")], {"A": "a", "B": "ab", "C": "ab", "D": "b"}),
        # A chain of overlaps: A and B, B and C, C and D.
        ([("A", "C"), ("A", "D"), ("B", "D")], {"A": "a", "B": "ab", "C": "bc", "D": "c"}),
        (list(combinations("ABCD", 2)), {"A": "a", "B": "b", "C": "c", "D": "d"}),
        # Only B and C: a square of A-D, with B and C in different corners.
        ([("B", "C")], {"A": "ab", "B": "a", "C": "b", "D": "ab"}),
    ],
)
def test_by_hand(told_apart: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert compact_letters("ABCD", told_apart) == expected


def test_letter_that_no_pair_needs_is_swept_away() -> None:
    # Three groups around A, B, C (ABD, ACE, BCF) cover all pairs; the group ABC itself is not needed.
    told_apart = [("A", "F"), ("B", "E"), ("C", "D"), ("D", "E"), ("D", "F"), ("E", "F")]
    letters = compact_letters("ABCDEF", told_apart)
    assert letters == {"A": "ab", "B": "ac", "C": "bc", "D": "a", "E": "b", "F": "c"}


def test_nothing_and_one() -> None:
    assert compact_letters([], []) == {}
    assert compact_letters(["only"], []) == {"only": "a"}


def test_after_z_comes_a_with_a_stroke() -> None:
    names = [f"m{i}" for i in range(27)]
    assert list(compact_letters(names, list(combinations(names, 2))).values()) == [*ascii_lowercase, "a'"]


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_all_cases_of_few_names_use_the_fewest_letters(n: int) -> None:
    pairs = list(combinations(NAMES[:n], 2))
    for chosen in product([False, True], repeat=len(pairs)):
        told_apart = [pair for pair, apart in zip(pairs, chosen, strict=True) if apart]
        letters = compact_letters(NAMES[:n], told_apart)
        assert all(share(letters, *pair) != (pair in told_apart) for pair in pairs)
        assert len(set("".join(letters.values()))) == fewest(NAMES[:n], told_apart)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_letters_say_what_is_told_apart(data: st.DataObject) -> None:
    names = NAMES[: data.draw(st.integers(1, 14))]
    pairs = list(combinations(names, 2))
    told_apart = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    letters = compact_letters(names, told_apart)
    assert list(letters) == list(names)
    assert all(share(letters, *pair) != (pair in told_apart) for pair in pairs)
    assert letters[names[0]].startswith("a")  # the best is in the first group
    reordered = data.draw(st.permutations([(b, a) for a, b in told_apart]))
    assert compact_letters(names, reordered) == letters
    assert all(letters[name] == "".join(sorted(letters[name])) for name in names)
    firsts = [min(i for i, name in enumerate(names) if letter in letters[name]) for letter in used(letters)]
    assert firsts == sorted(firsts)  # letters begin one after the other, from the best down


def used(letters: dict[str, str]) -> list[str]:
    return sorted({letter for text in letters.values() for letter in text})
