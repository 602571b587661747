"""The options of a command, from the signatures and docstrings of the functions that it calls."""

from __future__ import annotations

import argparse
import difflib
import inspect
import itertools
import re
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, get_args, get_origin

from geneboard import benchmark
from geneboard.benchmark.commands.arguments import Argument, Entries

PROGRAM = Path(sys.argv[0]).name if Path(sys.argv[0]).name in ("geneboard", "run_all.py") else "run_all.py"


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the fault and leave with exit status 2."""
        self.exit(2, f"error: {message} (see {self.prog} --help)\n")

    @property
    def flags(self) -> list[str]:
        """All options."""
        return [flag for action in self._actions for flag in action.option_strings]

    def read(
        self, given: Sequence[str], having: Callable[[str], Sequence[str]] = lambda _: ()
    ) -> dict[str, Any]:
        """Return the options that are given, by the names of the parameters; others are left out.

        `having` returns the commands that have an option, for the sentence about one that this has not.
        """
        known = self.flags
        for place, word in enumerate(given):  # before argparse misses the option that was mistyped
            flag = word.partition("=")[0]
            if flag.startswith("--") and flag not in known:
                values = itertools.takewhile(lambda value: not value.startswith("--"), given[place + 1 :])
                hint, others = "", having(flag)
                # An option of another command was hardly mistyped, unless one of this is nearly the same.
                if close := difflib.get_close_matches(flag, known, n=1, cutoff=0.85 if others else 0.6):
                    hint = f"; did you mean {close[0]}?"
                elif others:
                    hint = f"; {flag} is an option of {', '.join(f'`{other}`' for other in others)}"
                self.error(f"unrecognized arguments: {' '.join([word, *values])}{hint}")
        namespace = self.parse_args(given)
        options: dict[str, Any] = {}
        for name, value in vars(namespace).items():
            name, _, key = name.partition(".")
            if key:
                options.setdefault(name, {})[key] = value
            elif value is not None:
                options[name] = value
        return options


def parser_of(command: str, work: Callable[..., Any], show: Callable[..., int]) -> Parser:
    """Return the parser of a command.

    Parameters
    ----------
    command
        Its name.
    work
        What does it: its summary and remarks are those of the command, its parameters are options.
    show
        What shows the result, its first parameter. Others have the value of the option of that name; those
        that its docstring describes alone are options too.
    """
    parser = Parser(
        prog=f"{PROGRAM} {command}",
        description=re.split(r"\n\w+\n-+\n", inspect.getdoc(work) or "", maxsplit=1)[0].strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    worked = inspect.signature(work).parameters
    shown = list(inspect.signature(show).parameters.values())[1:]
    others = [parameter for parameter in shown if parameter.name not in worked]
    for function, parameters in ((work, worked.values()), (show, others)):
        described = descriptions_of(function)
        for parameter in parameters:
            if parameter.name in described:
                annotation = eval(parameter.annotation, function.__globals__)
                _add(parser, parameter, annotation, described[parameter.name])
    return parser


def _add(parser: Parser, parameter: inspect.Parameter, annotation: Any, description: str) -> None:
    name, default = parameter.name, parameter.default
    told = _told(annotation)
    if isinstance(told, Entries):
        for key, meaning in told.meanings.items():
            flag = f"--{key.replace('_', '-')}-{told.suffix}"
            parser.add_argument(flag, dest=f"{name}.{key}", metavar="NAME", help=meaning)
        return
    flags = told.flags or (f"--{name.replace('_', '-')}",)
    keywords = dict(told.keywords)
    if default is True:
        flags, keywords["action"] = (f"--no-{name}",), "store_false"
        description = f"no {description}"
    elif default is False and not keywords:
        keywords["action"] = "store_true"
    elif isinstance(default, int | float | str) and default is not False and default != "":
        description = f"{description} (default: {default:{'g' if isinstance(default, float) else ''}})"
    if flags[0].startswith("-"):
        keywords |= {"dest": name, "required": default is parameter.empty}
    elif keywords.get("nargs") == "?":
        keywords["default"] = None
    parser.add_argument(*flags, help=description.replace("%", "%%"), **keywords)


def _told(annotation: Any) -> Argument | Entries:
    """Return what an annotation tells argparse."""
    if get_origin(annotation) is Annotated:
        told = next((item for item in get_args(annotation)[1:] if isinstance(item, Argument | Entries)), None)
        return told or Argument()
    if get_origin(annotation) is Literal:
        return Argument(choices=get_args(annotation))
    inner = [_told(one) for one in get_args(annotation) if one is not type(None)]
    return inner[0] if inner else Argument()


def summary_of(function: Callable[..., Any]) -> str:
    """Return the first line of a function's docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


def descriptions_of(function: Callable[..., Any]) -> Mapping[str, str]:
    """Return the first paragraph of what a docstring in numpydoc's form says of each parameter.

    "As for `run`." stands for what the public function of that name says of it.
    """
    text = inspect.getdoc(function) or ""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", text, flags=re.DOTALL | re.MULTILINE)
    found: dict[str, str] = {}
    for names, body in re.findall(
        r"^(\S.*)\n((?:[ ]+.*\n?|\n)*)", section[1] if section else "", re.MULTILINE
    ):
        paragraph = " ".join(textwrap.dedent(body).strip().partition("\n\n")[0].split())
        other = re.fullmatch(r"As for `(\w+)`\.", paragraph)
        known = descriptions_of(getattr(benchmark, other[1])) if other else {}
        for name in names.split(", "):
            text = known.get(name, paragraph).removesuffix(".")
            found[name] = text[:1].lower() + text[1:] if text[1:2].islower() else text
    return found
