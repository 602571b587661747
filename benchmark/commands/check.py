"""The commands `new-method` and `check`: a method to start from, and whether one keeps the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands.arguments import Argument, File, Plugins, Seconds, optional_path, paths

if TYPE_CHECKING:
    from geneboard.benchmark.plugin_kit.check import Verdict


def new_method(
    name: Annotated[str, Argument("name", metavar="NAME")],
    *,
    folder: Annotated[Path | str, Argument("--dir", type=Path, metavar="DIR")] = ".",
) -> str:
    """Write a small working method and its test, to start from.

    Parameters
    ----------
    name
        Its name, for example my_method.
    folder
        Where to write.

    Returns
    -------
    str
        What was written and what to run next.

    Raises
    ------
    InputError
        If the name cannot be used or one of the files is there already.
    """
    from geneboard.benchmark.plugin_kit.skeleton import write_skeleton

    return write_skeleton(name, Path(folder))


def show_new_method(text: str) -> int:
    """Print what was written."""
    print(text)
    return 0


def check(
    method: Annotated[Path | str, Argument("method", metavar="METHOD")],
    *,
    plugins: Plugins = (),
    external: File | None = None,
    time_limit: Seconds = 120.0,
) -> Iterator[Verdict]:
    """Check a method against the rules that every method keeps; or a record file of `submit`.

    Parameters
    ----------
    method
        Name of a method, a Python file with methods, or a record file (.jsonl.gz).
    plugins
        As for `run`.
    external
        Add methods that run as commands.
    time_limit
        Seconds for one run on a small tissue.

    Yields
    ------
    Verdict
        One for each rule, for each method in the file, as soon as there is one; of a record file, whether it
        can join the reference run.

    Raises
    ------
    InputError
        If the name is unknown, or a file is not usable.
    """
    from geneboard.benchmark.plugin_kit.check import methods_named, verdicts
    from geneboard.benchmark.plugin_kit.submission import is_submission, open_submission, verdicts_on

    if is_submission(str(method)):
        from geneboard.benchmark.commands.reference import REFERENCE

        yield from verdicts_on(open_submission(Path(method), REFERENCE))
        return
    for entry in methods_named(str(method), paths(plugins), optional_path(external)):
        yield from verdicts(entry, time_limit=time_limit)


def show_check(
    found: Iterator[Verdict],
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
    from geneboard.benchmark.plugin_kit.submission import SUBMISSION_RULES, is_submission

    if json:
        verdicts = list(found)
        show_json([vars(verdict) for verdict in verdicts])
        return 0 if all(verdict.passed for verdict in verdicts) else 1
    verdicts = []
    checked: list[tuple[str, Iterable[str]]] = [(f"{method}, for the reference run", SUBMISSION_RULES)]
    if not is_submission(str(method)):
        entries = methods_named(str(method), paths(plugins), optional_path(external))
        checked = [(setting(entry), RULES) for entry in entries]
    for head, rules in checked:
        print(head, flush=True)
        for rule in rules:
            _show_rule(f"checking: {rule}")
            verdict = next(found)
            _show_rule("")
            passed = "PASS" if verdict.passed else "FAIL"
            print(f"{passed}  {rule:<30}{verdict.remark}".rstrip(), flush=True)
            if verdict.cure:
                print(f"      mend it: {verdict.cure}", flush=True)
            verdicts.append(verdict)
    failed = [verdict for verdict in verdicts if not verdict.passed]
    print(f"{len(verdicts) - len(failed)} of {len(verdicts)} rules kept")
    for trace in dict.fromkeys(verdict.traceback for verdict in failed if verdict.traceback):
        print(f"\n{trace}", end="", file=sys.stderr)
    return 1 if failed else 0


def _show_rule(text: str) -> None:
    """Show on a terminal which rule is being checked."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
