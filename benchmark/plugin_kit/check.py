"""Check a method against every rule, in a process of its own that it may hang or kill."""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from geneboard.benchmark import registry
from geneboard.benchmark.cells.fingerprint import Code
from geneboard.benchmark.engine.child_process import Child, children_environment
from geneboard.benchmark.engine.guard import stay_guarded
from geneboard.benchmark.external.commands import known_methods
from geneboard.benchmark.plugin_kit.compliance import RULES, ComplianceError, Trials, answer
from geneboard.benchmark.plugin_kit.cures import cure
from geneboard.benchmark.plugin_kit.trial import Run, Trial
from geneboard.benchmark.registry import Entry

IMPORT_LIMIT = 120.0
"""Seconds that a new process may take to import the method and its libraries."""

__all__ = ["RULES", "Verdict", "methods_named", "setting", "verdicts"]


@dataclass(frozen=True)
class Verdict:
    """Whether a method keeps one rule.

    Attributes
    ----------
    method, rule
        Names.
    passed
        True if the method keeps the rule.
    remark
        How it breaks the rule, or what is to be said although it passes; one sentence or nothing.
    traceback
        Where the method failed, if this is the rule that tells of it.
    cure
        What mends it, in one line; nothing where the rule is kept, or another is to be mended first.
    """

    method: str
    rule: str
    passed: bool
    remark: str = ""
    traceback: str = ""
    cure: str = ""


def methods_named(method: str, plugins: Sequence[Path] = (), external: Path | None = None) -> list[Entry]:
    """Return a registered method by its name, or all that a Python file defines.

    Raises
    ------
    InputError
        If the name is unknown, or the file is not usable.
    """
    if not method.endswith(".py"):
        return [known_methods(plugins, external)[method]]
    path = Path(method).resolve()
    files = {plugin.resolve() for plugin in plugins}
    known = registry.methods(plugins)
    if path not in files | {entry.path for entry in known}:
        known = registry.methods([*plugins, path])
    return [entry for entry in known if entry.path == path]


def setting(entry: Entry) -> str:
    """Return how a method is checked, for the reader of the verdicts."""
    lengths = " and ".join(entry.attributes.get("quick", {}))
    trained = f"trained briefly ({lengths}: 3)" if lengths else "trained with its defaults"
    return f"{entry.name} ({entry.origin}), {trained} on small generated tissues"


def verdicts(entry: Entry, *, time_limit: float) -> Iterator[Verdict]:
    """Check one method and yield a verdict for each rule as soon as there is one.

    A run on a small tissue may take `time_limit` seconds.
    """
    process = _Process(entry, time_limit)
    trials = Trials(process.ask)
    try:
        for rule, is_kept in RULES.items():
            try:
                yield Verdict(entry.name, rule, passed=True, remark=is_kept(trials))
            except ComplianceError as error:
                told = str(error)
                yield Verdict(entry.name, rule, False, told, error.traceback, cure(rule, told))
    finally:
        process.stop()


class _Process:
    """A process that runs a method; a new one takes its place when it is gone.

    The second run of the same is made in a new process too, where strings have other hashes: what depends on
    the order of a set comes out differently there.

    Parameters
    ----------
    entry
        The method.
    time_limit
        Seconds that a run may take; imports have a limit of their own.
    """

    def __init__(self, entry: Entry, time_limit: float) -> None:
        self._entry = entry
        self._time_limit = time_limit
        self._child: Child | None = None
        self._repeat = 0

    def ask(self, run: Run | None) -> Trial:
        """Return what is seen of a run; its being killed or never ending is a fault as well."""
        if run is not None and run.repeat > self._repeat:
            self.stop()
            self._repeat = run.repeat
        if self._child is None:
            self._child = self._started()
            imported = self._answer(self._child.channel, None, "imports", IMPORT_LIMIT)
            if run is None or imported.stopped:
                return imported
        return self._answer(self._child.channel, run, "trains", self._time_limit)

    def _answer(self, channel: Connection, run: Run | None, rule: str, seconds: float) -> Trial:
        try:
            channel.send(run)
            if channel.poll(seconds):
                trial: Trial = channel.recv()
                return trial
        except (EOFError, ConnectionError):
            return Trial({rule: f"it ends the process {self.stop()}"}, stopped=rule)
        self.stop()
        return Trial({rule: f"it takes more than the time limit of {seconds:g} s"}, stopped=rule)

    def _started(self) -> Child:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_answer_forever, args=(self._entry, theirs), name="check")
        with children_environment(threads=1):
            os.environ["PYTHONHASHSEED"] = str(1 + self._repeat)
            process.start()
        theirs.close()
        return Child(process, ours)

    def stop(self) -> str:
        """End the process and all that it has started, and return how it ended."""
        child, self._child = self._child, None
        if child is None:
            return ""
        child.channel.close()
        child.kill(patience=1.0)  # without questions it ends by itself
        child.process.join()
        code = child.process.exitcode or 0
        return f"by signal {-code}" if code < 0 else f"with exit status {code}"


def _answer_forever(entry: Entry, channel: Connection) -> None:
    """Run the method as it is asked for, until nobody asks any more."""
    stay_guarded()
    os.dup2(2, 1)  # what the method prints must not come between the verdicts
    if "torch" in Code().packages(entry.roots):
        importlib.import_module("torch")  # it takes seconds, which are not the method's
    while True:
        try:
            run: Run | None = channel.recv()
        except EOFError:
            return
        channel.send(answer(entry.load, run))
