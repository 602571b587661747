"""The tissues of the datasets of a joint tissue, and known regulation to compare between them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from geneboard.datasets.knowledge.regulators import Regulators


@dataclass(frozen=True, eq=False)
class DatasetTissues:
    """The tissue of each dataset.

    Parameters
    ----------
    groups
        Name of a dataset -> its tissue.
    """

    groups: Mapping[str, str]

    name = "datasets"

    @cached_property
    def digest(self) -> str:
        """Sha256 of the tissues of the datasets."""
        lines = [f"{dataset}\t{tissue}" for dataset, tissue in sorted(self.groups.items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class TissueRegulators:
    """A table of known regulation, and the tissues whose regulators are compared.

    Parameters
    ----------
    regulators
        The table.
    tissues
        Of the datasets.
    """

    regulators: Regulators
    tissues: DatasetTissues

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.regulators.name

    @cached_property
    def digest(self) -> str:
        """Sha256 of both."""
        return hashlib.sha256(f"{self.regulators.digest}\n{self.tissues.digest}".encode()).hexdigest()
