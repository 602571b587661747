"""Embeddings made elsewhere, ranked as if a method had made them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneboard.benchmark.external.files import digest_of
from geneboard.benchmark.registry import NAME, Entry
from geneboard.datasets.errors import InputError


@dataclass(frozen=True)
class PrecomputedEntry(Entry):
    """An embedding file of ``--embedding NAME=FILE`` in the place of a registered method.

    Parameters
    ----------
    identifiers
        Tables of Ensembl ids and symbols.
    """

    identifiers: tuple[Path, ...] = ()

    @classmethod
    def of(cls, name: str, path: Path, identifiers: Sequence[Path] = ()) -> PrecomputedEntry:
        """Make the entry of a file.

        Raises
        ------
        InputError
            If a file is missing.
        """
        for file in (path, *identifiers):
            if not file.is_file():
                raise InputError(f"{file}: there is no such file")
        attributes = {"title": name, "kind": "plugin", "deterministic": True, "reference": ""}
        return cls(
            name,
            path.resolve(),
            "Precomputed",
            attributes,
            origin=f"--embedding {name}={path}",
            identifiers=tuple(table.resolve() for table in identifiers),
        )

    @property
    def docstring(self) -> str:
        """Its class is ours, and says nothing of it."""
        return ""

    @property
    def settable(self) -> bool:
        """Its settings say what was read; they are not to be chosen."""
        return False

    @property
    def roots(self) -> tuple[tuple[Path, str], ...]:
        """What of this project determines the embedding."""
        return ((Path(__file__).with_name("run_as.py"), "Precomputed"),)

    def load(self) -> type[Any]:
        """Return a method that reads the file; its hyper-parameters are the contents of the files."""
        from geneboard.benchmark.external.run_as import Precomputed

        contents = [("sha256", str, digest_of(self.path))]
        if self.identifiers:
            contents.append(("identifiers_sha256", str, " ".join(map(digest_of, self.identifiers))))
        return dataclasses.make_dataclass(
            self.class_name,
            [(name, kind, dataclasses.field(default=value)) for name, kind, value in contents],
            bases=(Precomputed,),
            namespace={
                "name": self.name,
                **self.attributes,
                "path": self.path,
                "identifiers": self.identifiers,
            },
            frozen=True,
        )


def parse_embeddings(
    assignments: Iterable[str], identifiers: Sequence[Path] = ()
) -> Mapping[str, PrecomputedEntry]:
    """Return the embeddings of ``["geneformer=FILE"]`` by name.

    Raises
    ------
    InputError
        If an assignment has another form, a name is not usable or comes twice, or a file is missing.
    """
    entries: dict[str, PrecomputedEntry] = {}
    for assignment in assignments:
        name, equals, file = assignment.partition("=")
        if not (equals and file and NAME.fullmatch(name)):
            raise InputError(
                f"--embedding {assignment}: expected NAME=FILE with a name of small letters, digits and _"
            )
        if name in entries:
            raise InputError(f"--embedding {assignment}: there are two embeddings of this name")
        entries[name] = PrecomputedEntry.of(name, Path(file).expanduser(), identifiers)
    return entries
