"""What is to be inferred from what: the problems of a run, and their splits on disk for the cells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np

from geneboard.benchmark.cells.seeds import derived_seed
from geneboard.benchmark.records.record import Problem
from geneboard.benchmark.records.store import write_json
from geneboard.benchmark.tasks.inference.codes import preparing_code
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.expression import ExpressionSet
from geneboard.datasets.l1000.landmark_selection import Selection, select_landmarks
from geneboard.datasets.l1000.prepared import PreparedSplit, draw_targets, prepare_split, prepare_transfer
from geneboard.datasets.l1000.preprocessing import Preprocessing
from geneboard.datasets.l1000.splits import (
    Split,
    common_genes,
    given_split,
    leave_organ_out,
    random_split,
    training_split,
)

LEAST_TRANSFER = 10
"""Samples that another platform's own means and deviations need at least."""

PREPARED = Path("prepared") / "l1000"
"""Folder in the result folder that keeps prepared splits."""


@dataclass(frozen=True, eq=False)
class ProblemPlan:
    """A problem of a run.

    Parameters
    ----------
    name
        Name in records, in the place of the tissue.
    problem
        What records say of it.
    expression
        The samples to learn from, with the genes of the platform.
    targets
        Positions of the genes to infer.
    code
        Fingerprint of what prepares splits.
    other
        The samples to test on, if they are of another set.
    """

    name: str
    problem: Problem
    expression: ExpressionSet
    targets: np.ndarray
    code: str
    other: ExpressionSet | None = None

    @property
    def source(self) -> str:
        """What records call the samples; no source of embeddings begins so."""
        return f"l1000:{self.expression.name}"

    @property
    def data_hashes(self) -> dict[str, str]:
        """Digests of the expression sets, by their names."""
        return {one.name: one.digest for one in (self.expression, self.other) if one is not None}

    @property
    def same_split(self) -> bool:
        """Whether all seeds have the same test samples and the same training samples: the user's split."""
        return self.problem.get("given_split", False)

    @property
    def same_inputs(self) -> bool:
        """Whether all seeds give a model the same samples and landmarks."""
        return self.same_split and self.problem["selection"] != "random"

    def split(self, seed: int) -> Split:
        """Return the split of a seed; a split of the user's own is the same for all."""
        expression = self.expression
        number = derived_seed("split", expression.name, index=seed)
        if self.other is not None:
            return training_split(expression, seed=number)
        if self.problem["organ"]:
            return leave_organ_out(expression, self.problem["organ"], seed=number)
        if self.same_split and expression.parts is not None:
            return given_split(expression, expression.parts.tolist())
        return random_split(expression, seed=number)

    def manifest(self, seed: int, out: Path) -> Path:
        """Prepare the split of a seed and choose its landmarks; return the file that says where they are.

        What is there already is not made again.
        """
        folder = out / PREPARED
        path = folder / f"{self._digest(seed, self.problem)}.json"
        arrays = folder / f"{self._digest(seed, self._about_the_split())}.npz"
        if path.exists() and arrays.exists():
            return path
        if not arrays.exists():
            self._prepared(seed).write(arrays)
        inputs = self._inputs(PreparedSplit.read(arrays), seed)
        write_json(path, {"split": arrays.name, "inputs": inputs.tolist()})
        return path

    def _about_the_split(self) -> dict[str, Any]:
        names = ("targets", "organ", "test_set", "quantile", "given_split")
        return {name: self.problem.get(name) for name in names}

    def _digest(self, seed: int, about: object) -> str:
        content = [self.source, self.data_hashes, seed, about, self.code]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]

    def _prepared(self, seed: int) -> PreparedSplit:
        preprocessing = Preprocessing(quantile=self.problem["quantile"])
        split = self.split(seed)
        if self.other is None:
            return prepare_split(self.expression, split, preprocessing, self.targets)
        return prepare_transfer(self.expression, self.other, split, preprocessing, self.targets)

    def _inputs(self, split: PreparedSplit, seed: int) -> np.ndarray:
        if self.problem["selection"] == "all":
            return np.arange(split.n_landmarks)
        selection = cast(Selection, self.problem["selection"])
        train = split.rows("train")
        return select_landmarks(
            selection,
            split.landmarks[train],
            split.targets[train],
            self.problem["landmarks"],
            seed=derived_seed("landmarks", self.expression.name, index=seed),
        )


