"""Paired tests against ridge: by hand, and against scipy called plainly."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from inference_cells import GNN_LOSS, inference_cell, parts, three_methods
from scipy.stats import wilcoxon
from statsmodels.stats.multitest import multipletests

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_boards
from geneboard.benchmark.tasks.inference.board.paired import wilcoxon_p
from geneboard.benchmark.tasks.inference.board.part_differences import gene_differences, patient_differences
from geneboard.benchmark.tasks.inference.board.verdicts import comparison_sentences, p_text, verdicts
from geneboard.benchmark.tasks.inference.parts import unpacked
from geneboard.datasets.errors import InputError


def of_ridge(records: list[Record]) -> Any:
    (board,) = inference_boards(records)
    return board.tests


def line(records: list[Record], method: str, metric: str) -> Any:
    pairs = of_ridge(records).pairs
    (found,) = pairs.loc[(pairs["method"] == method) & (pairs["metric"] == metric)].to_dict("records")
    return found


def many_genes(
    n: int = 400, shift: float = 0.03, *, seeds: int = 2, methods: tuple[str, ...] = ("gnn",)
) -> list[Record]:
    """Ridge and methods that are better by `shift` and some noise, with 12 patients."""
    rng = np.random.default_rng(7)
    records = []
    for seed in range(seeds):
        genes, errors = rng.uniform(0.2, 0.8, n), rng.uniform(0.3, 0.6, 12)
        patients = [f"p{i}" for i in range(12)]
        records.append(inference_cell("ridge", seed, parts(genes, errors, patients), pcc=genes.mean()))
        for number, method in enumerate(methods):
            better = genes + (shift / (number + 1)) * rng.normal(1, 1.5, n)
            lower = errors - shift * rng.normal(1, 0.3, 12)
            records.append(
                inference_cell(method, seed, parts(better, lower, patients), pcc=genes.mean() + shift)
            )
    return records


def test_genes_by_hand() -> None:
    found = line(three_methods(), "gnn", "PCC")
    assert (found["over"], found["n"], found["n_seeds"]) == ("genes", 8, 2)
    assert found["difference"] == pytest.approx(-0.035)
    assert [found["difference_low"], found["difference_high"]] == pytest.approx([-0.045, -0.025])
    losses = [0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, -0.07]  # over both seeds
    assert losses == pytest.approx([loss + 0.01 for loss in GNN_LOSS])
    assert found["median_difference"] == pytest.approx(-0.045)
    assert (found["share_better"], found["share_worse"]) == (1 / 8, 7 / 8)
    assert (found["seeds_better"], found["seeds_worse"]) == (0, 2)
    # Ranks 1 2 3 4 5 6.5 8 against 6.5: all 256 patterns of signs counted.
    ranks = [1, 2, 3, 4, 5, 6.5, 8, 6.5]
    sums = [
        sum(r for r, s in zip(ranks, signs, strict=True) if s)
        for signs in itertools.product((0, 1), repeat=8)
    ]
    exact = 2 * np.mean([total <= 6.5 for total in sums])
    assert found["p"] == pytest.approx(exact, abs=1e-12)
    assert found["verdict"] == "not told apart"


def test_patients_by_hand() -> None:
    found = line(three_methods(), "gnn", "MAE")
    assert (found["over"], found["n"]) == ("patients", 6)
    assert found["median_difference"] == pytest.approx(0.035)
    assert (found["share_better"], found["share_worse"]) == (0, 1)
    assert found["p"] == pytest.approx(2 / 2**6)  # six of one sign
    assert found["verdict"] == "worse"


def test_a_patient_counts_once_with_the_mean_of_its_samples() -> None:
    # p1 has two samples in seed 0 and one in seed 1: (0.1 + 0.3 + 0.5) / 3; p2 is in seed 1 alone.
    def pair(seed: int, groups: list[str], differences: list[float]) -> tuple[Record, Record]:
        base = [0.4] * len(groups)
        other = [0.4 + value for value in differences]
        return (
            inference_cell("gnn", seed, parts([0.5], other, groups), pcc=0.5),
            inference_cell("ridge", seed, parts([0.5], base, groups), pcc=0.5),
        )

    pairs = [pair(0, ["p1", "p3", "p1"], [0.1, 0.2, 0.3]), pair(1, ["p2", "p1"], [-0.1, 0.5])]
    assert patient_differences(pairs, "MAE").tolist() == pytest.approx([0.3, -0.1, 0.2])


def test_genes_that_no_seed_scores_are_left_out_and_constant_predictions_count_zero() -> None:
    nan = float("nan")
    one = inference_cell("gnn", 0, parts([0.5, nan, nan, 0.1], [0.5] * 6), pcc=0.3)
    two = inference_cell("ridge", 0, parts([0.4, 0.2, nan, nan], [0.5] * 6), pcc=0.3)
    assert gene_differences([(one, two)], "PCC").tolist() == pytest.approx([0.1, -0.2, 0.1])
    # In seed 1 the second gene is scored by neither: its mean is that of seed 0.
    one_more = inference_cell("gnn", 1, parts([0.5, nan, nan, nan], [0.5] * 6), pcc=0.3)
    two_more = inference_cell("ridge", 1, parts([0.2, nan, nan, nan], [0.5] * 6), pcc=0.3)
    both = gene_differences([(one, two), (one_more, two_more)], "PCC")
    assert both.tolist() == pytest.approx([0.2, -0.2, 0.1])


def test_p_over_genes_is_that_of_scipy_and_holm_that_of_statsmodels() -> None:
    records = many_genes(shift=0.001, methods=("gnn", "mlp", "knn"))
    pairs = of_ridge(records).pairs
    family = pairs.loc[pairs["metric"] == "PCC"].set_index("method")
    raw = {
        (record["method"], record["seed"]): unpacked(record["parts"]["genes"]["PCC"]) for record in records
    }
    expected = {}
    for method in family.index:
        of_seeds = [raw[method, seed] - raw["ridge", seed] for seed in (0, 1)]
        expected[method] = float(wilcoxon(np.round(np.mean(of_seeds, axis=0), 9), method="asymptotic").pvalue)
    assert family["p"].to_dict() == pytest.approx(expected, rel=1e-9, abs=0)
    corrected = multipletests([expected[method] for method in family.index], method="holm")[1]
    assert family["p_holm"].to_list() == pytest.approx(corrected.tolist(), rel=1e-9, abs=0)


def test_p_of_few_and_of_many_pairs_is_that_of_scipy() -> None:
    differences = np.random.default_rng(1).normal(0.3, 1, 300)
    assert len(np.unique(np.abs(differences))) == 300  # scipy is exact without ties alone
    for n in (6, 40, 200):
        expected = wilcoxon(differences[:n], method="exact").pvalue
        assert wilcoxon_p(differences[:n]) == pytest.approx(expected, rel=1e-9, abs=0)
    assert wilcoxon_p(differences) == pytest.approx(
        wilcoxon(differences, method="asymptotic").pvalue, rel=1e-9, abs=0
    )


def test_rounding_is_neither_a_difference_nor_breaks_ties() -> None:
    noise = np.array([1e-17, -1e-17, 0, 3e-17, 0, 0, 0, 1e-18])
    assert wilcoxon_p(noise) == 1
    exact = np.array([0.1, 0.2, 0.3, 0.3, -0.3, 0.4, 0.5, 0.1])
    assert wilcoxon_p(exact + noise) == wilcoxon_p(exact)


def test_a_control_more_changes_no_verdict_on_a_method() -> None:
    records = many_genes(shift=0.004, methods=("gnn", "mlp"))
    before = of_ridge(records).pairs.set_index(["method", "metric"])
    control = [
        {**record, "method": "organ_mean", "kind": "control"}
        for record in records
        if record["method"] == "mlp"
    ]
    after = of_ridge([*records, *control]).pairs.set_index(["method", "metric"])
    pd.testing.assert_frame_equal(after.loc[before.index], before)
    alone = after.loc["organ_mean"]
    assert alone["p"].to_list() == before.loc["mlp", "p"].to_list()
    assert alone["p_holm"].to_list() == alone["p"].to_list()


def test_better_needs_the_test_and_all_seeds() -> None:
    records = many_genes()
    assert line(records, "gnn", "PCC")["verdict"] == "better"
    assert line(records, "gnn", "MAE")["verdict"] == "better"
    # One seed in which the score is lower is enough for no verdict, whatever the genes say.
    turned = [
        {**record, "scores": {**record["scores"], "PCC": {"value": 0.01, "status": "ok", "reason": ""}}}
        if (record["method"], record["seed"]) == ("gnn", 1)
        else record
        for record in records
    ]
    found = line(turned, "gnn", "PCC")
    assert found["p_holm"] < 0.05
    assert (found["seeds_better"], found["seeds_worse"]) == (1, 1)
    assert found["verdict"] == "not told apart"


def test_only_seeds_that_both_have_are_paired() -> None:
    records = [record for record in many_genes(seeds=3) if (record["method"], record["seed"]) != ("ridge", 1)]
    assert line(records, "gnn", "PCC")["n_seeds"] == 2
    apart = [record for record in records if (record["method"] == "gnn") == (record["seed"] == 1)]
    assert line(apart, "gnn", "PCC")["no_test"] == "no seed in common with ridge"


def test_a_single_seed_is_tested_and_said_to_be_one() -> None:
    tests = of_ridge(many_genes(seeds=1))
    assert set(tests.pairs["verdict"]) == {"better"}
    assert "(one seed)" in verdicts(tests)["gnn"]
    assert any("single seed" in sentence for sentence in comparison_sentences(tests))


def test_without_ridge_nothing_is_tested_and_a_sentence_says_so() -> None:
    variant = inference_cell("ridge", 0, pcc=0.6, overrides={"organ": True})
    for records in ([inference_cell("gnn", 0, pcc=0.5)], [inference_cell("gnn", 0, pcc=0.5), variant]):
        tests = of_ridge(records)
        assert tests.baseline == ""
        assert set(tests.pairs["no_test"]) == {"no row 'ridge' with scores"}
        (sentence,) = comparison_sentences(tests)
        assert sentence.startswith("There is no row 'ridge'")
    failed = of_ridge([inference_cell("gnn", 0, pcc=0.5), inference_cell("ridge", 0)])
    assert failed.baseline == ""


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (inference_cell("dead", 0), "no scores (failed)"),
        (inference_cell("bare", 0, pcc=0.4), "records without the values that the scores are means over"),
        (
            inference_cell("flat", 0, parts([0.1] * 8, [0.5] * 6), pcc=0.4, scores={"PCC": None}),
            "PCC of FLAT is undefined",
        ),
    ],
)
def test_what_cannot_be_tested_says_why(record: Record, reason: str) -> None:
    records = [*three_methods(), record]
    found = line(records, record["method"], "PCC")
    assert found["no_test"] == reason
    assert pd.isna(found["p"])
    assert found["verdict"] == ""
    assert any(reason in sentence for sentence in comparison_sentences(of_ridge(records)))


def test_fewer_than_six_patients_are_not_tested() -> None:
    five = ["p1", "p2", "p3", "p4", "p5"]
    records = [
        inference_cell("ridge", 0, parts([0.5] * 8, [0.5] * 5, five), pcc=0.5),
        inference_cell("gnn", 0, parts([0.4] * 8, [0.6] * 5, five), pcc=0.4),
    ]
    found = line(records, "gnn", "MAE")
    assert found["no_test"] == "fewer than six patients (5)"
    assert found["difference"] == pytest.approx(0.1)
    assert pd.isna(found["p"])
    assert line(records, "gnn", "PCC")["p"] == pytest.approx(2 / 2**8)


def test_cells_of_other_samples_are_not_tested_and_other_genes_are_refused() -> None:
    ridge = inference_cell("ridge", 0, parts([0.5] * 8, [0.5] * 6), pcc=0.5)
    others = parts([0.5] * 8, [0.5] * 6, ["q1", "p2", "p3", "p4", "p5", "p6"])
    pairs = of_ridge([ridge, inference_cell("gnn", 0, others, pcc=0.4)]).pairs
    assert pairs["p"].isna().all()
    (reason,) = set(pairs["no_test"])
    assert reason.startswith("tested on other samples")
    with pytest.raises(InputError, match="other numbers of genes in PCC"):
        of_ridge([ridge, inference_cell("gnn", 0, parts([0.5] * 7, [0.5] * 6), pcc=0.4)])


def test_the_verdict_in_words() -> None:
    told = verdicts(of_ridge(three_methods()))
    assert set(told) == {"gnn"}  # controls are in the file alone
    first, _, third, fourth = told["gnn"].removesuffix(".").split("; ")
    assert first == (
        "GNN is not told apart from Ridge in PCC (difference -0.035, range over 2 seeds -0.045..-0.025), "
        "better on 12 % of 8 genes, p = 0.117"
    )
    assert third == "worse by 0.035 MAE (range over 2 seeds 0.035..0.035), for 100 % of 6 patients, p = 0.031"
    assert fourth.startswith("worse by 0.035 rank_correlation (range over 2 seeds 0.025..0.045)")
    better = verdicts(of_ridge(many_genes(shift=0.05)))["gnn"]
    assert better.startswith("GNN is better than Ridge by 0.050 PCC (range over 2 seeds 0.050..0.050), on ")
    assert "; better by 0.050 MAE (" in better
    assert (p_text(0.0004), p_text(0.03)) == ("p < 0.001", "p = 0.030")


def test_the_sentences_say_what_the_test_over_genes_is_worth() -> None:
    sentences = " ".join(comparison_sentences(of_ridge(three_methods())))
    assert "takes genes as independent. They are not" in sentences
    assert "so that none counts twice" in sentences
    assert "MAE, over patients, against Ridge: worse: GNN." in sentences
