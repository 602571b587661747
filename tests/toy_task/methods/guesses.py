"""Methods of the toy task: from the numbers seen to one guess."""

import random
from statistics import median


class Median:
    name = "median"
    title = "Median"
    kind = "published"

    def guess(self, seen: list[float], seed: int) -> float:
        return median(seen)


class Any:
    name = "any"
    title = "Any number"
    kind = "baseline"
    seeds = 2

    def guess(self, seen: list[float], seed: int) -> float:
        return random.Random(seed).choice(seen)


class Zero:
    name = "zero"
    title = "Zero"
    kind = "control"

    def guess(self, seen: list[float], seed: int) -> float:
        return 0.0


class Nothing:
    name = "nothing"
    title = "Nothing"
    kind = "baseline"
