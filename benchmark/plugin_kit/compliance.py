"""What every method must do, as rules with names, for the tests and for ``check``.

A rule looks at watched runs of a method on small generated tissues (`benchmark.plugin_kit.trial`). Runs are
shared: the rules about the usual tissue need three of them, each edge case one. Methods are trained briefly.
"""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from geneboard.benchmark.engine.worker import one_line
from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES
from geneboard.benchmark.plugin_kit.trial import Run, Trial, observe
from geneboard.benchmark.registry import NAME
from geneboard.methods.base import KINDS, Method

Rule = Callable[["Trials"], str]
"""Returns a remark or nothing, and raises `ComplianceError` if the method breaks the rule."""


class ComplianceError(AssertionError):
    """A method breaks a rule, told in one sentence.

    Attributes
    ----------
    traceback
        Where the method failed, if this rule is the one that tells of it.
    """

    def __init__(self, sentence: str, traceback: str = "") -> None:
        super().__init__(sentence)
        self.traceback = traceback


def briefly(method: Method, steps: int = 3) -> Method:
    """Return the method with the training lengths named in its `quick` settings cut to a few steps."""
    lengths = {name: min(getattr(method, name), steps) for name in method.quick}
    return dataclasses.replace(method, **lengths)


def answer(load: Callable[[], type[Any]], run: Run | None) -> Trial:
    """Import a method and run it briefly; without a run, only look at how it is described."""
    try:
        kind = load()
    except BaseException as error:  # noqa: BLE001 - the module is somebody else's
        return Trial({"imports": str(error)}, stopped="imports", traceback=_trace(error))
    if run is None:
        fault = description_fault(kind)
        return Trial({"description": fault} if fault else {})
    if missing := sorted(getattr(kind, "__abstractmethods__", ())):
        return Trial({"trains": f"{kind.__name__} does not define {', '.join(missing)}"}, stopped="trains")
    try:
        method = briefly(kind())
    except BaseException as error:  # noqa: BLE001
        fault = f"{kind.__name__}() cannot be made with its defaults ({one_line(error)})"
        return Trial({"trains": fault}, stopped="trains", traceback=_trace(error))
    return observe(method, run)


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def description_fault(kind: type[Any]) -> str:
    """Return what is wrong with the attributes or the hyper-parameters of a method class, or nothing."""
    if not issubclass(kind, Method):
        return f"{kind.__name__} is not a subclass of methods.base.Method"
    if not NAME.fullmatch(kind.name):
        return f"the name {kind.name!r} is not a short lower-case name"
    if not kind.title.strip():
        return "the title is empty"
    if kind.kind not in KINDS:
        return f"the kind {kind.kind!r} is not one of {', '.join(KINDS)}"
    own = vars(kind)
    if "__dataclass_params__" in own:
        frozen = own["__dataclass_params__"].frozen
    else:
        frozen = not own.get("__annotations__")  # without fields of its own it is as frozen as its base
    if not frozen:
        return f"{kind.__name__} is not a frozen dataclass"
    fields = dataclasses.fields(kind)
    missing = dataclasses.MISSING
    required = [field.name for field in fields if field.default is missing is field.default_factory]
    if required:
        return f"the hyper-parameter {required[0]} has no default"
    unknown = set(kind.quick) - {field.name for field in fields}
    if unknown:
        return f"the quick settings name no hyper-parameter: {', '.join(sorted(unknown))}"
    changed = {name for change in getattr(kind, "ablations", ()) for name in change}
    if unknown := changed - {field.name for field in fields}:
        return f"the ablations name no hyper-parameter: {', '.join(sorted(unknown))}"
    return ""


class Trials:
    """Watched runs of one method, each made when a rule first needs it, and kept.

    Parameters
    ----------
    ask
        Makes a run, or with None looks at the description: `answer` for a method, here or in another
        process.
    """

    def __init__(self, ask: Callable[[Run | None], Trial]) -> None:
        self._ask = ask
        self._known: dict[Run | None, Trial] = {}

    def __getitem__(self, run: Run | None) -> Trial:
        """Return what was seen of a run."""
        if run not in self._known:
            self._known[run] = self._ask(run)
        return self._known[run]

    def usual(self) -> Trial:
        """Return what was seen of the usual tissue.

        Raises
        ------
        ComplianceError
            If the method cannot be imported or made; it is told by the rule that says so.
        """
        _require_result(self[None])
        return self[Run()]


def _require_result(trial: Trial) -> None:
    if trial.stopped:
        raise ComplianceError(f"not tested, see {trial.stopped!r}")


def _kept(rule: str, look: Callable[[Trials], Trial]) -> Rule:
    def check(trials: Trials) -> str:
        trial = look(trials)
        if rule in trial.faults:
            raise ComplianceError(trial.faults[rule], trial.traceback if rule == trial.stopped else "")
        _require_result(trial)
        return ""

    return check


def _comparable(trials: Trials, run: Run) -> Trial:
    """Return a run of the usual tissue of which there are bytes to compare."""
    _require_result(trials.usual())
    trial = trials[run]
    if trial.stopped:
        raise ComplianceError(
            f"another run of the same fails: {trial.faults[trial.stopped]}", trial.traceback
        )
    if not trial.digest:
        raise ComplianceError("not tested, see 'dtype'")
    return trial


def same_seed(trials: Trials) -> str:
    """Check that the seed, and nothing drawn before, decides the bytes."""
    first, second = (_comparable(trials, Run(repeat=repeat)) for repeat in (0, 1))
    if first.digest != second.digest:
        raise ComplianceError("two runs with the same seed differ")
    return ""


def another_seed(trials: Trials) -> str:
    """Check that the seed has an influence, or none if the method is declared deterministic."""
    first, second = (_comparable(trials, Run(seed=seed, repeat=1)) for seed in (7, 8))
    same = first.digest == second.digest
    if first.deterministic:
        if not same:
            raise ComplianceError("declared deterministic, but the seed has an influence")
        return "deterministic: it does not"
    if same and first.digest != _comparable(trials, Run()).digest:
        raise ComplianceError("another seed changes nothing, but another run does: the seed is not used")
    if same:
        raise ComplianceError("another seed changes nothing; declare it deterministic")
    return ""


def _on_edge_case(case: str) -> Rule:
    def check(trials: Trials) -> str:
        usual = trials.usual()
        _require_result(usual)
        trial = trials[Run(case)]
        for rule, sentence in trial.faults.items():
            # What is wrong on the usual tissue too is told there; a bar may well end early on an odd tissue.
            if rule not in usual.faults and rule != "progress":
                raise ComplianceError(f"{rule}: {sentence}", trial.traceback)
        return f"it declines: {trial.skipped}" if trial.skipped else ""

    return check


RULES: Mapping[str, Rule] = {
    **{rule: _kept(rule, lambda trials: trials[None]) for rule in ("imports", "description")},
    **{
        rule: _kept(rule, Trials.usual)
        for rule in (
            "trains",
            "shape",
            "dataset order",
            "gene order",
            "dtype",
            "finiteness",
            "input not mutated",
            "global state restored",
            "no network",
            "progress",
        )
    },
    "same seed, same bytes": same_seed,
    "another seed differs": another_seed,
    **{case: _on_edge_case(case) for case in EDGE_CASES},
}
"""All rules by name, in the order to check them."""
