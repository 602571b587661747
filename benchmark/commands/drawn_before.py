"""Pictures that need not be drawn again, since what they show and what draws them is as it was."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from geneboard.benchmark.engine.cluster.identity import identity
from geneboard.benchmark.external.files import digest_of
from geneboard.benchmark.report.section import Figure
from geneboard.datasets.atomic import write_atomically

NAME = ".pictures.json"
"""In a result folder: what each picture there was drawn from."""

Placed = tuple[PurePath, Figure]
"""A figure with its folder, relative to the result folder."""


@dataclass(frozen=True)
class DrawnBefore:
    """What pictures of a result folder were drawn from.

    Attributes
    ----------
    out
        The result folder.
    forms
        Formats of a picture.
    known
        By the place of a picture, the digest of what it was drawn from, and those of its files.
    """

    out: Path
    forms: Sequence[str]
    known: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def in_folder(cls, out: Path, forms: Sequence[str]) -> DrawnBefore:
        """Read what a folder says; one that says nothing that can be read has nothing drawn."""
        try:
            known = json.loads((out / NAME).read_bytes())
        except (OSError, ValueError):
            known = {}
        return cls(out, forms, known if isinstance(known, dict) else {})

    def missing(self, figures: Sequence[Placed]) -> list[Placed]:
        """Return the figures that have to be drawn."""
        return [one for one in figures if self.known.get(_place(one)) != self._account(one)]

    def keep(self, figures: Sequence[Placed]) -> None:
        """Write down what all figures of the folder, now drawn, were drawn from."""
        account = {_place(one): self._account(one) for one in figures}
        write_atomically(self.out / NAME, json.dumps(account, indent=1).encode())

    def files(self, figures: Sequence[Placed]) -> list[Path]:
        """Return the files of figures, in their order."""
        return [
            self.out / folder / f"{figure.stem}.{form}" for folder, figure in figures for form in self.forms
        ]

    def _account(self, one: Placed) -> dict[str, Any]:
        made_of = hashlib.sha256(pickle.dumps((one[1], identity()))).hexdigest()
        return {"made_of": made_of, "files": {path.name: digest_of(path) for path in self.files([one])}}


def _place(one: Placed) -> str:
    return (one[0] / one[1].stem).as_posix()
