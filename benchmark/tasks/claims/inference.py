"""What records of the L1000 task say of the claims about its graph network: C7 to C11."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

from geneboard.benchmark.report.rows import Row, defined_value
from geneboard.benchmark.report.statistics.decide import Difference, Finding, agreed, decide, mean_difference
from geneboard.benchmark.tasks.claims.evidence import Evidence, Run, data_text, problem_of
from geneboard.benchmark.tasks.inference.board.columns import sign
from geneboard.benchmark.tasks.inference.board.paired import same_seeds
from geneboard.benchmark.tasks.inference.board.part_differences import patient_differences
from geneboard.benchmark.tasks.inference.over_problems import KINDS, targets_ending

GNNS = {"gnn": "GNN", "gnn_tuned": "GNN (tuned)"}
"""The published graph network, and the one with this project's settings."""

OPPONENTS = ("least_squares", "ridge", "nearest_neighbours", "mlp_kim", "mlp")
"""Linear models and models without a graph."""

PUBLISHED_OPPONENTS = {"least_squares": "least squares", "nearest_neighbours": "neighbours", "mlp_kim": "MLP"}
SCORES = {"rank_correlation": "gene-rank correlation", "MAE": "MAE (sign turned)"}
"""Of rankings and of values, both over patients, who are independent."""

MARGIN = 0.01
"""Models whose scores are so close are comparable."""

TENTH = (0.05, 0.15)
"""Share of the landmarks that counts as a tenth."""

LEAST_SETS = 2
"""Expression sets (or directions between them) that a general claim needs."""

Compared = tuple[list[Difference], list[str], list[Run]]
"""Differences, what is missing, and the runs they rest on."""


def gnn_beats_others(evidence: Evidence) -> Finding:
    """C7: the graph network minus each linear and non-graph model, with all landmarks."""
    runs = evidence.problems("comparison")
    return _for_each_gnn(lambda gnn: _above_opponents(runs, gnn, "expression sets"))


def tenth_of_landmarks(evidence: Evidence) -> Finding:
    """C8: the graph network with a tenth of the landmarks minus the other models with all."""
    comparisons = evidence.problems("comparison")

    def compared(gnn: str) -> Compared:
        found: list[Difference] = []
        used: list[Run] = []
        for few in _best_selected(run for run in evidence.problems("landmarks") if _is_tenth(run)):
            for all_of in comparisons:
                if _same_data(few, all_of) and gnn in few.rows:
                    found += _differences(few, gnn, all_of, OPPONENTS, _budget_table(few), margin=MARGIN)
                    used += [few, all_of]
        return found, _too_few(found, used, "a tenth of the landmarks, expression sets"), used

    return _for_each_gnn(compared)


def selection_helps(evidence: Evidence) -> Finding:
    """C9: landmarks chosen greedily minus as many drawn at random."""
    runs = evidence.problems("landmarks")

    def compared(gnn: str) -> Compared:
        found: list[Difference] = []
        used: list[Run] = []
        for chosen in runs:
            for drawn in runs:
                if _is_pair(chosen, drawn):
                    of_pair = _differences(chosen, gnn, drawn, [gnn], _budget_table(chosen))
                    found += of_pair
                    used += [chosen, drawn] if of_pair else []
        return found, _too_few(found, used, "greedy and random landmarks, expression sets"), used

    return _for_each_gnn(compared)


def organ_helps(evidence: Evidence) -> Finding:
    """C10: the graph network with the organ as an input minus that without."""
    runs = evidence.problems("comparison")

    def compared(gnn: str) -> Compared:
        found: list[Difference] = []
        used: list[Run] = []
        for run in runs:
            for row in run.rows.values():
                if row.first["method"] == gnn and _is_with_organ(row) and row.scored:
                    found += _differences(run, row.name, run, [gnn], run.group.folder / "leaderboard")
                    used.append(run)
        return found, _too_few(found, used, "the organ as an input, expression sets"), used

    return _for_each_gnn(compared)


def across_platforms(evidence: Evidence) -> Finding:
    """C11: the graph network minus the other models, on another platform than it was trained on."""
    runs = evidence.problems("platform")
    return _for_each_gnn(lambda gnn: _above_opponents(runs, gnn, "directions between platforms"))


def _for_each_gnn(compared: Callable[[str], Compared]) -> Finding:
    findings = []
    for gnn, title in GNNS.items():
        differences, missing, runs = compared(gnn)
        finding = decide(differences, missing, data_text(runs, [gnn]))
        if differences or gnn == "gnn":
            findings.append((title, finding))
    with_records = [one for one in findings if one[1].decisive]
    return agreed(with_records) if with_records else findings[0][1]


