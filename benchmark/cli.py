"""The command line. Faults in what the user gave end in one sentence and exit status 2."""

from __future__ import annotations

import errno
import inspect
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from importlib import import_module
from typing import Any, TypeVar

from geneboard.benchmark.commands.options import PROGRAM, parser_of, summary_of
from geneboard.benchmark.commands.surroundings import (
    LastingStream,
    StoppedError,
    UnreadError,
    lasting_streams,
    place_for_caches,
    silent_libraries,
    stopped_by_signals,
)
from geneboard.benchmark.commands.terminal import FailedError
from geneboard.benchmark.records.printable import printable
from geneboard.datasets.errors import InputError, closest

T = TypeVar("T")

COMMANDS = {
    "run": "run:run",
    "prepare": "prepare:prepare",
    "score": "score:score",
    "rescore": "rescore:rescore",
    "sensitivity": "sensitivity:sensitivity",
    "biology": "biology:biology",
    "techniques": "techniques:techniques",
    "infer": "infer:infer",
    "infer train": "infer_model:infer_train",
    "infer predict": "infer_model:infer_predict",
    "show": "show:show",
    "neighbours": "neighbours:neighbours",
    "clusters": "clusters:clusters",
    "export": "export:export",
    "tables": "tables:tables_or_comparison",
    "fetch": "fetch:fetch",
    "list": "listing:listing",
    "check": "check:check",
    "new-method": "check:new_method",
    "submit": "submit:submit",
    "doctor": "doctor:doctor",
    "bench": "bench:bench",
}
"""The function that does each command; `show_` before its name is the one that shows the result.

Their signatures and docstrings are the options (`benchmark.commands.options`). The second returns the exit
status.
"""

DISK_FAULTS = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.ENOTDIR, errno.EEXIST, errno.EISDIR),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 if all went well, 1 if a cell failed or the output could not be written, 2 for bad usage or bad
        input, 130 after Ctrl-C, 143 and 129 after SIGTERM and SIGHUP, 141 if nobody reads any more what was
        being found out.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    with lasting_streams() as output, stopped_by_signals(), silent_libraries():
        status = _status(given)
        output.flush()
        if output.fault is None or output.unread:  # `head` has what it wanted
            return status
        print(f"error: the output cannot be written ({output.fault.strerror})", file=sys.stderr)
        return status or 1


def _status(given: list[str]) -> int:
    """Run the command line; print what ended it early."""
    try:
        with place_for_caches():
            return _run(given)
    except UnreadError:
        return 128 + signal.SIGPIPE
    except InputError as error:
        print(f"error: {printable(' '.join(str(error).split()))}", file=sys.stderr)
        return 2
    except FailedError as error:
        print(f"failed: {printable(str(error))}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in DISK_FAULTS:
            raise
        print(f"error: {error.filename or 'the result folder'}: {error.strerror}", file=sys.stderr)
        return 2
    except StoppedError as stopped:
        print("interrupted: finished cells are kept; the same command goes on from here", file=sys.stderr)
        return 128 + stopped.number


def _run(given: list[str]) -> int:
    if given[:1] == ["help"]:
        given = [*given[1:], "--help"]
    if given[:1] in (["-h"], ["--help"]):
        return _help()
    if given[:1] == ["--version"]:
        print(f"geneboard {import_module('geneboard').__version__}")
        return 0
    if not given or given[0].startswith("-"):
        given = ["run", *given]
    words = 2 if " ".join(given[:2]) in COMMANDS else 1
    command, given = " ".join(given[:words]), given[words:]
    if command not in COMMANDS:
        raise InputError(f"unknown command {command!r}{closest(command, COMMANDS)}")
    work, show = functions_of(command)
    options = parser_of(command, work, show).read(given, commands_with)
    signature = inspect.signature(work)
    call = signature.bind(**{name: value for name, value in options.items() if name in signature.parameters})
    result = work(*call.args, **call.kwargs)
    call.apply_defaults()
    known = call.arguments | options
    parameters = list(inspect.signature(show).parameters)[1:]
    shown_with = {name: known[name] for name in parameters if name in known}
    if not inspect.isgenerator(result):
        return show(result, **shown_with)
    with closing(result):  # what it has started ends here, however far it was shown
        return show(_while_read(result), **shown_with)


def _while_read(results: Iterator[T]) -> Iterator[T]:
    """Yield results, and make no more of them once nobody reads what is shown."""
    for result in results:
        yield result
        if isinstance(sys.stdout, LastingStream) and sys.stdout.unread:
            raise UnreadError


def commands_with(flag: str) -> list[str]:
    """Return the commands that have an option."""
    return [command for command in COMMANDS if flag in parser_of(command, *functions_of(command)).flags]


def functions_of(command: str) -> tuple[Callable[..., Any], Callable[..., int]]:
    """Return what does a command, and what shows the result."""
    file, _, name = COMMANDS[command].partition(":")
    module = import_module(f"geneboard.benchmark.commands.{file}")
    return getattr(module, name), getattr(module, f"show_{name}")


def _help() -> int:
    print(f"usage: {PROGRAM} COMMAND ...\n\ngeneboard: a benchmark of gene representations.\n\ncommands:")
    for command in COMMANDS:
        summary = summary_of(functions_of(command)[0])
        print(f"  {command:<15}{summary[0].lower()}{summary[1:].removesuffix('.')}")
    print(
        f"  {'help COMMAND':<15}show the options of a command\n\n"
        f"options:\n  -h, --help     show this\n  --version      show the version\n\n"
        "without a command it is `run`:\n"
    )
    parser_of("run", *functions_of("run")).print_help()
    return 0
