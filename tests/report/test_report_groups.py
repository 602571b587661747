"""Which records make a table: newest data, newest code, one record per seed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from report_cells import cell

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import (
    OLDER_CODE,
    OLDER_DATA,
    OLDER_DEFAULTS,
    OLDER_METRICS,
    REPEATED,
    REPLACED,
    Group,
    folder_name,
    safe_name,
    select_groups,
)
from geneboard.benchmark.tasks.embedding.board.board import leaderboard
from geneboard.datasets.errors import InputError

EARLY, LATE = "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"


def only_group(records: list[Record]) -> Group:
    (group,) = select_groups(records)
    assert len(group.records) + len(group.left_out) == len(records)
    return group


def test_sources_presets_and_tissues_never_share_a_table() -> None:
    records = [
        cell("a", 0, 0.1, source=source, preset=preset, tissue=tissue)
        for source in ("synthetic", "files:data")
        for preset in ("quick", "paper")
        for tissue in ("lung", "heart")
    ]
    folders = [group.folder.as_posix() for group in select_groups(records)]
    assert folders == [
        f"{source}/{preset}/{tissue}"
        for source in ("files-data", "synthetic")
        for preset in ("paper", "quick")
        for tissue in ("heart", "lung")
    ]


@pytest.mark.parametrize(
    ("label", "folder"),
    [
        ("files:data", "files-data"),
        ("files:../x y", "files-..-x-y"),
        ("..", "unnamed"),
        ("synthetic", "synthetic"),
    ],
)
def test_safe_folder_names(label: str, folder: str) -> None:
    assert safe_name(label) == folder


def test_every_tissue_has_a_folder_of_its_own() -> None:
    names = ("t 1", "t-1", "t_1", "t\t1", "../t-1", "lung", "without-a (b)", "without-a-b-")
    groups = select_groups([cell("a", 0, 0.1, tissue=name) for name in names])
    folders = {group.tissue: group.folder.name for group in groups}
    assert len(set(folders.values())) == len(names)
    assert (folders["t-1"], folders["lung"]) == ("t-1", "lung")
    assert folder_name("files:data") == "files-data"


def test_sources_that_look_the_same_as_folders_are_kept_apart() -> None:
    groups = select_groups(
        [cell("a", 0, 0.1, source=source) for source in ("files:A b", "files:a-b", "other")]
    )
    folders = {group.source: group.folder.parts[0] for group in groups}
    assert len({folder.casefold() for folder in folders.values()}) == 3
    assert folders["other"] == "other"


# The first two lists of each case are the records that are used and those that are left out.
SELECTIONS: dict[str, tuple[list[Record], list[Record], dict[str, int]]] = {
    "only the newest data": (
        [cell("a", 0, 0.1, finished_at=LATE, data_hashes={"d": "new"})],
        [
            cell(name, seed, 0.9, finished_at=EARLY, data_hashes={"d": "old"})
            for name in "ab"
            for seed in (0, 1)
        ],
        {OLDER_DATA: 4},
    ),
    "times are compared and not their texts": (  # 01:30 in Paris is before 01:00 in London
        [cell("a", 0, 0.1, finished_at="2026-01-01T01:00:00+00:00", data_hashes={"d": "london"})],
        [cell("a", 0, 0.1, finished_at="2026-01-01T01:30:00+01:00", data_hashes={"d": "paris"})],
        {OLDER_DATA: 1},
    ),
    "only the newest metrics": (
        [cell("b", 0, 0.1, finished_at=LATE, metric_versions={"ASW": 2, "AUC": 1, "more": 1})],
        [cell("a", 0, 0.9, finished_at=EARLY, metric_versions={"ASW": 1, "AUC": 1})],
        {OLDER_METRICS: 1},
    ),
    "only the newest code of each method": (
        [cell("a", 0, 0.1, finished_at=LATE, code="new"), cell("b", 0, 0.5, finished_at=EARLY, code="old")],
        [cell("a", seed, 0.9, finished_at=EARLY, code="old") for seed in (0, 1)],
        {OLDER_CODE: 2},
    ),
    "edited defaults give no two rows of one name": (
        [cell("a", 0, 0.1, finished_at=LATE, code="new", settings={"epochs": 300})],
        [
            cell("a", 0, 0.9, finished_at=EARLY, code="old", settings={"epochs": 100}),
            cell(
                *("a", 0, 0.5),
                finished_at=EARLY,
                code="old",
                settings={"epochs": 300},
                overrides={"epochs": 300},
            ),
        ],
        {OLDER_CODE: 1, OLDER_DEFAULTS: 1},
    ),
    "a seed repeated on another device counts once": (
        [cell("a", 0, 0.8, finished_at=LATE, device="cuda:0", threads=4)],
        [cell("a", 0, 0.9, finished_at=EARLY)],
        {REPEATED: 1},
    ),
    "a failure elsewhere does not hide a good cell": (
        [cell("a", 0, 0.9, finished_at=EARLY)],
        [cell("a", 0, finished_at=LATE, device="cuda:0", status="oom", reason="out of memory")],
        {REPLACED: 1},
    ),
}


@pytest.mark.parametrize("case", SELECTIONS)
def test_what_is_used_and_what_is_left_out(case: str) -> None:
    used, left_out, counts = SELECTIONS[case]
    for records in ([*left_out, *used], [*used, *left_out]):
        group = only_group(records)
        assert list(group.records) == used
        assert group.left_out_counts == counts


def test_variants_are_kept_beside_the_default() -> None:
    records = [cell("a", 0, 0.9, overrides=overrides) for overrides in ({}, {"epochs": 1}, {"epochs": 2})]
    assert len(only_group(records).records) == 3


def test_exact_copies_count_once() -> None:
    record = cell("a", 0, 0.9)
    (group,) = select_groups([record, copy.deepcopy(record)])
    assert (len(group.records), len(group.left_out)) == (1, 0)


def describe(groups: list[Group]) -> list[Any]:
    return [(g.folder, g.records, [(left.record["key"], left.reason) for left in g.left_out]) for g in groups]


def test_order_of_records_makes_no_difference() -> None:
    records = [
        cell("a", seed, 0.5, finished_at=time, code=code, data_hashes={"d": data})
        for seed in (0, 1)
        for time, code in ((EARLY, "x"), (LATE, "y"))
        for data in "pq"
    ]
    expected = describe(select_groups(records))
    assert describe(select_groups(records[::-1])) == expected
    assert describe(select_groups(records[3:] + records[:3])) == expected


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"source": "synthetic"}, "different sources may not share a table: files:data, synthetic"),
        ({"preset": "paper"}, "different presets may not share a table: paper, quick"),
        ({"tissue": "heart"}, "different tissues may not share a table: heart, lung"),
        ({"metric_versions": {"ASW": 2}}, "different versions of the metrics may not share a table: 1; 2"),
        (
            {"data_hashes": {"scrna_lung__a": "1a", "scrna_lung__b": "XX", "d": "4d"}},
            "different data may not share a table: scrna_lung__b differs; scrna_lung__c only in 1; d only in",
        ),
        (
            {"covered_by": {"embedding": "mine", "sha256": "0", "datasets": [], "rows": 1, "of": 2}},
            "different sets of genes may not share a table: all, mine",
        ),
    ],
)
def test_asking_for_a_mixed_leaderboard_is_an_error_that_says_what_differs(
    change: dict[str, Any], fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        leaderboard([cell("a", 0, 0.1), cell("b", 0, 0.1, **change)])