def _above_opponents(runs: Sequence[Run], gnn: str, what: str) -> Compared:
    found: list[Difference] = []
    missing: list[str] = []
    used = [run for run in runs if run.scored(gnn)]
    for run in used:
        stem = _platform_table(run) if problem_of(run)["test_set"] else run.group.folder / "leaderboard"
        found += _differences(run, gnn, run, OPPONENTS, stem)
        missing += [
            f"{title} in {_set_name(run)}"
            for name, title in PUBLISHED_OPPONENTS.items()
            if not run.scored(name)
        ]
    return found, missing + _too_few(found, used, what), used


def _too_few(found: Sequence[Difference], used: Iterable[Run], what: str) -> list[str]:
    sets = {_set_name(run) for run in used} if found else set()
    return [f"{what}: {len(sets)} here, {LEAST_SETS} needed"] if len(sets) < LEAST_SETS else []


def _differences(
    ours: Run, name: str, theirs: Run, others: Iterable[str], table: PurePath, *, margin: float = 0.0
) -> list[Difference]:
    """Return how much better a row is than others, patient by patient, by both scores."""
    own = ours.scored(name)
    rows = [row for other in others if (row := theirs.scored(other))]
    where = f"{_set_name(ours)}{_inputs(ours, theirs)}"
    found = [_difference(own, row, metric, where, table, margin) for row in rows if own for metric in SCORES]
    return [one for one in found if one is not None]


def _difference(
    own: Row, other: Row, metric: str, where: str, table: PurePath, margin: float
) -> Difference | None:
    """Return None where the records are of other samples, or do not have the values of patients."""
    pairs = same_seeds(own, other)
    records = [record for pair in pairs for record in pair]
    if not pairs or any("parts" not in record for record in records):
        return None
    if any(one["parts"]["groups"] != two["parts"]["groups"] for one, two in pairs):
        return None
    if any(defined_value(record["scores"], metric) is None for record in records):
        return None
    turn = sign(metric)
    of_patients = turn * patient_differences(pairs, metric)
    if len(of_patients) < 2:
        return None
    of_seeds = [
        turn * (one["scores"][metric]["value"] - two["scores"][metric]["value"])  # type: ignore[operator]
        for one, two in pairs
    ]
    one_sign = all(value > -margin for value in of_seeds) or all(value < -margin for value in of_seeds)
    compared = f"{own.title} minus {other.title}"
    if own.name == other.name:
        compared = f"{own.title}, greedy minus random landmarks"
    return mean_difference(
        f"{compared}, {SCORES[metric]}, {where}",
        of_patients,
        table,
        above=-margin,
        below=-margin,
        repeats_agree=one_sign and len(pairs) > 1,
    )


def _set_name(run: Run) -> str:
    """Return the expression set, and the one that is tested on if it is another."""
    name, test = run.group.source.removeprefix("l1000:"), problem_of(run)["test_set"]
    return f"{name} to {test}" if test else name


def _inputs(ours: Run, theirs: Run) -> str:
    counts = [str(_landmarks(run)) for run in (ours, theirs)]
    if counts[0] == counts[1]:
        return f", {counts[0]} landmarks"
    return f", {counts[0]} against {counts[1]} landmarks"


def _landmarks(run: Run) -> int:
    return int(str(problem_of(run)["landmarks"]))


def _selection(run: Run) -> str:
    return str(problem_of(run)["selection"])


def _is_tenth(run: Run) -> bool:
    share = _landmarks(run) / int(str(problem_of(run)["landmarks_present"]))
    return TENTH[0] <= share <= TENTH[1]


def _best_selected(runs: Iterable[Run]) -> list[Run]:
    """Return one run for each expression set: that whose landmarks are chosen best, as published."""
    found: dict[str, Run] = {}
    for run in sorted(runs, key=lambda run: ("greedy", "lasso", "random").index(_selection(run))):
        found.setdefault(_set_name(run), run)
    return list(found.values())


def _is_pair(chosen: Run, drawn: Run) -> bool:
    """Return whether two runs are alike, but for landmarks that are chosen greedily or drawn."""
    selections = (_selection(chosen), _selection(drawn)) == ("greedy", "random")
    return selections and _landmarks(chosen) == _landmarks(drawn) and _same_data(chosen, drawn)


def _same_data(one: Run, two: Run) -> bool:
    same_run = (one.group.source, one.group.preset) == (two.group.source, two.group.preset)
    return same_run and all(problem_of(one)[key] == problem_of(two)[key] for key in ("targets", "quantile"))


def _is_with_organ(row: Row) -> bool:
    return {name: str(value).lower() for name, value in row.first["overrides"].items()} == {"organ": "true"}


def _budget_table(run: Run) -> PurePath:
    return _table(run, "landmarks")


def _platform_table(run: Run) -> PurePath:
    return _table(run, "platform")


def _table(run: Run, experiment: str) -> PurePath:
    kind = next(kind for kind in KINDS if kind.experiment == experiment)
    return run.group.folder.parent / (kind.file + targets_ending(run.group.tissue))
