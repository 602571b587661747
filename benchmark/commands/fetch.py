"""The command `fetch`: downloads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from geneboard.benchmark.commands import arguments as given
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.datasets.fetch.published import Fetched


def fetch(
    tissues: given.TissueNames = (),
    to: given.Folder = "data",
    *,
    identifiers: given.IdentifierTables = False,
    census: Annotated[str, given.Argument(metavar="TISSUE")] | None = None,
    donors: given.Count | None = None,
    assay: given.Name | None = None,
    census_version: Annotated[str, given.Argument(metavar="VERSION")] | None = None,
    catalogue: given.File | None = None,
    time_limit: given.Seconds | None = None,
) -> Fetched:
    """Download published datasets, donors of the CELLxGENE Census, or tables of identifiers.

    Parameters
    ----------
    tissues
        Published datasets of one or more tissues, or all.
    to
        Where files go.
    identifiers
        Tables for --ids and --orthologs, from HGNC and MGI.
    census
        The largest donors of a tissue of the Census.
    donors
        With --census: how many (default: 5).
    assay
        With --census: beginning of the assays' names (default: 10x 3').
    census_version
        A release of the Census, or a copy (default: pinned).
    catalogue
        Your own list, in the form of datasets/catalogue.csv.
    time_limit
        Seconds to wait for a silent server (default: 60).

    Raises
    ------
    InputError
        If something cannot be got; what was complete before stays.
    """
    from geneboard.datasets.fetch.any_donors import fetch_any_donors
    from geneboard.datasets.fetch.identifiers import fetch_identifiers
    from geneboard.datasets.fetch.published import fetch_tissues

    ways = {"--tissue": tissues, "--census": census is not None, "identifiers": identifiers}
    asked = [name for name, value in ways.items() if value]
    if not asked:
        raise InputError("one of the arguments --tissue --census identifiers is required")
    if len(asked) > 1:
        raise InputError(f"{asked[1]}: not allowed with {asked[0]}")
    to = Path(to)
    options = {
        "--catalogue": given.optional_path(catalogue),
        "--time-limit": time_limit,
        "--census-version": census_version,
        "--donors": donors,
        "--assay": assay,
    }
    if identifiers:
        return fetch_identifiers(to, **_known(options, "fetch identifiers", {"--time-limit": "timeout"}))
    if census is not None:
        known = {"--census-version": "version", "--donors": "donors", "--assay": "assay"}
        return fetch_any_donors(census, to, **_known(options, "fetch --census", known))
    known = {"--catalogue": "catalogue", "--time-limit": "timeout", "--census-version": "census_version"}
    return fetch_tissues(tissues, to, **_known(options, "fetch --tissue", known))


def _known(options: Mapping[str, object], command: str, known: Mapping[str, str]) -> dict[str, Any]:
    """Return the options that were given, by the names of parameters; refuse those that are not known."""
    said = {option: value for option, value in options.items() if value is not None}
    for option in said:
        if option not in known:
            raise InputError(f"{option}: does not go with `{command}`")
    return {known[option]: value for option, value in said.items()}


def show_fetch(fetched: Fetched, *, to: Path | str) -> int:
    """Print what is there now, and how to get the rest."""
    for path in fetched.new:
        print(path)
    for path in fetched.present:
        print(f"{path} (was there)")
    for entry in fetched.manual:
        print(f"{entry.path_in(Path(to))} by hand: {entry.instructions}")
    return 0
