"""Versions of metrics: who shares a table, and who is scored again."""

from __future__ import annotations

from record_cases import former_record, record

from geneboard.benchmark import registry
from geneboard.benchmark.records import metric_versions as known
from geneboard.benchmark.records.metric_versions import (
    former_versions,
    needs_rescoring,
    scored_alike,
    versions_text,
)
from geneboard.metrics.inference.metric_columns import METRICS


def test_every_metric_has_a_version() -> None:
    for entry in registry.metrics():
        assert type(entry.attributes["version"]) is int, entry.path
    assert {entry.name for entry in registry.metrics()} >= set(known.HELDOUT)
    assert {metric.name for metric in METRICS} >= set(known.INFERENCE)


def test_only_an_ok_cell_with_other_metrics_is_scored_again() -> None:
    scored = record("a", metric_versions={"ASW": 1, "AUC": 2})
    assert not needs_rescoring(scored, {"ASW": 1, "AUC": 2}, {})
    assert not needs_rescoring(scored, {"ASW": 1}, {})  # a metric that is no longer there
    assert needs_rescoring(scored, {"ASW": 2, "AUC": 2}, {})
    assert needs_rescoring(scored, {"ASW": 1, "AUC": 2, "new": 1}, {})
    assert not needs_rescoring({**scored, "status": "failed"}, {"ASW": 2}, {})


def test_an_ok_cell_of_other_groups_is_scored_again() -> None:
    versions, groups = {"ASW": 1}, {"donor": ["a", "b"], "other": ["c"]}
    scored = record("a", metric_versions=versions, groups=groups)
    assert not needs_rescoring(scored, versions, {"groups": groups})
    assert not needs_rescoring(scored, versions, {})  # a later seed, and what asks for no groups
    assert needs_rescoring(scored, versions, {"groups": {**groups, "other": ["c", "d"]}})
    assert needs_rescoring(record("a", metric_versions=versions), versions, {"groups": groups})


def test_known_hashes_are_version_1_and_others_stay_apart() -> None:
    codes = [*known.FIRST_VERSIONS, "f00"]
    versions = [former_versions({**former_record("a"), "metrics_code": code}) for code in codes]
    records = [record("a", metric_versions=one) for one in versions]
    old, heldout, _, unknown = records
    new = record("a", metric_versions=dict.fromkeys(known.HELDOUT, 1) | {"later": 1})
    alike = scored_alike([old, heldout, new])
    assert alike(old) == alike(heldout) == alike(new)
    apart = scored_alike([old, unknown])
    assert apart(old) != apart(unknown)
    assert [versions_text(one) for one in records] == ["1", "1", "1", "f00"]
    assert versions_text(record("a", metric_versions={"ASW": 2, "AUC": 1})) == "ASW 2, AUC 1"
