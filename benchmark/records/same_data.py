"""Whether two records are of the same data, on one machine or on two, and where they are not."""

from __future__ import annotations

from collections.abc import Mapping

from geneboard.benchmark.records.record import Record


def is_of_data(record: Record, hashes: Mapping[str, str], prepared_from: Mapping[str, str] | None) -> bool:
    """Return whether a record is of the same counts, settings and version of the steps to graphs.

    Digests that are equal tell it too; what they are of is not more than that.

    Parameters
    ----------
    record
        The record.
    hashes
        Digest of every dataset, as one machine has computed it.
    prepared_from
        What each was prepared from, on any machine; None where nobody has noted it.
    """
    theirs = record["data_hashes"]
    if theirs == dict(hashes):
        return True
    noted = prepared_from is not None and record.get("prepared_from") == dict(prepared_from)
    return noted and theirs.keys() == hashes.keys()


def other_data(record: Record, other: Record, there: str) -> str:
    """Return the first dataset in which the data of two records differ, with twelve digits of both.

    "scrna_lung__a 0123456789ab, here 123456789abc (and 2 datasets more)", where `there` says where the other
    record is. What both were prepared from is compared where it is known, since another machine rounds graphs
    otherwise; nothing is returned of equal data.
    """
    theirs, ours = record["data_hashes"], other["data_hashes"]
    if "prepared_from" in record and "prepared_from" in other:
        theirs, ours = theirs | record["prepared_from"], ours | other["prepared_from"]
    names = [name for name in sorted(theirs.keys() | ours.keys()) if theirs.get(name) != ours.get(name)]
    if not names:
        return ""
    one, another = (hashes.get(names[0], "is missing")[:12] for hashes in (theirs, ours))
    more = len(names) - 1
    others = f" (and {more} {'dataset' if more == 1 else 'datasets'} more)" if more else ""
    return f"{names[0]} {one}, {there} {another}{others}"
