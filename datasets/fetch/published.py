"""The published datasets of a tissue: what is there, and getting what is not."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geneboard.datasets.atomic import write_h5ad
from geneboard.datasets.catalogue import PATH, CatalogueEntry, read_catalogue
from geneboard.datasets.errors import InputError, closest_name
from geneboard.datasets.fetch import census, downloads, visium
from geneboard.datasets.fetch.census import Donor, open_census
from geneboard.datasets.fetch.census_files import fetch_donor
from geneboard.datasets.fetch.counts_place import checked_counts


@dataclass(frozen=True)
class Fetched:
    """What a fetch did.

    Parameters
    ----------
    new
        Files that it made.
    present
        Files that were there already.
    manual
        Datasets that have to be got by hand.
    """

    new: tuple[Path, ...]
    present: tuple[Path, ...]
    manual: tuple[CatalogueEntry, ...] = ()


def fetch_tissues(
    tissues: Sequence[str],
    data: Path,
    *,
    catalogue: Path = PATH,
    census_version: str = census.VERSION,
    timeout: float = downloads.TIMEOUT,
) -> Fetched:
    """Get all datasets of a catalogue that belong to some tissues and that a folder lacks.

    Parameters
    ----------
    tissues
        Names; ``"all"`` stands for all tissues of the catalogue.
    data
        Folder for ``--data``; files go to ``<data>/<tissue>/<file>``.
    catalogue
        The list, by default of the published datasets.
    census_version
        Version of the CELLxGENE Census.
    timeout
        Seconds to wait for a server.

    Raises
    ------
    InputError
        If the catalogue has no such tissue, or at the first dataset that cannot be got; what was complete
        before stays.
    """
    entries = read_catalogue(catalogue)
    known = list(dict.fromkeys(entry.tissue for entry in entries))
    wanted = [part for name in tissues for part in name.split(",") if part]
    for name in wanted:
        if name != "all" and name not in known:
            raise InputError(
                f"--tissue {name}: {catalogue.name} has no such tissue{closest_name(name, known)}."
            )
    if "all" not in wanted:
        entries = tuple(entry for entry in entries if entry.tissue in wanted)
    present = [path for entry in entries if (path := entry.found_in(data)) is not None]
    missing = [entry for entry in entries if entry.found_in(data) is None]
    new = []
    for entry in missing:
        path = entry.path_in(data)
        if entry.access == "url":
            _fetch_file(entry, path, timeout)
        elif entry.access == "visium":
            _fetch_sample(entry, path, timeout)
        else:
            continue
        new.append(path)
    from_census = [entry for entry in missing if entry.access == "census"]
    if from_census:
        with open_census(census_version) as opened:
            for entry in from_census:
                donor = Donor(entry.census_collection, entry.census_donor, entry.tissue)
                fetch_donor(opened, donor, entry.path_in(data))
                new.append(entry.path_in(data))
    return Fetched(
        tuple(new),
        tuple(present),
        tuple(entry for entry in missing if entry.access == "manual"),
    )


def _fetch_file(entry: CatalogueEntry, path: Path, timeout: float) -> None:
    arrived = path.with_name(f".{path.name}.fetched")
    downloads.download(entry.url, arrived, sha256=entry.sha256, timeout=timeout)
    with checked_counts(path, entry.url) as partial:
        arrived.replace(partial)


def _fetch_sample(entry: CatalogueEntry, path: Path, timeout: float) -> None:
    parts = path.with_name(f".{path.name}.parts")
    table = visium.fetch_visium(
        entry.visium_sample, entry.visium_version, parts, species=entry.species, timeout=timeout
    )
    with checked_counts(path, entry.how) as partial:
        write_h5ad(table, partial)
    shutil.rmtree(parts)
