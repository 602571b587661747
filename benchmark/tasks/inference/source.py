"""Where the samples of the L1000 task come from: a folder of the user's, or the simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.datasets.l1000.columns import Columns
from geneboard.datasets.l1000.prepared import platform_genes
from geneboard.datasets.l1000.reading import MissingValues, read_expression
from geneboard.datasets.l1000.synthetic import Simulation

if TYPE_CHECKING:
    from geneboard.datasets.l1000.expression import ExpressionSet

PREFIX = "l1000:"
"""Begins the label of every source of the task; leaderboards of embeddings have none with it."""

SIMULATION = Simulation(n_samples=400, n_landmarks=60, n_targets=240)
SIMULATION_SEED = 0


@dataclass(frozen=True, eq=False)
class Source:
    """An expression set with the genes of the platform, and what records call it."""

    label: str
    expression: ExpressionSet

    def with_expression(self, expression: ExpressionSet) -> Source:
        """Return the source with a part of its set."""
        return replace(self, expression=expression)


def open_expression(
    data: Path | None,
    *,
    columns: Columns | None = None,
    logged: bool | None = None,
    missing: MissingValues = "refuse",
) -> Source:
    """Return the samples of a folder or file, or simulated ones if there is none.

    Parameters
    ----------
    data
        As for `datasets.l1000.reading.read_expression`, like the other parameters.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if data is None:
        expression, _ = SIMULATION.simulate(SIMULATION_SEED)
    else:
        expression = platform_genes(read_expression(data, columns=columns, logged=logged, missing=missing))
    return Source(PREFIX + expression.name, expression)
