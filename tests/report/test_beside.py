"""Rows of a reference beside those of a run on the same data, and what is said of the run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from report_cells import METRICS, cell, digests, scored_before

from geneboard.benchmark import tables
from geneboard.benchmark.cli import main
from geneboard.benchmark.commands import build_report
from geneboard.benchmark.commands import reference as commands_reference
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.store import PACKED, pack_records, write_record
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.board.beside import Reference
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.board.verdict import beside_notes

NAMES = ("scrna_lung__a", "scrna_lung__b", "scrna_lung__c")
HERE = {
    "data_hashes": dict(zip(NAMES, "123", strict=True)),
    "prepared_from": dict(zip(NAMES, "abc", strict=True)),
}
ELSEWHERE = HERE | {"data_hashes": dict(zip(NAMES, "789", strict=True))}
"""The same counts, whose features another processor has rounded otherwise."""

VERSIONS = dict.fromkeys((*METRICS, "joint_score"), 1)


def scored(method: str, seed: int = 0, joint: float | None = 0.5, **changes) -> Record:
    """A cell with a joint score; without one, of a time before it existed."""
    made = cell(method, seed, 0.5, **({"kind": "baseline"} | changes))
    if joint is None:
        return scored_before(made)
    made["scores"]["joint_score"] = {"value": joint, "status": "ok", "reason": ""}
    made["metric_versions"] = {**VERSIONS, **changes.get("metric_versions", {})}
    return made


def reference() -> list[Record]:
    """Three methods with two seeds and two controls, from a folder of another name."""
    where = ELSEWHERE | {"source": "files:theirs"}
    return [
        *(scored("best", seed, 0.7 + seed / 5, **where) for seed in (0, 1)),
        *(scored("middle", seed, 0.4, **where) for seed in (0, 1)),
        scored("worst", 0, 0.1, **where),
        scored("random", 0, 0.01, kind="control", **where),
        scored("oracle", 0, 0.99, kind="control", **where),
    ]


def taken(own: list[Record], records: list[Record], warnings: list[str] | None = None) -> list[str]:
    found = Reference("theirs", records).beside(own, None if warnings is None else warnings.append)
    assert found[: len(own)] == own
    return sorted(f"{record['method']} {record['seed']}" for record in found[len(own) :])


ALL = ["best 0", "best 1", "middle 0", "middle 1", "oracle 0", "random 0", "worst 0"]

CHANGES: dict[str, tuple[dict, list[str]]] = {
    "the same counts on another machine": ({}, ALL),
    "another dataset": ({"prepared_from": HERE["prepared_from"] | {"scrna_lung__a": "other"}}, []),
    "a dataset less": (
        {"prepared_from": {"scrna_lung__a": "a"}, "data_hashes": {"scrna_lung__a": "1"}}, []
    ),
    "the same counts with cells held out": ({"data_hashes": HERE["data_hashes"] | {"heldout": "h"}}, []),
    "another preset": ({"preset": "paper"}, []),
    "a part of the genes": (
        {"covered_by": {"embedding": "v", "rows": 1, "of": 2, "sha256": "0", "datasets": list(NAMES)}}, []
    ),
    "another task": ({"task": "sensitivity"}, []),
}  # fmt: skip

OTHERS = {
    "another dataset": " (lung (quick): scrna_lung__a a, here other)",
    "a dataset less": " (lung (quick): scrna_lung__b b, here is missing (and 1 dataset more))",
    "the same counts with cells held out": " (lung (quick): heldout is missing, here h)",
}
"""Where the data differ, as a sentence tells it."""


@pytest.mark.parametrize("case", CHANGES)
def test_only_rows_of_the_same_data_and_preset_are_taken(case: str) -> None:
    changes, expected = CHANGES[case]
    warnings: list[str] = []
    assert taken([scored("mine", **(HERE | changes))], reference(), warnings) == expected
    none = "--beside theirs: has no records of the same data and preset"
    assert warnings == ([] if expected else [none + OTHERS.get(case, "")])


def test_records_of_another_task_or_of_a_part_of_the_genes_are_not_taken() -> None:
    part = {"embedding": "v", "rows": 1, "of": 2, "sha256": "0", "datasets": list(NAMES)}
    others = [
        scored("other", **(ELSEWHERE | {"task": "sensitivity"})),
        scored("part", **(ELSEWHERE | {"covered_by": part})),
    ]
    assert taken([scored("mine", **HERE)], [*reference(), *others]) == ALL


def test_records_that_do_not_know_what_they_were_prepared_from_go_by_their_digests() -> None:
    def without(records: list[Record]) -> list[Record]:
        return [{n: v for n, v in record.items() if n != "prepared_from"} for record in records]  # type: ignore[misc]

    assert taken(without([scored("mine", **HERE)]), reference()) == []
    assert taken(without([scored("mine", **ELSEWHERE)]), without(reference())) == ALL
    assert taken([scored("mine", **HERE)], without(reference())) == []


def test_a_row_of_ones_own_takes_the_place_of_that_of_the_reference() -> None:
    own = [scored("mine", **HERE), scored("best", 0, 0.2, **HERE)]
    assert taken(own, reference()) == [name for name in ALL if "best" not in name]
    variant = scored("best", 0, 0.2, overrides={"epochs": 5}, **HERE)
    assert taken([variant], reference()) == ALL


def test_rows_of_other_versions_of_the_metrics_are_left_out_and_told() -> None:
    warnings: list[str] = []
    records = reference()
    records[2]["metric_versions"] = records[3]["metric_versions"] = VERSIONS | {"AUC": 2, "later": 7}
    assert taken([scored("mine", **HERE)], records, warnings) == [
        name for name in ALL if "middle" not in name
    ]
    (sentence,) = warnings
    assert sentence.startswith(
        "theirs: 2 records of lung left out, scored by other versions of the metrics (AUC 2, here 1)"
    )


def test_what_is_of_other_data_is_told_beside_what_fits() -> None:
    own = [scored("mine", tissue=tissue, **HERE) for tissue in ("lung", "pbmc", "liver")]
    other = {"prepared_from": HERE["prepared_from"] | {"scrna_lung__c": "changed"}}
    theirs = [
        scored("theirs", tissue="lung", **ELSEWHERE),
        scored("theirs", tissue="pbmc", **(ELSEWHERE | other)),
    ]
    warnings: list[str] = []
    assert taken(own, theirs, warnings) == ["theirs 0"]
    assert warnings == [
        "--beside theirs: left out, of other data: pbmc (quick): scrna_lung__c changed, here c"
    ]
    twice = [own[0], scored("mine", source="files:b", **(HERE | other))]
    assert taken(twice, theirs[:1], warnings) == ["theirs 0"]
    assert len(warnings) == 1  # it stands in one of the two


def notes(own: list[Record], records: list[Record]) -> list[str]:
    (board,) = leaderboards(Reference("theirs", records).beside(own))
    return [note.text for note in beside_notes(board.group)]


def mine(joint: float | None, **changes) -> Record:
    made = scored("mine", 0, joint, **(HERE | {"kind": "plugin"} | changes))
    made["scores"]["structure"] = {"value": 0.3, "status": "ok", "reason": ""}
    if joint is None:
        made["scores"]["joint_score"] = {"value": None, "status": "undefined", "reason": "one dataset"}
        made["metric_versions"] = VERSIONS
    return made


SIGNED = "* Not run here: taken from theirs, of the same counts, settings and version of the steps to graphs."
VERDICTS: dict[str, tuple[Record, list[Record], list[str]]] = {
    "in the middle": (
        mine(0.5), reference(),
        [
            "MINE: joint score 0.500, rank 2 of 4 among the reference rows alone "
            "(1 to 2 seeds each), above the "
            "controls.",
            SIGNED,
        ],
    ),
    "no better than noise": (
        mine(0.05), reference(),
        [
            "MINE: joint score 0.050, rank 4 of 4 among the reference rows alone "
            "(1 to 2 seeds each), not above the "
            "controls: those reach 0.05.",
            SIGNED,
        ],
    ),
    "one row": (
        mine(0.9), reference()[2:4],
        [
            "MINE: joint score 0.900, rank 1 of 2 among the reference rows alone "
         "(2 seeds), above the controls.",
            SIGNED,
        ],
    ),
    "few genes": (
        mine(0.5, coverage={"rows": 45, "of": 100}), reference()[4:],
        [
            "MINE: joint score 0.500, not ranked with vectors for 45 % of the (gene, dataset) pairs, above "
            "the controls.",
            SIGNED,
        ],
    ),
    "older rows": (
        mine(0.5), [scored(name, 0, None, **ELSEWHERE) for name in ("new", "old")],
        [
            "MINE: joint score 0.500, not ranked: 2 reference rows without one, above the controls.",
            "NEW and OLD: no joint score: scored before it existed.",
            SIGNED,
        ],
    ),
    "an older row among newer ones": (
        mine(0.5), [*reference()[:2], scored("old", 0, None, **ELSEWHERE)],
        [
            "MINE: joint score 0.500, rank 2 of 2 among the reference rows alone "
            "(2 seeds), above the controls.",
            "OLD: no joint score: scored before it existed.",
            SIGNED,
        ],
    ),
    "undefined": (
        mine(None), [mine(None, **ELSEWHERE) | {"method": "theirs"}],
        [
            "MINE: no joint score (one dataset), structure 0.300, rank 1 of 2 among the reference rows alone "
            "(1 seed).",
            SIGNED,
        ],
    ),
    "nothing beside it": (mine(0.5), [], []),
}  # fmt: skip


@pytest.mark.parametrize("case", VERDICTS)
def test_one_sentence_places_a_method(case: str) -> None:
    own, records, expected = VERDICTS[case]
    assert notes([own], records) == expected


def test_the_table_across_tissues_says_where_rows_are_from() -> None:
    own = [scored("mine", 0, 0.5, tissue=tissue, **HERE) for tissue in ("lung", "pbmc")]
    (board, other) = leaderboards(Reference("theirs", reference()).beside(own))
    assert (len(board.frame), len(other.frame)) == (6, 1)
    (across,) = across_tissues([board, other])
    status = across.frame.set_index("method")["lung_status"]
    assert status["best"].startswith("ok: from the reference")
    assert "from" not in status["mine"]


def test_tables_mark_the_rows_and_leave_results_csv_to_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, theirs = tmp_path / "out", tmp_path / "theirs"
    own = [scored("mine", 0, 0.5, **HERE), scored("worst", 0, 0.3, **HERE)]
    pack_records(own, out / PACKED)
    pack_records(reference(), theirs / PACKED)
    board = out / "files-data/quick/lung/leaderboard"
    monkeypatch.setattr(  # pictures take a minute
        build_report, "build_report", lambda *given, **_: build_report.build_tables(*given)
    )

    assert main(["tables", "--out", str(out), "--beside", "none"]) == 0
    alone = digests(out)
    assert set(pd.read_csv(f"{board}.csv")["from"].fillna("")) == {""}

    assert main(["tables", "--out", str(out), "--beside", str(theirs)]) == 0
    beside = digests(out)
    frame = pd.read_csv(f"{board}.csv").fillna({"from": ""}).set_index("method")
    assert set(frame.index[frame["from"] == "reference"]) == {"best", "middle", "random", "oracle"}
    assert set(frame.index[frame["from"] == ""]) == {"mine", "worst"}
    text = Path(f"{board}.md").read_text()
    assert "| BEST\\* |" in text
    assert "| WORST |" in text
    assert "MINE: joint score 0.500, rank 2 of 3 among the reference rows alone" in text
    assert alone["results.csv"] == beside["results.csv"]
    assert set(pd.read_csv(out / "results.csv")["method"]) == {"mine", "worst"}

    monkeypatch.setattr(commands_reference, "REFERENCE", theirs)
    tables(out)  # by default, what comes with geneboard; and a packed file is as good as its folder
    assert Path(f"{board}.md").read_text() == text.replace(
        f"taken from {theirs}", "taken from results/reference"
    )
    tables(out, beside=theirs / PACKED)
    assert len(pd.read_csv(f"{board}.csv")) == len(frame)
    before = digests(theirs)
    tables(theirs)  # nothing stands beside itself
    assert digests(theirs)[PACKED] == before[PACKED]
    assert "reference" not in set(pd.read_csv(theirs / "files-theirs/quick/lung/leaderboard.csv")["from"])

    capsys.readouterr()
    assert main(["tables", "--out", str(out), "--beside", str(tmp_path / "nowhere")]) == 2
    assert "nowhere: has no records (runs/*/result.json or records.jsonl.gz)" in capsys.readouterr().err


def test_records_that_come_with_geneboard_are_read_once_and_again_when_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands_reference, "REFERENCE", tmp_path)
    one, other = scored("mine"), scored("theirs")
    pack_records([one], tmp_path / PACKED)
    first = commands_reference.own_records()
    assert [record["method"] for record in first] == ["mine"]
    assert commands_reference.own_records() is first
    pack_records([other], tmp_path / PACKED)
    assert [record["method"] for record in commands_reference.own_records()] == ["theirs"]
    write_record(tmp_path, one)
    assert len(commands_reference.own_records()) == 2
