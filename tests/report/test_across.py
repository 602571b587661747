"""The table across tissues, on three methods and three tissues that can be followed by hand."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import pandas as pd
import pytest
from renderings import across_of
from report_cells import cell, scored_before

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding.across.across import ACROSS_COLUMNS, ENDS, Across, across_tissues
from geneboard.benchmark.tasks.embedding.board.board import leaderboards

pytestmark = pytest.mark.usefixtures("small_scale")

TISSUES = ("heart", "lung", "pbmc")


def three_tissues() -> list[Record]:
    """MuSe-GNN, GAE and PCA in three tissues; all six metrics are the same, so a score is one scaled value.

             heart        lung         pbmc         mean score    ranks
    musegnn  0.9 (1)      0.8 (1)      0.5 (0.5)    2.5 / 3       1 1 2
    gae      0.5 (0)      0.6 (0.5)    0.6 (1)      0.5           3 2 1
    pca      0.6 (0.25)   0.4 (0)      0.4 (0)      0.25 / 3      2 3 3
    """
    values = {"musegnn": (0.9, 0.8, 0.5), "gae": (0.5, 0.6, 0.6), "pca": (0.6, 0.4, 0.4)}
    titles = {"musegnn": "MuSe-GNN", "gae": "GAE", "pca": "PCA"}
    return [
        cell(name, 0, value, tissue=tissue, title=titles[name])
        for name, of_tissues in values.items()
        for tissue, value in zip(TISSUES, of_tissues, strict=True)
    ]


def row_of(found: Across, method: str) -> pd.Series:
    return found.frame.set_index("method").loc[method]


def text(found: Across) -> str:
    return "\n".join(found.sentences)


def test_three_methods_and_tissues_by_hand() -> None:
    found = across_of(three_tissues())
    assert (found.source, found.preset, found.tissues) == ("files:data", "quick", TISSUES)
    assert found.folder == PurePath("files-data/quick")
    frame = found.frame.set_index("method")
    assert list(frame.index) == ["musegnn", "gae", "pca"]
    assert frame["mean_score"].to_list() == pytest.approx([2.5 / 3, 0.5, 0.25 / 3])
    assert frame["mean_rank"].to_list() == pytest.approx([4 / 3, 2, 8 / 3])
    assert frame["heart"].to_list() == pytest.approx([1, 0, 0.25])
    assert frame["pbmc"].to_list() == pytest.approx([0.5, 1, 0])
    assert set(frame["tissues_scored"]) == {"3 of 3"}
    assert (frame[[f"{tissue}_status" for tissue in TISSUES]] == "ok").all(axis=None)
    assert frame["mean_joint_score"].to_list() == pytest.approx([2.2 / 3, 1.7 / 3, 1.4 / 3])
    assert frame["pbmc_joint_score"].to_list() == pytest.approx([0.5, 0.6, 0.4])
    assert frame[["rank_low", "rank_high"]].isna().all(axis=None)
    columns = [tissue + end for tissue in TISSUES for end in ENDS]
    assert list(found.frame.columns) == [*ACROSS_COLUMNS, *columns]


def test_tissue_without_a_published_score_counts_in_no_mean_of_them() -> None:
    records = [
        record | {"tissue": "tonsil"} if record["tissue"] == "heart" else record for record in three_tissues()
    ]
    found = across_of(records)
    row = row_of(found, "musegnn")
    assert row["published_mean"] == pytest.approx((0.96 + 0.92) / 2)
    assert row["published_difference"] == pytest.approx((0.04 - 0.42) / 2)
    assert row["tissues_published"] == "2 of 3"
    assert pd.isna(row["tonsil_published"])
    assert row["mean_score"] == pytest.approx(2.5 / 3)
    plugin = row_of(across_of([*records, cell("plug", 0, 0.5, kind="plugin")]), "plug")
    assert plugin["tissues_published"] == "0 of 3"
    assert pd.isna(plugin["published_mean"])


def test_failed_cell_ranks_last_and_empties_the_mean() -> None:
    # Without pca, which is last anyway, pbmc has the same range end to end: musegnn 0, gae 1.
    records = [r for r in three_tissues() if (r["method"], r["tissue"]) != ("pca", "pbmc")]
    records.append(cell("pca", 0, tissue="pbmc", title="PCA", status="oom", reason="over 8 GB"))
    found = across_of(records)
    row = row_of(found, "pca")
    assert row["pbmc_status"] == "oom: seed 0: over 8 GB"
    assert pd.isna(row["pbmc"])
    assert pd.isna(row["mean_score"])
    assert (row["tissues_scored"], row["mean_rank"]) == ("2 of 3", pytest.approx(8 / 3))
    assert "Without a joint score, and so ranked last there: PCA in pbmc." in found.sentences
    assert row_of(found, "musegnn")["mean_rank"] == pytest.approx(4 / 3)


def test_two_failures_share_the_last_ranks() -> None:
    records = three_tissues()
    records += [cell("one", 0, 0.5, tissue=t, kind="plugin") for t in ("heart", "lung")]
    records += [cell("two", 0, 0.4, tissue=t, kind="plugin") for t in ("heart", "lung")]
    records.append(cell("one", 0, tissue="pbmc", kind="plugin", status="oom", reason="over 8 GB"))
    records.append(cell("two", 0, tissue="pbmc", kind="plugin"))
    found = across_of(records)
    # heart: one 0.5 ties with gae for 3.5, two 5; lung: one 3, two 0.4 ties with pca for 4.5; pbmc: both 4.5.
    assert row_of(found, "one")["mean_rank"] == pytest.approx((3.5 + 3 + 4.5) / 3)
    assert row_of(found, "two")["mean_rank"] == pytest.approx((5 + 4.5 + 4.5) / 3)


def test_method_that_was_skipped_in_a_tissue_has_no_mean_rank_and_shifts_nobody() -> None:
    records = [cell("few", 0, 0.5, tissue=t, kind="plugin") for t in ("heart", "lung")]
    records.append(cell("few", 0, tissue="pbmc", kind="plugin", status="skipped", reason="no landmarks"))
    found, before = across_of(three_tissues() + records), across_of(three_tissues())
    row = row_of(found, "few")
    assert row["pbmc_status"] == "skipped: seed 0: no landmarks"
    assert row[["mean_score", "mean_rank"]].isna().all()
    assert "Skipped in a tissue, and so in no mean rank and no test: FEW (pbmc)." in found.sentences
    others = found.frame[found.frame["method"] != "few"].set_index("method")["mean_rank"]
    pd.testing.assert_series_equal(others, before.frame.set_index("method")["mean_rank"], check_exact=True)


def test_method_that_was_not_run_in_a_tissue_has_no_mean_rank_and_shifts_nobody() -> None:
    best = [cell("top", 0, 2.0, tissue=tissue, kind="plugin") for tissue in ("heart", "lung")]
    found = across_of(three_tissues() + best)
    row = row_of(found, "top")
    assert row["pbmc_status"] == "not run"
    assert row[["mean_score", "mean_rank", "pbmc"]].isna().all()
    assert row["tissues_scored"] == "2 of 3"
    assert list(found.frame["method"]) == ["musegnn", "gae", "pca", "top"]
    before = across_of(three_tissues()).frame
    pd.testing.assert_frame_equal(found.frame.iloc[:3], before, check_exact=True)


@pytest.mark.parametrize(
    ("scores", "changes", "status", "score"),
    [
        ((0.6, 0.6, None, 0.6, 0.6, 0.6), {}, "undefined: iLISI undefined: no common genes", 2.5 / 6),
        (
            (),
            {"seed": 1, "status": "timeout", "reason": "over 60 s"},
            "ok (1 of 2 seeds): seed 1 timeout: over 60 s",
            0.5,
        ),
    ],
)
def test_what_a_score_lacks_is_shown(
    scores: tuple[float | None, ...], changes: dict[str, Any], status: str, score: float
) -> None:
    other = cell("gae", changes.get("seed", 0), *scores, tissue="lung", title="GAE", **changes)
    records = [
        r for r in three_tissues() if (r["method"], r["tissue"], r["seed"]) != ("gae", "lung", other["seed"])
    ]
    row = row_of(across_of([*records, other]), "gae")
    assert row["lung_status"] == status
    assert row["lung"] == pytest.approx(score)


def test_variants_are_rows_of_their_own() -> None:
    records = [r for r in three_tissues() if r["method"] != "gae"]
    records += [
        cell("gae", 0, 0.5, tissue="heart", title="GAE", overrides={"epochs": 1000}),
        cell("gae", 0, 0.6, tissue="lung", title="GAE", overrides={"epochs": 1500}),
        cell("gae", 0, 0.6, tissue="pbmc", title="GAE", overrides={"epochs": 1500}),
    ]
    found = across_of(records)
    frame = found.frame.set_index("title")
    assert frame.loc["GAE[epochs=1000]", ["heart_status", "lung_status"]].to_list() == ["ok", "not run"]
    assert frame.loc["GAE[epochs=1500]", "tissues_scored"] == "2 of 3"
    assert frame.loc[["GAE[epochs=1000]", "GAE[epochs=1500]"], "mean_score"].isna().all()
    assert frame.loc["PCA", "mean_rank"] == pytest.approx((2 + 2 + 2) / 3)


def test_controls_stand_below_without_ranks_and_change_nothing() -> None:
    noise = [cell("noise", 0, 5.0, tissue=tissue, kind="control") for tissue in TISSUES]
    found, before = across_of(three_tissues() + noise), across_of(three_tissues())
    assert list(found.frame["method"])[-1] == "noise"
    row = row_of(found, "noise")
    assert row["mean_score"] > 1
    assert pd.isna(row["mean_rank"])
    pd.testing.assert_frame_equal(found.frame.iloc[:3], before.frame, check_exact=True)
    assert found.sentences == before.sentences
    pd.testing.assert_frame_equal(found.gains, before.gains)


def test_tissue_scored_before_the_joint_score_existed_counts_in_no_rank() -> None:
    found = across_of([scored_before(r) if r["tissue"] == "pbmc" else r for r in three_tissues()])
    assert row_of(found, "gae")["pbmc_status"] == "ok: no joint score: scored before it existed"
    assert row_of(found, "gae")["mean_rank"] == pytest.approx(2.5)
    assert row_of(found, "gae")["tissues_ranked"] == "2 of 3"
    assert "No method has a joint score in pbmc, which therefore counts in no rank." in found.sentences


def test_who_does_not_compete_in_some_tissue_shifts_nobody() -> None:
    # a variant beside its method, vectors of 45 % of the genes, and a row of earlier scores, each above all
    extra = [
        *(cell("pca", 0, 0.95, tissue=t, title="PCA", overrides={"epochs": 5}) for t in TISSUES),
        *(cell("few", 0, 0.9, tissue=t, kind="plugin", coverage={"rows": 45, "of": 100}) for t in TISSUES),
        *(cell("old", 0, 0.9, tissue=t, kind="plugin") for t in TISSUES),
    ]
    scored_before(extra[-1])
    found, before = across_of(three_tissues() + extra), across_of(three_tissues())
    ranks = found.frame.set_index("method")["mean_rank"]
    assert ranks.dropna().to_dict() == before.frame.set_index("method")["mean_rank"].to_dict()


def test_two_methods_of_one_title_stay_apart() -> None:
    other = [
        cell("pca2", 0, v, tissue=t, kind="plugin", title="PCA")
        for t, v in zip(TISSUES, (0.1, 0.2, 0.3), strict=True)
    ]
    found = across_of(three_tissues() + other)
    assert list(found.frame["method"]) == ["musegnn", "gae", "pca", "pca2"]


def test_sources_presets_and_covered_genes_get_tables_of_their_own() -> None:
    covered = {"embedding": "mine", "sha256": "1", "datasets": ["d"], "rows": 1, "of": 2}
    records = three_tissues()
    records += [{**record, "source": "synthetic", "key": "s" + record["key"]} for record in three_tissues()]
    records += [{**record, "preset": "paper", "key": "p" + record["key"]} for record in three_tissues()[:3]]
    records += [{**record, "covered_by": covered, "key": "c" + record["key"]} for record in three_tissues()]
    records.append(cell("gae", source="one tissue"))
    found = across_tissues(leaderboards(records))
    assert [(table.source, table.preset) for table in found] == [
        ("files:data", "paper"),
        ("files:data", "quick"),
        ("synthetic", "quick"),
    ]
    assert "simulated by one generator: they are not independent evidence" in text(found[2])
    assert "generator" not in text(found[1])


def test_versions_of_the_metrics_that_differ_are_told() -> None:
    records = [{**r, "metric_versions": {"ASW": 2}} if r["tissue"] == "lung" else r for r in three_tissues()]
    sentence = "not all scored by the same version of the metrics (heart 1; lung 2; pbmc 1)"
    assert sentence in text(across_of(records))
    assert "version of the metrics" not in text(across_of(three_tissues()))