@dataclass(frozen=True, eq=False)
class Problems:
    """Makes the problems of a run.

    Parameters
    ----------
    expression
        The expression set, with the genes of the platform.
    n_targets
        Number of genes to infer; None for all.
    quantile
        Whether samples are quantile-normalised.
    """

    expression: ExpressionSet
    n_targets: int | None = None
    quantile: bool = True

    @cached_property
    def _code(self) -> str:
        return preparing_code()  # takes half a second

    def comparison(self) -> list[ProblemPlan]:
        """Return the problem that gives all landmarks."""
        return [self._plan("comparison")]

    def landmark_budgets(self, budgets: Iterable[int], selections: Sequence[str]) -> list[ProblemPlan]:
        """Return the problem that gives all landmarks, and one for each smaller number and way to choose."""
        present = len(self.expression.landmarks)
        plans = self.comparison()
        for budget in sorted({budget for budget in budgets if budget < present}, reverse=True):
            ways = dict.fromkeys(selections)
            plans += [self._plan("landmarks", landmarks=budget, selection=way) for way in ways]
        return plans

    def organs_left_out(self, organs: Sequence[str] = ()) -> list[ProblemPlan]:
        """Return one problem for each organ, or for those that are named.

        Raises
        ------
        InputError
            If the samples are of one organ only, or an organ is not among theirs.
        """
        known = sorted(set(self.expression.organs))
        if len(known) < 2:
            raise InputError(
                f"{self.expression.name}: all samples are of the organ {known[0]!r}; leaving one out"
                " needs two."
            )
        plans = [self._plan("organs", organ=organ) for organ in dict.fromkeys(organs or known)]
        for plan in plans:
            plan.split(0)
        return plans

    def transfer(self, other: ExpressionSet) -> list[ProblemPlan]:
        """Return the problem that tests on another set; patients that are in both are not learnt from.

        Raises
        ------
        InputError
            If the sets have no landmarks or no other genes in common, or one name, or the set to test on
            has too few samples or all patients of the other.
        """
        if other.name == self.expression.name:
            raise InputError(f"{other.name}: the set to test on has the name of the other.")
        if other.n_samples < LEAST_TRANSFER:
            raise InputError(
                f"{other.name}: has {other.n_samples} samples; a set to test on is"
                f" standardised by itself, which needs {LEAST_TRANSFER}."
            )
        mine = self.expression
        shared = np.isin(mine.groups, other.groups)
        if shared.all():
            raise InputError(f"{other.name}: all patients of {mine.name} are also in this set.")
        first, second = common_genes(mine.take_samples(~shared), other)
        plan = replace(self, expression=first)._plan("platform", test_set=other.name)
        return [replace(plan, other=second)]

    def _plan(
        self,
        experiment: str,
        *,
        landmarks: int | None = None,
        selection: str = "all",
        organ: str = "",
        test_set: str = "",
    ) -> ProblemPlan:
        expression = self.expression
        seed = derived_seed("targets", expression.name, index=0)
        targets = draw_targets(expression, self.n_targets, seed)
        everyone = draw_targets(expression, None, seed)
        if not len(everyone):
            raise InputError(f"{expression.name}: has no gene that the platform infers, only landmarks.")
        present = len(expression.landmarks)
        problem: Problem = {
            "experiment": experiment,
            "landmarks": present if landmarks is None else landmarks,
            "landmarks_present": present,
            "selection": selection,
            "targets": len(targets),
            "targets_present": len(everyone),
            "organ": organ,
            "test_set": test_set,
            "quantile": self.quantile,
        }
        if expression.parts is not None:
            problem["given_split"] = True
        return ProblemPlan(_name_of(problem), problem, expression, targets, self._code)


def _name_of(problem: Problem) -> str:
    """Return the name of a problem, for example ``"landmarks-108-greedy-1000-targets"``."""
    if problem["organ"]:
        name = f"without-{problem['organ']}"
    elif problem["test_set"]:
        name = f"to-{problem['test_set']}"
    elif problem["selection"] == "all":
        name = "all-landmarks"
    else:
        name = f"landmarks-{problem['landmarks']}-{problem['selection']}"
    if problem["targets"] < problem["targets_present"]:
        name += f"-{problem['targets']}-targets"
    return name if problem["quantile"] else f"{name}-unnormalised"
