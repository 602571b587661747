"""The options of `infer train` and `infer predict`."""

from __future__ import annotations

import argparse
from pathlib import Path

from geneboard.benchmark.commands.shared_options import add_device, add_plugin, add_sets
from geneboard.benchmark.tasks.inference.options import add_expression

SCALE_TEXT = """\
The numbers in OUTPUT are on one scale, the logarithmic scale of the training set (log2(x + 1) where
it held counts) after quantile normalisation to its average sample. Of the plate only the order of the
landmarks within a sample is used: a measured landmark keeps its rank and gets the value that this rank
has in training, a missing one gets its training mean, other genes are inferred. So values compare
within the file and with the training set, not with the numbers in INPUT; a .h5ad keeps those in
obsm["measured"]. With --standard plate, landmarks too are training mean plus training deviation times how
far the sample is from the mean of the plate.

Columns of the genes: symbol, entrez, ensembl (landmarks), feature_space;
  status                     measured, imputed, measured in part, or inferred
  quality_pearson            correlation on patients of the training set that the model had not seen
  quality_mae_in_deviations  mean absolute error on them, in standard deviations of the gene
  interval_half_width        value -/+ this holds 90 % of new values, in the unit of the values; what was
                             measured has none

The interval is split-conformal: it holds on average over new samples that are exchangeable with those
patients, so not for another platform or tissue.

OUTPUT is .gct, .gctx, .h5ad (samples x genes), .tsv or .csv (samples x genes, with the tables
.genes and .samples beside it)."""


def add_train(parser: argparse.ArgumentParser) -> None:
    """Add the options of `infer train`."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder (or file) of an expression set"
    )
    parser.add_argument(
        "--model", type=Path, required=True, metavar="FILE", help="where the model goes, .npz without code"
    )
    parser.add_argument("--method", default="ridge", metavar="NAME", help="default: %(default)s")
    add_sets(parser, "ridge.organ=true")
    add_plugin(parser)
    add_expression(parser)
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="split and training (default: %(default)s)"
    )
    add_device(parser)


def add_predict(parser: argparse.ArgumentParser) -> None:
    """Add the options of `infer predict`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = SCALE_TEXT
    parser.add_argument(
        "--model", type=Path, required=True, metavar="FILE", help="a model that `infer train` has written"
    )
    parser.add_argument(
        "--input",
        type=Path,
        required=True,
        metavar="INPUT",
        help=".gct, .gctx, .h5ad, .tsv, .csv or .npz; genes by symbol, Entrez or Ensembl id",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="OUTPUT", help="the full profiles")
    parser.add_argument(
        "--impute",
        action="store_true",
        help="take training means also if more than a tenth of the landmarks, or single values, are missing",
    )
    organ = parser.add_mutually_exclusive_group()
    organ.add_argument("--organ", default="", metavar="NAME", help="organ of all samples")
    organ.add_argument(
        "--organ-column", default="", metavar="NAME", help="column of the samples that says the organ"
    )
    parser.add_argument(
        "--standard",
        choices=("training", "plate"),
        default="training",
        help="compare landmarks with their means and deviations in training or, for a plate of another"
        " platform, over the plate: then only differences between its samples count (default: %(default)s)",
    )
    parser.add_argument(
        "--logged", choices=("yes", "no"), help="whether the values are logarithms (default: looked at)"
    )
    add_plugin(parser)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


USES = {
    "train": ("train a model on an expression set and write it to a file", add_train),
    "predict": ("infer the full profiles of a plate with such a model", add_predict),
}
"""What can be done with a model, its description and what adds its options."""
