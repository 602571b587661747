"""What the command line understands: the options of every command."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NoReturn

from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.commands.option_types import amount, count, level
from geneboard.benchmark.commands.shared_options import add_cells, add_device, add_methods, add_plugin
from geneboard.benchmark.tasks.inference.options import add_infer
from geneboard.benchmark.tasks.inference.predict.options import USES

DEFAULT_OUT = Path("results")
COMMANDS = {
    "run": "run methods on tissues and print the leaderboard (the default)",
    "prepare": "turn raw counts into gene graphs",
    "score": "compute the metrics of any embedding",
    "sensitivity": "ruin a good embedding step by step and show how every metric answers",
    "infer": "rank models that infer expression from the L1000 landmarks",
    "tables": "rebuild tables, pictures and the report from the records alone",
    "fetch": "download published datasets, donors of the CELLxGENE Census, or tables of identifiers",
    "list": "list methods, datasets, metrics or tissues",
    "check": "check a method against the rules that every method keeps",
    "new-method": "write a small working method and its test, to start from",
    "bench": "measure the speed against plain implementations",
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Print the fault and leave with exit status 2."""
        self.exit(2, f"error: {message} (see {self.prog} --help)\n")


def make_parser() -> Parser:
    """Return the parser of the whole command line; ``options.command`` names what to do."""
    described = "\n".join(f"  {name:<12}{text}" for name, text in COMMANDS.items())
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
        "sensitivity": _add_sensitivity,
        "infer": _add_infer,
        "tables": _add_tables,
        "fetch": _add_fetch,
        "list": _add_list,
        "check": _add_check,
        "new-method": _add_new_method,
        "bench": _add_bench,
    }
    for name, add in adders.items():
        command = commands.add_parser(name, description=COMMANDS[name][0].upper() + COMMANDS[name][1:] + ".")
        command.set_defaults(command=name)
        add(command)
    parser.epilog = "without a command it is `run`:\n\n" + commands.choices["run"].format_help()
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with <tissue>/<modality>_<tissue>_<id>.h5ad, or census:TISSUE; "
        "without it: synthetic data",
    )
    parser.add_argument(
        "--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="result folder (default: %(default)s)"
    )


def _add_allow_disjoint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-disjoint", action="store_true", help="accept a dataset that shares no gene with any other"
    )


