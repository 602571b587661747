"""Any tissue of the Census, for those who do not need the published donors."""

from __future__ import annotations

import json
import re
from pathlib import Path

from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError
from geneboard.datasets.fetch.census import VERSION, open_census
from geneboard.datasets.fetch.census_files import fetch_donor
from geneboard.datasets.fetch.published import Fetched

DONORS = 5
ASSAY = "10x 3'"
"""The assay family that counts: donors of one family are comparable, and this one has most cells."""

PREFIX = "census:"
"""Beginning of ``--data census:TISSUE``."""

CHOICE = ".census.json"
"""File in a tissue's folder that remembers which donors were chosen."""


def fetch_any_donors(
    tissue: str, data: Path, *, donors: int = DONORS, assay: str = ASSAY, version: str = VERSION
) -> Fetched:
    """Get the donors of a tissue of whom the Census has the most primary cells.

    Files are called ``scrna_<tissue>_<donor>-<first eight characters of the collection>.h5ad``: the
    same donor_id can be another person in another collection. Spaces in names become hyphens.

    Parameters
    ----------
    tissue
        A value of tissue_general or tissue in the Census, or one of the ten tissues here.
    data
        Folder for ``--data``.
    donors
        How many; fewer if the Census has fewer.
    assay
        Beginning of the names of the assays that count.
    version
        Version of the Census.

    Returns
    -------
    Fetched
        Nothing is asked of the network if the same choice was fetched completely before.

    Raises
    ------
    InputError
        If the Census cannot be read or has no such cells.
    """
    place = _safe(tissue)
    folder = data / place
    asked = {"version": version, "tissue": tissue, "donors": donors, "assay": assay}
    known = _read_choice(folder / CHOICE, asked)
    if known is not None and all((folder / name).is_file() for name in known):
        return Fetched((), tuple(folder / name for name in known))
    new, present = [], []
    with open_census(version) as census:
        largest = census.largest_donors(tissue, donors, assay)
        chosen = {f"scrna_{place}_{_safe(d.donor)}-{_safe(d.collection)[:8]}.h5ad": d for d in largest}
        for name, donor in chosen.items():
            if (folder / name).is_file():
                present.append(folder / name)
                continue
            fetch_donor(census, donor, folder / name)
            new.append(folder / name)
    write_atomically(folder / CHOICE, json.dumps({"asked": asked, "files": list(chosen)}, indent=1).encode())
    return Fetched(tuple(new), tuple(present))


def census_folder(data: str, out: Path) -> Path:
    """Fetch what ``--data census:TISSUE`` names, and return the folder that now stands for it.

    Parameters
    ----------
    data
        ``"census:"`` and a tissue, then perhaps ``@`` and a version or the folder of a copy.
    out
        Result folder; the counts are kept in ``<out>/census-<version>``.

    Raises
    ------
    InputError
        If no tissue is named, or `fetch_any_donors` fails.
    """
    tissue, _, version = data.removeprefix(PREFIX).partition("@")
    if not tissue:
        raise InputError(f"--data {data}: name a tissue, for example {PREFIX}lung.")
    folder = out / f"census-{_safe(version or VERSION)}"
    fetch_any_donors(tissue, folder, version=version or VERSION)
    return folder


def _safe(name: str) -> str:
    """Return a name that can be a part of a file name."""
    safe = re.sub(r"[^\w.-]+", "-", name).strip("-.")
    if not safe:
        raise InputError(f"{name!r} cannot be a file name.")
    return safe


def _read_choice(path: Path, asked: dict[str, object]) -> list[str] | None:
    """Return the files of a choice that was made before, or None if it was another one or none."""
    if not path.exists():
        return None
    try:
        choice = json.loads(path.read_text())
        return [str(name) for name in choice["files"]] if choice["asked"] == asked else None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}); delete it.") from error
