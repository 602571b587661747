"""Texts from outside: no sign of theirs poisons a result folder or is obeyed by who reads a table."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from record_cases import record

from geneboard.benchmark.records import store
from geneboard.benchmark.records.check import with_checksum
from geneboard.benchmark.records.printable import is_printable_json, printable
from geneboard.benchmark.report.write import csv_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("b\udcff and \udcfe", "b\\udcff and \\udcfe"),  # two folders stay two
        ("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"),
        ("a\x00b\x7f\x9b\r", "a\\x00b\\x7f\\x9b\\r"),
        ("\u202eevil\u2028\ufffe", "\\u202eevil\\u2028\\ufffe"),
        ("Größe µ α 基因 🧬 e\u0301 a\tb\nc", "Größe µ α 基因 🧬 e\u0301 a\tb\nc"),
    ],
)
def test_what_cannot_be_printed_is_spelt_out(text: str, shown: str) -> None:
    assert printable(text) == shown
    shown.encode()


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(
    "sign", [chr(code) for code in (0, 8, 11, 12, 13, 27, 0x7F, 0x9B, 0x202E, 0xD8FF, 0xFFFE)]
)
def test_json_with_such_a_sign_is_seen(sign: str, ascii_only: bool) -> None:
    assert printable(sign) != sign
    assert not is_printable_json(json.dumps({"a": ["b", {f"c{sign}": 1}]}, ensure_ascii=ascii_only))
    assert is_printable_json(json.dumps({"a\t\n": ["Größe 基因", 1.5]}, ensure_ascii=False))


def test_no_record_brings_such_texts_in(tmp_path: Path) -> None:
    dirty = record(
        "a",
        title="T\udcff",
        source="files:\udcff",
        reason="\x1b[2J",
        settings={"command": ("\x00",)},
        data_hashes={"scrna_lung__\udcff": "1"},
    )
    written = store.write_record(tmp_path, dirty)
    assert store.read_record(tmp_path, "a") == written
    (tmp_path / "runs" / "b").mkdir()  # left by a version that did not look at texts
    former = with_checksum({**dirty, "key": "b"})
    (tmp_path / "runs" / "b" / store.RECORD).write_text(json.dumps(former))
    old, new = store.read_record(tmp_path, "b"), store.read_record(tmp_path, "a")
    for found in (old, new):
        assert found is not None
        json.dumps(found, ensure_ascii=False).encode()
        assert (found["title"], found["reason"]) == ("T\\udcff", "\\x1b[2J")
        assert (found["settings"], list(found["data_hashes"])) == (
            {"command": ["\\x00"]},
            ["scrna_lung__\\udcff"],
        )


def test_no_text_of_a_csv_is_a_formula() -> None:
    frame = pd.DataFrame(
        {
            "title": ["=cmd|' /C calc'!A0", "-a", "@b", "+c", "PCA"],
            "@head": ["\tx", None, "a=b", "\r", "2-1"],
            "count": pd.array([1, None, -2, 3, 4], dtype="Int64"),
            "value": [-0.5, float("nan"), 1e-9, 3.0, -1.0],
            "mixed": [1, None, -3, True, -0.25],
        }
    )
    lines = csv_text(frame).split("\n")
    assert lines[:3] == [
        "title,'@head,count,value,mixed",
        "'=cmd|' /C calc'!A0,'\tx,1,-0.5,1",
        "'-a,,,,",
    ]
    assert lines[3].startswith("'@b,a=b,-2,1e-09,-3")
    assert lines[5] == "PCA,2-1,4,-1.0,-0.25"
