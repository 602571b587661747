"""Pictures that need not be drawn again, since what they show and what draws them is as it was."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from collections.abc import Sequence
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


class _Pickler(pickle.Pickler):
    """Writes each text anew: which equal ones are one object is chance where a reader of JSON has a cache."""

    def persistent_id(self, value: object) -> bytes | None:
        """Return a text as bytes, which are another object each time."""
        return value.encode(errors="surrogatepass") if type(value) is str else None


def _bytes(value: object) -> bytes:
    """Return a value as bytes, the same whether equal texts in it are one object or several."""
    content = io.BytesIO()
    _Pickler(content).dump(value)
    return content.getvalue()


class DrawnBefore:
    """What pictures of a result folder were drawn from, as the folder says.

    One that says nothing that can be read has nothing drawn.
    """

    def __init__(self, out: Path) -> None:
        try:
            known = json.loads((out / NAME).read_bytes())
        except (OSError, ValueError):
            known = {}
        self._out = out
        self._known: dict[str, Any] = known if isinstance(known, dict) else {}
        self._made_of: dict[str, str] = {}
        self._files: dict[str, list[Path]] = {}

    @property
    def has_pdf(self) -> bool:
        """Whether any picture of the folder was written as PDF too."""
        accounts = [one.get("files") for one in self._known.values() if isinstance(one, dict)]
        return any(name.endswith(".pdf") for files in accounts if isinstance(files, dict) for name in files)

    def missing(self, figures: Sequence[Placed], forms: Sequence[str]) -> list[Placed]:
        """Return those of some figures, each a file in every form, that have to be drawn."""
        return [one for one in figures if not self._is_there(one, forms)]

    def _is_there(self, one: Placed, forms: Sequence[str]) -> bool:
        folder, figure = one
        place = (folder / figure.stem).as_posix()
        self._made_of[place] = hashlib.sha256(_bytes((figure, identity()))).hexdigest()
        self._files[place] = [self._out / folder / f"{figure.stem}.{form}" for form in forms]
        return bool(self._known.get(place) == self._account(place))

    def keep(self) -> list[Path]:
        """Write down what all figures asked for, now drawn, were drawn from; return their files."""
        account = {place: self._account(place) for place in self._files}
        write_atomically(self._out / NAME, json.dumps(account, indent=1).encode())
        return [path for files in self._files.values() for path in files]

    def _account(self, place: str) -> dict[str, Any]:
        files = {path.name: digest_of(path) for path in self._files[place]}
        return {"made_of": self._made_of[place], "files": files}