def _add_gene_tables(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ids",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="table with columns ensembl and symbol, for data or embeddings that name genes differently",
    )
    parser.add_argument(
        "--orthologs",
        type=Path,
        metavar="FILE",
        help="table with columns mouse and human, for a tissue with data of both",
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
    add_methods(
        parser,
        seeds="seeds of each method (default: the preset's; a control gets at most the preset's)",
        example="musegnn.epochs=500",
    )
    parser.add_argument(
        "--external", type=Path, metavar="FILE", help="methods that run as commands (default: external.toml)"
    )
    parser.add_argument(
        "--embedding",
        dest="embeddings",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="rank vectors made elsewhere, .h5ad, .csv or .npz by gene symbol or Ensembl id",
    )
    _add_gene_tables(parser)
    add_cells(parser)
    _add_allow_disjoint(parser)
    parser.add_argument(
        "--holdout",
        action="store_true",
        help="train on the graphs of half of the cells, score AUC and NO on those of the other half too",
    )


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tissue", required=True, metavar="NAME", help="one tissue")
    parser.add_argument(
        "--counts",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder with <tissue>/<modality>_<tissue>_<id>.h5ad, .h5, .loom, .csv...",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where the gene graphs and quality.md go"
    )
    parser.add_argument(
        "--edges",
        default="p",
        choices=("p", "bh", "top"),
        help="join genes by raw p-value, Benjamini-Hochberg, or strongest partners (default: %(default)s)",
    )
    parser.add_argument(
        "--p-threshold",
        type=level,
        default=0.005,
        metavar="P",
        help="p-value, or false discovery rate for bh (default: %(default)s)",
    )
    parser.add_argument(
        "--top-k", type=count, metavar="K", help="partners of each gene for top (default: 50)"
    )
    parser.add_argument(
        "--max-cells", type=count, metavar="N", help="draw N cells of a dataset with more (default: all)"
    )
    parser.add_argument(
        "--max-genes-per-cell", type=count, metavar="N", help="drop cells with N genes or more: doublets"
    )
    _add_gene_tables(parser)
    _add_allow_disjoint(parser)


def _add_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("embedding", type=Path, metavar="EMBEDDING.h5ad", help="obs.gene, obs.dataset, X")
    parser.add_argument("--tissue", required=True, metavar="NAME", help="the tissue it embeds")
    _add_data(parser)
    _add_gene_tables(parser)
    _add_allow_disjoint(parser)
    parser.add_argument(
        "--holdout", action="store_true", help="score it on both halves of the cells, as run --holdout does"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_sensitivity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tissue", required=True, metavar="NAME", help="one tissue")
    _add_data(parser)
    parser.add_argument(
        "--method",
        default="consensus_spectral",
        metavar="NAME",
        help="method that makes the good embedding (default: %(default)s)",
    )
    parser.add_argument(
        "--preset", default="quick", choices=PRESETS, help="how long it trains (default: %(default)s)"
    )
    parser.add_argument(
        "--repeats", type=count, default=3, metavar="N", help="draws of each level (default: %(default)s)"
    )
    parser.add_argument("--jobs", type=count, metavar="N", help="steps at once (default: one per core)")
    add_device(parser)
    _add_gene_tables(parser)
    _add_allow_disjoint(parser)


def _add_infer(parser: argparse.ArgumentParser) -> None:
    add_infer(parser, DEFAULT_OUT)
    uses = parser.add_subparsers(metavar="train | predict", parser_class=Parser, title="models for use")
    for name, (text, add) in USES.items():
        use = uses.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        use.set_defaults(command=f"infer {name}")
        add(use)


def _add_tables(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=f"result folder (default: {DEFAULT_OUT}); with --compare: write comparison.* there",
    )
    parser.add_argument(
        "--pack", type=Path, metavar="DIR", help="pack all records into DIR and build the tables there"
    )
    parser.add_argument(
        "--add",
        action="append",
        default=[],
        metavar="[LABEL=]FILE",
        help="put scores from a paper beside ours: a CSV with the column method and one column per tissue",
    )
    parser.add_argument(
        "--compare",
        nargs=2,
        type=Path,
        metavar=("DIR1", "DIR2"),
        help="only print where the scores of two result folders differ, and by more than seeds do",
    )


def _add_fetch(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--tissue", nargs="+", metavar="NAME", help="published datasets of one or more tissues, or all"
    )
    what.add_argument("--census", metavar="TISSUE", help="the largest donors of a tissue of the Census")
    what.add_argument(
        "what",
        nargs="?",
        choices=("identifiers",),
        metavar="identifiers",
        help="tables for --ids and --orthologs, from HGNC and MGI",
    )
    parser.add_argument(
        "--to", type=Path, default=Path("data"), metavar="DIR", help="where files go (default: %(default)s)"
    )
    parser.add_argument("--donors", type=count, metavar="N", help="with --census: how many (default: 5)")
    parser.add_argument(
        "--assay", metavar="NAME", help="with --census: beginning of the assays' names (default: 10x 3')"
    )
    parser.add_argument(
        "--census-version", metavar="VERSION", help="a release of the Census, or a copy (default: pinned)"
    )
    parser.add_argument(
        "--catalogue", type=Path, metavar="FILE", help="your own list, in the form of datasets/catalogue.csv"
    )
    parser.add_argument(
        "--time-limit", type=amount, metavar="S", help="seconds to wait for a silent server (default: 60)"
    )


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("methods", "inference-methods", "datasets", "metrics", "tissues"))
    parser.add_argument("--tissue", metavar="NAME", help="only the datasets of one tissue")
    parser.add_argument("--data", type=Path, metavar="DIR", help="show which datasets this folder has")
    add_plugin(parser)
    parser.add_argument("--external", type=Path, metavar="FILE", help="add methods that run as commands")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("method", metavar="METHOD", help="name of a method, or a Python file with methods")
    add_plugin(parser)
    parser.add_argument("--external", type=Path, metavar="FILE", help="add methods that run as commands")
    parser.add_argument(
        "--time-limit", type=amount, metavar="S", help="seconds for one run on a small tissue (default: 120)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_new_method(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="its name, for example my_method")
    parser.add_argument(
        "--dir", type=Path, default=Path(), metavar="DIR", help="where to write (default: the current folder)"
    )


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tissue", default="lung", metavar="NAME", help="default: %(default)s")
    _add_data(parser)
    parser.add_argument("--threads", type=count, default=2, help="threads (default: %(default)s)")
    parser.add_argument(
        "--l1000", action="store_true", help="the graph network of the L1000 task instead, on made-up samples"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
