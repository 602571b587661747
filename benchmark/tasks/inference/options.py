"""What the command line understands of the L1000 task."""

from __future__ import annotations

import argparse
from pathlib import Path

from geneboard.benchmark.commands.option_types import count, counts, names
from geneboard.benchmark.commands.shared_options import add_cells, add_methods
from geneboard.benchmark.tasks.inference.experiments import EXPERIMENTS

COLUMNS = {
    "sample": "sample names, in samples.tsv",
    "group": "patient or donor of every sample; a split never divides one",
    "organ": "organ of every sample",
    "gene": "gene names as in the matrix, in genes.tsv",
    "symbol": "gene symbols",
    "entrez": "Entrez ids",
    "feature-space": "landmark, best inferred, inferred, or nothing",
}
"""Columns of the tables beside the matrix that can be named."""


def add_expression(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how an expression set is read."""
    for name, meaning in COLUMNS.items():
        parser.add_argument(
            f"--{name}-column", default="", metavar="NAME", help=f"column with {meaning} (default: guessed)"
        )
    parser.add_argument(
        "--logged",
        choices=("yes", "no"),
        help="whether the values are logarithms (default: looked at)",
    )
    parser.add_argument(
        "--missing",
        default="refuse",
        choices=("refuse", "fill", "drop"),
        help="missing values: refuse them, fill them with training medians, or drop their genes "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--targets",
        type=count,
        metavar="N",
        help="infer N genes drawn once, the same for all models (default: all of the platform)",
    )


def add_infer(parser: argparse.ArgumentParser, default_out: Path) -> None:
    """Add the options of the comparison."""
    parser.epilog = (
        "`infer train` fits a model for use, `infer predict` applies it to a plate; see their --help."
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with a file of expression (.npz, .h5ad, .gct, .gctx, .tsv), samples.tsv and genes.tsv; "
        "without it: synthetic data",
    )
    parser.add_argument(
        "--experiment",
        default="comparison",
        choices=EXPERIMENTS,
        help="comparison: all landmarks; landmarks: fewer of them; organs: each organ left out; platform: "
        "test on another set; organ-covariate, graph: the comparison with these variants "
        "(default: %(default)s)",
    )
    parser.add_argument("--test-data", type=Path, metavar="DIR", help="the set that `platform` tests on")
    parser.add_argument(
        "--out", type=Path, default=default_out, metavar="DIR", help="result folder (default: %(default)s)"
    )
    add_expression(parser)
    parser.add_argument(
        "--split-column",
        default="",
        metavar="NAME",
        help="column of samples.tsv that says train, validation or test (default: split by group, seeded)",
    )
    parser.add_argument("--no-quantile", action="store_true", help="no quantile normalisation of samples")
    parser.add_argument(
        "--budgets",
        type=counts,
        default=(),
        metavar="K,K",
        help="numbers of landmarks for `landmarks`, beside all (default: 486,324,108,10)",
    )
    parser.add_argument(
        "--selection",
        type=names,
        default=(),
        metavar="A,B",
        help="how they are chosen (default: random,lasso,greedy)",
    )
    parser.add_argument(
        "--organ",
        dest="organs",
        type=names,
        default=(),
        metavar="A,B",
        help="organs that `organs` leaves out (default: each)",
    )
    add_methods(
        parser,
        seeds="seeds, each with a split of its own (default: the preset's)",
        example="gnn.epochs=100",
    )
    add_cells(parser)
