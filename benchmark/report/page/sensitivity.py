"""The part of the page that says what each metric can and cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Protocol

import pandas as pd

from benchmark.report.groups import safe_name
from benchmark.report.page.pictures import Picture, pictures_in
from benchmark.report.page.table import Cell, Column, Table, TableRow, sort_value
from benchmark.report.wording import MISSING, SYNTHETIC, is_synthetic_source, number

FOLDER = "sensitivity"
"""Where degradation runs lie in a result folder."""


class Sensitivity(Protocol):
    """What is shown of a degradation run (`benchmark.sensitivity.files.Sensitivity`)."""

    @property
    def source(self) -> str:
        """Source of the data."""

    @property
    def preset(self) -> str:
        """Preset of the method."""

    @property
    def tissue(self) -> str:
        """Name of the tissue."""

    @property
    def method(self) -> str:
        """Method that made the good embedding."""

    @property
    def title(self) -> str:
        """What was made worse, in words."""

    @property
    def findings(self) -> pd.DataFrame:
        """What follows for each metric."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What the numbers rest on."""


@dataclass(frozen=True)
class SensitivityView:
    """A degradation run in the page."""

    anchor: str
    heading: str
    warning: str
    findings: Table
    facts: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]


def sensitivity_view(sensitivity: Sensitivity, files: Mapping[PurePath, bytes]) -> SensitivityView:
    """Return a degradation run as the page shows it."""
    parts = (sensitivity.source, sensitivity.preset, sensitivity.tissue, sensitivity.method)
    folder = PurePath(FOLDER, *map(safe_name, parts))
    findings = frame_table(sensitivity.findings, f"{folder.as_posix()}/findings", sensitivity.title)
    return SensitivityView(
        anchor=folder.as_posix(),
        heading=sensitivity.title,
        warning=SYNTHETIC if is_synthetic_source(sensitivity.source) else "",
        findings=findings,
        facts=tuple(
            (key.replace("_", " "), _plain(value)) for key, value in sorted(sensitivity.provenance.items())
        ),
        pictures=pictures_in(folder, files, {}),
    )


def frame_table(frame: pd.DataFrame, name: str, caption: str) -> Table:
    """Return any table of numbers and texts; its first column names the rows."""
    numeric = [
        pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in frame.dtypes
    ]
    columns = tuple(
        Column(str(label).replace("_", " "), numeric=is_number)
        for label, is_number in zip(frame.columns, numeric, strict=True)
    )
    rows = tuple(
        TableRow("", tuple(_cell(value, is_number) for value, is_number in zip(row, numeric, strict=True)))
        for row in frame.itertuples(index=False, name=None)
    )
    return Table(name=name, caption=caption, columns=columns, rows=rows)


def _cell(value: Any, is_number: bool) -> Cell:
    if is_number:
        return Cell(number(value, 0 if isinstance(value, int) else 3), sort_value(value))
    return Cell(MISSING if pd.isna(value) or value == "" else str(value))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(entry)}" for key, entry in sorted(value.items()))
    return ", ".join(map(_plain, value)) if isinstance(value, list | tuple) else str(value)
