"""The command line. Faults in what the user gave end in one sentence and exit status 2."""

from __future__ import annotations

import argparse
import errno
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from benchmark import registry
from benchmark.presets import PRESETS
from datasets.base import InputError

DEFAULT_OUT = Path("results")
COMMANDS = {
    "run": "run methods on tissues and print the leaderboard (the default)",
    "prepare": "turn raw counts into gene graphs",
    "score": "compute the metrics of any embedding",
    "tables": "rebuild all tables from the records alone",
    "list": "list methods, datasets, metrics or tissues",
    "bench": "measure the speed against plain implementations",
}
DISK_FAULTS = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.ENOTDIR, errno.EEXIST, errno.EISDIR),
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Print the fault and leave with exit status 2."""
        self.exit(2, f"error: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 if all went well, 1 if a cell failed, 2 for bad usage or bad input, 130 after Ctrl-C.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0] not in COMMANDS and given[0] not in ("-h", "--help")):
        if given and not given[0].startswith("-"):
            print(
                f"error: unknown command {given[0]!r}{registry.closest(given[0], COMMANDS)}", file=sys.stderr
            )
            return 2
        given.insert(0, "run")
    options = _parser().parse_args(given)
    try:
        return int(options.do(options))
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno not in DISK_FAULTS:
            raise
        print(f"error: {error.filename or 'the result folder'}: {error.strerror}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output, `head` for one, has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("interrupted: finished cells are kept; the same command goes on from here", file=sys.stderr)
        return 130


def _parser() -> Parser:
    described = "\n".join(f"  {name:<9}{text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="run_all.py",
        description=f"geneboard: a benchmark of gene representations.\n\ncommands:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(
        required=True, metavar="COMMAND", help=argparse.SUPPRESS, parser_class=Parser
    )
    adders = {
        "run": _add_run,
        "prepare": _add_prepare,
        "score": _add_score,
        "tables": _add_tables,
        "list": _add_list,
        "bench": _add_bench,
    }
    for name, add in adders.items():
        add(commands.add_parser(name, description=COMMANDS[name].capitalize() + "."))
    parser.epilog = "without a command it is `run`:\n\n" + commands.choices["run"].format_help()
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder with <tissue>/*.h5ad; without it: synthetic data"
    )
    parser.add_argument(
        "--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="result folder (default: %(default)s)"
    )


def _add_allow_disjoint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-disjoint", action="store_true", help="accept a dataset that shares no gene with any other"
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tissue",
        nargs="+",
        action="extend",
        required=True,
        metavar="NAME",
        help="one or more tissues, or all",
    )
    _add_data(parser)
    parser.add_argument("--methods", type=_names, metavar="A,B", help="methods to run (default: all)")
    parser.add_argument(
        "--seeds",
        type=_count,
        metavar="N",
        help="seeds of each method (default: the preset's; a control gets at most the preset's)",
    )
    parser.add_argument("--preset", default="quick", choices=PRESETS, help="default: %(default)s")
    parser.add_argument(
        "--set",
        dest="sets",
        action="append",
        default=[],
        metavar="METHOD.KEY=VALUE",
        help="set a hyper-parameter, for example musegnn.epochs=500",
    )
    parser.add_argument(
        "--plugin",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="Python file with one more method",
    )
    parser.add_argument("--jobs", type=_count, metavar="N", help="cells at once (default: one per core)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: %(default)s)")
    parser.add_argument(
        "--time-limit", type=_amount, metavar="S", help="seconds that training, then scoring, may take"
    )
    parser.add_argument("--memory-limit", type=_amount, metavar="MB", help="resident memory of a cell")
    _add_allow_disjoint(parser)
    parser.add_argument("--force", action="store_true", help="run finished cells again")
    parser.set_defaults(do=_run)


def _run(options: argparse.Namespace) -> int:
    from benchmark import api
    from benchmark.executors.local import Limits

    outcome = api.run(
        options.tissue,
        data=options.data,
        out=options.out,
        methods=options.methods,
        plugins=options.plugin,
        preset=options.preset,
        seeds=options.seeds,
        sets=options.sets,
        device=options.device,
        jobs=options.jobs,
        limits=Limits(options.time_limit, options.memory_limit),
        force=options.force,
        allow_disjoint=options.allow_disjoint,
        preparing=_show_step,
    )
    for text in api.leaderboard_texts(outcome, options.out):
        print(text)
    for record in outcome.failed:
        cell = f"{record['tissue']} {record['method']} seed {record['seed']}"
        where = options.out / "runs" / record["key"]
        print(f"{record['status']}: {cell}: {record['reason']} ({where})", file=sys.stderr)
    return 1 if outcome.failed else 0


def _show_step(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[Kpreparing {what}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total:
        print(f"prepared {what}", file=sys.stderr, flush=True)


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tissue", required=True, metavar="NAME", help="one tissue")
    parser.add_argument(
        "--counts", type=Path, required=True, metavar="DIR", help="folder with <tissue>/*.h5ad"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the gene graphs go")
    _add_allow_disjoint(parser)
    parser.set_defaults(do=_prepare)


def _prepare(options: argparse.Namespace) -> int:
    from benchmark import api

    paths = api.prepare(
        options.counts,
        options.tissue,
        options.out,
        allow_disjoint=options.allow_disjoint,
        preparing=_show_step,
    )
    for path in paths:
        print(path)
    return 0


def _add_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("embedding", type=Path, metavar="EMBEDDING.h5ad", help="obs.gene, obs.dataset, X")
    parser.add_argument("--tissue", required=True, metavar="NAME", help="the tissue it embeds")
    _add_data(parser)
    _add_allow_disjoint(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=_score)


def _score(options: argparse.Namespace) -> int:
    from benchmark import api

    scores = api.score(
        options.embedding,
        options.tissue,
        data=options.data,
        out=options.out,
        allow_disjoint=options.allow_disjoint,
    )
    if options.json:
        print(json.dumps(api.score_json(scores), indent=1))
        return 0
    for name, score in scores.items():
        value = f"undefined: {score.reason}" if score.value is None else f"{score.value:.4f}"
        print(f"{name:<12}{value}")
    return 0


def _add_tables(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="result folder")
    parser.add_argument(
        "--pack", type=Path, metavar="DIR", help="pack all records into DIR and build the tables there"
    )
    parser.set_defaults(do=_tables)


def _tables(options: argparse.Namespace) -> int:
    from benchmark import api

    for path in api.tables(options.out, pack=options.pack):
        print(path)
    return 0


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("methods", "datasets", "metrics", "tissues"))
    parser.add_argument("--tissue", metavar="NAME", help="only the datasets of one tissue")
    parser.add_argument(
        "--plugin", type=Path, action="append", default=[], metavar="FILE", help="add a method"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=_list)


def _list(options: argparse.Namespace) -> int:
    from benchmark.listing import listed

    rows = listed(options.what, tissue=options.tissue, plugins=options.plugin)
    if options.json:
        print(json.dumps(rows, indent=1))
        return 0
    widths = {key: max(len(str(row[key])) for row in rows) for key in rows[0]}
    for row in rows:
        print("  ".join(f"{row[key]!s:<{widths[key]}}" for key in row).rstrip())
    return 0


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tissue", default="lung", metavar="NAME", help="default: %(default)s")
    _add_data(parser)
    parser.add_argument("--threads", type=_count, default=2, help="threads (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=_bench)


def _bench(options: argparse.Namespace) -> int:
    from benchmark.bench import bench

    figures = bench(options.tissue, data=options.data, out=options.out, threads=options.threads)
    if options.json:
        print(json.dumps(figures, indent=1))
        return 0
    for name, value in figures.items():
        print(f"{name:<55}{value:.4g}" if isinstance(value, float) else f"{name:<55}{value}")
    return 0
