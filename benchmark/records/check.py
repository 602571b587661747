"""Records are checked when they are read: what is missing, of another type or edited is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from geneboard.benchmark.records.metric_versions import former_versions
from geneboard.benchmark.records.printable import is_printable_json, printable_texts
from geneboard.benchmark.records.record import SCHEMA_VERSION, Record
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

UNVERIFIED = 1
"""Schema version of records without a checksum."""

WAY_OUT = "delete it to have the cell run again"

_checked_before: set[bytes] = set()
"""Digests of texts that are whole records: a command reads those of its folder several times."""

ADDED = ("task", "metric_versions", "checksum")
"""Fields that records of schema version 1 get when they are read."""


def checksum(record: Mapping[str, Any]) -> str:
    """Return the sha256 of a record without its checksum, as JSON in one form."""
    content = {name: value for name, value in record.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


def as_written(record: Record) -> dict[str, Any]:
    """Return a record as files have it: with its checksum; one that never had any stays as it was."""
    if record["schema"] == UNVERIFIED:
        return {name: value for name, value in record.items() if name not in ADDED}
    return with_checksum(printable_texts(record))


def with_checksum(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content with its checksum."""
    return {**content, "checksum": checksum(content)}


def checked(text: str, where: str) -> Record:
    """Return the record of a text; what is not `printable` in it is spelt out.

    Parameters
    ----------
    text
        One JSON object.
    where
        File, and line in a packed file, for the sentence about a fault.

    Raises
    ------
    InputError
        If it is not a whole record of a known schema, a field is missing or of another type, or something
        has been edited.
    """
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
    try:
        content = parsed(text)
    except ValueError as error:
        raise InputError(f"{where}: is not a complete record; {WAY_OUT}") from error
    try:
        record = _of_this_schema(content, where)
        if digest not in _checked_before:
            _check(content, record, text, where)
            _checked_before.add(digest)
        return record if is_printable_json(text) else cast(Record, printable_texts(record))
    except RecursionError as error:
        raise InputError(f"{where}: is nested too deeply for a record; {WAY_OUT}") from error


def parsed(text: str | bytes) -> Any:
    """Return what a text of JSON says.

    Raises
    ------
    ValueError
        If it is not complete or not UTF-8, or is nested deeper than anything that we write.
    """
    from pydantic_core import from_json  # two to five times as fast as json, which 20,000 records notice

    with suppress(ValueError, TypeError):  # halves of surrogates: json takes them
        # Keys alone are shared between records: which equal texts are one object would be chance otherwise.
        return from_json(text, cache_strings="keys")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _of_this_schema(content: Any, where: str) -> Record:
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema == UNVERIFIED:
        return cast(Record, _of_first_schema(content, where))
    if schema != SCHEMA_VERSION:
        raise InputError(
            f"{where}: is not a record of schema version {SCHEMA_VERSION} or {UNVERIFIED}; {WAY_OUT}"
        )
    return cast(Record, content)


def _check(content: Mapping[str, Any], record: Record, text: str, where: str) -> None:
    _check_fields(record, where)
    if content["schema"] == SCHEMA_VERSION and not _is_line_as_written(text, content["checksum"]):
        _check_unedited(content, where)


def _of_first_schema(content: dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(content.get("metrics_code"), str):
        raise InputError(f"{where}: the field metrics_code is missing or no text; {WAY_OUT}")
    if later := [name for name in ADDED if name in content]:
        raise InputError(f"{where}: has been edited, schema version 1 had no {later[0]}; {WAY_OUT}")
    task = "inference" if "problem" in content else "embedding"
    return content | {"task": task, "metric_versions": former_versions(content), "checksum": ""}


def _is_line_as_written(text: str, checksum: str) -> bool:
    """Return whether a text is, to the byte, a line of a packed file: then nothing has to be written anew."""
    without = text.replace(f'"checksum": "{checksum}", ', "", 1)
    return hashlib.sha256(without.encode(errors="surrogatepass")).hexdigest() == checksum


def _check_unedited(content: Mapping[str, Any], where: str) -> None:
    try:
        found = checksum(content)
    except ValueError as error:
        raise InputError(f"{where}: has a value that is no finite number; {WAY_OUT}") from error
    if content["checksum"] != found:
        raise InputError(f"{where}: has been edited, its checksum is that of other values; {WAY_OUT}")


@cache
def _fields() -> TypeAdapter[tuple[Record]]:
    from pydantic import ConfigDict, TypeAdapter

    # In a tuple, since pydantic takes the configuration of a lone TypedDict from that itself.
    return TypeAdapter(tuple[Record], config=ConfigDict(strict=True, extra="allow", allow_inf_nan=False))


def _check_fields(content: object, where: str) -> None:
    from pydantic import ValidationError

    try:
        _fields().validate_python((content,))
    except ValidationError as error:
        raise InputError(f"{where}: {_first_fault(error)}; {WAY_OUT}") from None


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    field = ".".join(map(str, fault["loc"][1:]))
    if fault["type"] == "missing":
        return f"the field {field} is missing"
    value = repr(fault["input"])
    shown = value if len(value) <= 40 else f"{value[:40]}…"
    return f"the field {field} is {shown} ({fault['msg'][:1].lower()}{fault['msg'][1:]})"
