"""The method that a precomputed embedding is run as."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from geneboard.benchmark.external.matching import read_matched
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.methods.base import GeneEmbeddings, Method, Progress


@dataclass(frozen=True)
class Precomputed(Method):
    """Vectors from a file; genes that it lacks get the zero vector."""

    path: ClassVar[Path]
    identifiers: ClassVar[tuple[Path, ...]]

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Read the file; nothing is trained."""
        planned, found = dataclasses.asdict(self), dataclasses.asdict(type(self)())
        if planned != found:
            raise InputError(f"{self.path}: the file has changed since the run was planned")
        values = read_matched(self.path, self.identifiers, tissue).values
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)
