"""What records of gene embeddings say of the claims about MuSe-GNN: C1 to C4."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from statistics import fmean

from geneboard.benchmark.report.intervals import datasets_interval, jackknife_error
from geneboard.benchmark.report.rows import Row, defined_value
from geneboard.benchmark.report.statistics.decide import Difference, Finding, decide, mean_difference, t_p
from geneboard.benchmark.report.statistics.paired import LeadScore, jackknife_difference
from geneboard.benchmark.tasks.claims.evidence import Evidence, Run, data_text
from geneboard.benchmark.tasks.embedding.across.changes import agree, by_seed
from geneboard.benchmark.tasks.embedding.across.sentences import PAPER_GAINS
from geneboard.benchmark.tasks.embedding.board.board import PAPER_TABLE, published_scores
from geneboard.benchmark.tasks.embedding.board.leave_one_out import group_intervals
from geneboard.benchmark.tasks.embedding.board.metrics import AVERAGE, JOINT, METRICS
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates
from geneboard.benchmark.tasks.embedding.board.scale import Scale

MUSE = "musegnn"
SCORES = {JOINT: "joint score", AVERAGE: "average score"}
NO_SHARING = {"share_weights": False}
NO_LOSS = ({"similarity_weight": 0.0}, {"contrastive_weight": 0.0})


@dataclass(frozen=True)
class Published:
    """A score of one of the published methods in a tissue.

    Attributes
    ----------
    score
        With its jackknife replicates.
    per_seed
        Its values.
    """

    score: LeadScore
    per_seed: tuple[float, ...]


def published_tissues() -> list[str]:
    """Return the tissues of the published table, in its order."""
    with PAPER_TABLE.open(newline="", encoding="utf-8") as table:
        return [name for name in csv.DictReader(table).fieldnames or () if name != "method"]


def best_in_every_tissue(evidence: Evidence) -> Finding:
    """C1: MuSe-GNN minus each other published method, in each published tissue, by two scores."""
    runs = evidence.tissues(_has_opponents)
    differences: list[Difference] = []
    absent = [tissue for tissue in published_tissues() if tissue not in runs]
    missing = [f"MuSe-GNN and the other published methods in {', '.join(absent)}"] if absent else []
    for tissue in published_tissues():
        if tissue not in runs:
            continue
        for score in SCORES:
            found, lacks = _above_others(runs[tissue], score)
            differences += found
            missing += lacks
    used = [run for tissue, run in runs.items() if tissue in published_tissues()]
    finding = decide(differences, missing, data_text(used, [MUSE]))
    return replace(finding, reason="; ".join([finding.reason, *_by_score(differences)]))


def _by_score(differences: Sequence[Difference]) -> Iterator[str]:
    """Say how the claim stands by each score alone."""
    for words in SCORES.values():
        of_score = [one for one in differences if f", {words}, " in one.label]
        if of_score:
            higher = sum(one.value > 0 for one in of_score)
            supporting = sum(one.supports for one in of_score)
            yield (
                f"by the {words} MuSe-GNN is higher in {higher} of {len(of_score)} comparisons, in "
                f"{supporting} "
                "with an interval above 0 and all seeds"
            )


def gain_over_the_second(evidence: Evidence) -> Finding:
    """C2: the average score of MuSe-GNN over the highest other, in percent, beside the published figure."""
    runs = {tissue: run for tissue, run in evidence.tissues(_has_opponents).items() if tissue in PAPER_GAINS}
    differences: list[Difference] = []
    missing = [tissue for tissue in PAPER_GAINS if tissue not in runs]
    for tissue, run in runs.items():
        found = _gain(run, PAPER_GAINS[tissue])
        if found is None:
            missing.append(f"{tissue} with at least three independent groups of datasets")
        else:
            differences.append(found)
    return decide(differences, missing, data_text(runs.values(), [MUSE]))


def sharing_helps(evidence: Evidence) -> Finding:
    """C3: MuSe-GNN minus MuSe-GNN without shared weights, mean over tissues."""
    return _ablated(evidence, [NO_SHARING])


def losses_help(evidence: Evidence) -> Finding:
    """C4: MuSe-GNN minus MuSe-GNN without either loss, mean over tissues."""
    return _ablated(evidence, NO_LOSS)


def _has_opponents(run: Run) -> bool:
    return run.scored(MUSE) is not None and len(_competing(run)) > 1


def _competing(run: Run) -> list[Row]:
    return [row for row in run.rows.values() if row.sets_range]


def _scores(run: Run, score: str) -> dict[str, Published | str]:
    """Return a score of each published method by its name, or why it has none with an interval."""
    rows = list(run.rows.values())
    scale, replicates = Scale.of_table(rows), Replicates.of(rows)
    found: dict[str, Published | str] = {}
    for row in _competing(run):
        groups = group_intervals(row, scale, replicates)
        values = {**row.means, AVERAGE: scale.average(row.means)}
        value = values.get(score)
        if value is None or not groups.without.get(score):
            why = groups.why_not(score) or f"no {SCORES[score]}"
            found[row.name] = f"{row.title} in {run.group.tissue}: {why}"
            continue
        lead = LeadScore(row.name, row.title, value, {}, without=groups.without[score])
        found[row.name] = Published(lead, tuple(_per_seed(row, score, scale)))
    return found


def _per_seed(row: Row, score: str, scale: Scale) -> Iterable[float]:
    for record in row.scored:
        values = {metric: defined_value(record["scores"], metric) for metric in (*METRICS, JOINT)}
        value = scale.average(values) if score == AVERAGE else values[JOINT]
        if value is not None:
            yield value


def _above_others(run: Run, score: str) -> tuple[list[Difference], list[str]]:
    """Return MuSe-GNN minus each other published method, and what cannot be compared."""
    scores = _scores(run, score)
    ours = scores.pop(MUSE)
    tissue = run.group.tissue
    if isinstance(ours, str):
        return [], [f"{SCORES[score]} of {ours}"]
    titles = {row.title.casefold() for row in _competing(run)}
    missing = [f"{title} in {tissue}" for title in published_scores(tissue) if title.casefold() not in titles]
    found = []
    for name, theirs in scores.items():
        if isinstance(theirs, str):
            missing.append(f"{SCORES[score]} of {theirs}")
        elif (tested := jackknife_difference(ours.score, theirs.score)) is None:
            missing.append(f"{tissue}: an error of the difference to {theirs.score.title}")
        else:
            interval, p = tested
            found.append(
                Difference(
                    f"MuSe-GNN minus {theirs.score.title}, {SCORES[score]}, {tissue}",
                    ours.score.value - theirs.score.value,
                    interval,
                    p,
                    _leaderboard(run),
                    repeats_agree=_apart(ours, theirs, run.rows[MUSE], run.rows[name]),
                )
            )
    return found, missing


def _apart(ours: Published, theirs: Published, one: Row, two: Row) -> bool:
    """Return whether the ranges over seeds are apart; a single seed of what is random has none."""
    for published, row in ((ours, one), (theirs, two)):
        if len(published.per_seed) < 2 and not row.first["deterministic"]:
            return False
    return min(ours.per_seed) > max(theirs.per_seed) or max(ours.per_seed) < min(theirs.per_seed)


def _gain(run: Run, published: float) -> Difference | None:
    scores = _scores(run, AVERAGE)
    ours = scores.pop(MUSE)
    others = [one for one in scores.values() if isinstance(one, Published)]
    if isinstance(ours, str) or not others:
        return None
    second_best = max(others, key=lambda one: (one.score.value, one.score.name))
    second, without = second_best.score, ours.score.without
    if min(second.value, *second.without.values(), *second_best.per_seed) <= 0:
        return None
    value = _percent(ours.score.value, second.value)
    replicates = [_percent(without[group], second.without[group]) for group in without]
    least = _percent(min(ours.per_seed), max(second_best.per_seed))
    most = _percent(max(ours.per_seed), min(second_best.per_seed))
    return Difference(
        f"gain (%) over {second.title} in {run.group.tissue}, published {published}",
        value,
        datasets_interval(value, replicates),
        t_p(value - published, jackknife_error(replicates), len(replicates)),
        _leaderboard(run),
        below=published,
        repeats_agree=len(ours.per_seed) > 1 and (least > 0 or most < published),
        digits=1,
    )


def _percent(one: float, two: float) -> float:
    return (one / two - 1) * 100


def _ablated(evidence: Evidence, ablations: Sequence[Mapping[str, object]]) -> Finding:
    """Return whether each ablation costs, by the joint score, mean over tissues."""
    differences: list[Difference] = []
    missing: list[str] = []
    used: dict[str, Run] = {}
    names = [MUSE]
    for overrides in ablations:
        name = next((row for row in _names(evidence) if _is(evidence, row, overrides)), "")
        runs = evidence.tissues(lambda run, name=name: _has_both(run, name))  # type: ignore[misc]
        told = ", ".join(f"{key}={value}" for key, value in overrides.items())
        if len(runs) < 2:
            missing.append(f"MuSe-GNN with {told} in at least two tissues ({len(runs)} here)")
            continue
        used |= runs
        names.append(name)
        found = [by_seed(run.rows[MUSE], run.rows[name]) for run in runs.values()]
        values = [fmean(seeds.values()) for seeds in found]
        # Of each seed the mean over the tissues that have it.
        seeds = [fmean(one[seed] for one in found if seed in one) for seed in sorted(set().union(*found))]
        label = f"MuSe-GNN minus MuSe-GNN with {told}, joint score, mean of {len(values)} tissues"
        table = _ablations(next(iter(runs.values())))
        differences.append(mean_difference(label, values, table, repeats_agree=agree(seeds)))
    return decide(differences, missing, data_text(used.values(), names))


def _names(evidence: Evidence) -> list[str]:
    return sorted({name for run in evidence.embeddings for name in run.rows if name.startswith(f"{MUSE}[")})


def _is(evidence: Evidence, name: str, overrides: Mapping[str, object]) -> bool:
    rows = (run.rows[name] for run in evidence.embeddings if name in run.rows)
    return any(row.first["overrides"] == overrides for row in rows)


def _has_both(run: Run, name: str) -> bool:
    rows = [run.scored(one) for one in (MUSE, name)]
    return all(rows) and bool(by_seed(run.rows[MUSE], run.rows[name]))


def _leaderboard(run: Run) -> PurePath:
    return run.group.folder / "leaderboard"


def _ablations(run: Run) -> PurePath:
    return run.group.folder.parent / "ablations"
