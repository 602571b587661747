"""Options that several commands have: which methods, how long, and on what."""

from __future__ import annotations

import argparse
from pathlib import Path

from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.commands.option_types import amount, count, names


def add_methods(parser: argparse.ArgumentParser, *, seeds: str, example: str) -> None:
    """Add what is run: methods, seeds, preset, hyper-parameters, plugins.

    Parameters
    ----------
    parser
        Of the command.
    seeds
        Help for ``--seeds``.
    example
        A hyper-parameter for the help of ``--set``.
    """
    parser.add_argument("--methods", type=names, metavar="A,B", help="methods to run (default: all)")
    parser.add_argument("--seeds", type=count, metavar="N", help=seeds)
    parser.add_argument("--preset", default="quick", choices=PRESETS, help="default: %(default)s")
    add_sets(parser, example)
    add_plugin(parser)


def add_sets(parser: argparse.ArgumentParser, example: str) -> None:
    """Add ``--set``."""
    parser.add_argument(
        "--set",
        dest="sets",
        action="append",
        default=[],
        metavar="METHOD.KEY=VALUE",
        help=f"set a hyper-parameter, for example {example}",
    )


def add_plugin(parser: argparse.ArgumentParser) -> None:
    """Add ``--plugin``."""
    parser.add_argument(
        "--plugin",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="Python file with one more method",
    )


def add_cells(parser: argparse.ArgumentParser) -> None:
    """Add how cells are run: at once, where, for how long, again."""
    parser.add_argument("--jobs", type=count, metavar="N", help="cells at once (default: one per core)")
    add_device(parser)
    parser.add_argument(
        "--time-limit", type=amount, metavar="S", help="seconds that training, then scoring, may take"
    )
    parser.add_argument("--memory-limit", type=amount, metavar="MB", help="resident memory of a cell")
    parser.add_argument(
        "--no-pictures", action="store_true", help="tables only: no maps of embeddings, pictures, report.html"
    )
    parser.add_argument("--force", action="store_true", help="run finished cells again")


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add ``--device``."""
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: %(default)s)")
