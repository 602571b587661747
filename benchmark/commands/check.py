"""The command `check`: whether a method keeps the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands.arguments import Argument, File, Plugins, Seconds, optional_path, paths

if TYPE_CHECKING:
    from geneboard.benchmark.plugin_kit.check import Verdict


def check(
    method: Annotated[Path | str, Argument("method", metavar="METHOD")],
    *,
    plugins: Plugins = (),
    external: File | None = None,
    time_limit: Seconds = 120.0,
) -> Iterator[Verdict]:
    """Check a method against the rules that every method keeps.

    Parameters
    ----------
    method
        Name of a method, or a Python file with methods.
    plugins
        As for `run`.
    external
        Add methods that run as commands.
    time_limit
        Seconds for one run on a small tissue.

    Yields
    ------
    Verdict
        One for each rule, for each method in the file, as soon as there is one.

    Raises
    ------
    InputError
        If the name is unknown, or a file is not usable.
    """
    from geneboard.benchmark.plugin_kit.check import methods_named, verdicts

    for entry in methods_named(str(method), paths(plugins), optional_path(external)):
        yield from verdicts(entry, time_limit=time_limit)


def show_check(
    found: Iterable[Verdict],
    *,
    method: Path | str,
    plugins: Plugins,
    external: File | None,
    json: bool = False,
) -> int:
    """Print verdicts as they come; the exit status is 1 if a rule is broken.

    Parameters
    ----------
    found
        The verdicts.
    json
        Print JSON.
    """
    from geneboard.benchmark.commands.terminal import show_json
    from geneboard.benchmark.plugin_kit.check import RULES, methods_named, setting

    if json:
        verdicts = list(found)
        show_json([vars(verdict) for verdict in verdicts])
        return 0 if all(verdict.passed for verdict in verdicts) else 1
    settings = [
        setting(entry) for entry in methods_named(str(method), paths(plugins), optional_path(external))
    ]
    verdicts = []
    for verdict in _told(found, list(RULES), settings):
        verdicts.append(verdict)
        print(
            f"{'PASS' if verdict.passed else 'FAIL'}  {verdict.rule:<30}{verdict.remark}".rstrip(), flush=True
        )
    failed = [verdict for verdict in verdicts if not verdict.passed]
    print(f"{len(verdicts) - len(failed)} of {len(verdicts)} rules kept")
    for trace in dict.fromkeys(verdict.traceback for verdict in failed if verdict.traceback):
        print(f"\n{trace}", end="", file=sys.stderr)
    return 1 if failed else 0


def _told(found: Iterable[Verdict], rules: list[str], settings: list[str]) -> Iterator[Verdict]:
    """Give verdicts on; print how each method is checked, and while a rule is checked, which."""
    verdicts = iter(found)
    for text in settings:
        print(text, flush=True)
        for rule in rules:
            _show_rule(f"checking: {rule}")
            verdict = next(verdicts)
            _show_rule("")
            yield verdict


def _show_rule(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
