"""The experiments of the L1000 task by name."""

from __future__ import annotations

from collections.abc import Mapping

ABLATIONS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "organ-covariate": ({"organ": "true"},),
    "graph": ({"graph": "random"}, {"graph": "none"}),
}
"""Variants that are compared with the defaults of every method that has the hyper-parameter."""

EXPERIMENTS = ("comparison", "landmarks", "organs", "platform", *ABLATIONS)
"""The first four are problems of their own; the others add variants of methods to the comparison."""

SELECTIONS = ("random", "lasso", "greedy")
"""Ways to choose landmarks."""

PLATFORM_LANDMARKS = 978
"""Landmarks that the L1000 platform measures."""

BUDGETS = (486, 324, 142, 108, 54, 10, 1)
"""Numbers of landmarks of the published budgets, beside all."""
