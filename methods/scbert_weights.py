"""Published scBERT checkpoints: reading one into the network, and the list of its genes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError
from geneboard.methods.performer import PerformerShape
from geneboard.methods.scbert_network import ScBertNetwork

LAYER = re.compile(r"performer\.net\.layers\.(\d+)\.")

# Ours -> theirs, relative to the layer. Theirs wraps attention (0) and feed-forward part (1) in a
# normalisation each, and the second also in a splitter of long inputs.
LAYER_NAMES = {
    "attention_norm.weight": "0.norm.weight",
    "attention_norm.bias": "0.norm.bias",
    "query.weight": "0.fn.to_q.weight",
    "key.weight": "0.fn.to_k.weight",
    "value.weight": "0.fn.to_v.weight",
    "out.weight": "0.fn.to_out.weight",
    "out.bias": "0.fn.to_out.bias",
    "projection": "0.fn.fast_attention.projection_matrix",
    "feed_norm.weight": "1.norm.weight",
    "feed_norm.bias": "1.norm.bias",
    "feed_in.weight": "1.fn.fn.w1.weight",
    "feed_in.bias": "1.fn.fn.w1.bias",
    "feed_out.weight": "1.fn.fn.w2.weight",
    "feed_out.bias": "1.fn.fn.w2.bias",
}

OUTER_NAMES = {
    "gene_vectors": "pos_emb.emb.weight",
    "level_vectors.weight": "token_emb.weight",
    "performer.norm.weight": "norm.weight",
    "performer.norm.bias": "norm.bias",
    "predict.weight": "to_out.weight",
    "predict.bias": "to_out.bias",
}

UNUSED_NAMES = {"performer.calls_since_last_redraw"}
"""A counter of their training; the only other entry there is."""


def read_gene_list(path: Path) -> pd.Index:
    """Read the genes of a checkpoint, one name per line, in the order of its gene vectors.

    Raises
    ------
    InputError
        If the file cannot be read, is not text, is empty, has an empty line, or names a gene twice.
    """
    try:
        names = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not a text file with one gene per line") from error
    if not names:
        raise InputError(f"{path}: is empty; one gene per line is expected")
    if "" in names:
        raise InputError(f"{path}: line {names.index('') + 1} is empty; one gene per line is expected")
    genes = pd.Index(names)
    if not genes.is_unique:
        raise InputError(f"{path}: names the gene {genes[genes.duplicated()][0]} twice")
    return genes


def check_vocabulary(path: Path, genes: pd.Index, tissue: Tissue) -> None:
    """Refuse a gene list that has no gene of the tissue.

    Raises
    ------
    InputError
        If no gene is known. Then the two most likely use different identifiers.
    """
    if not any(graph.genes.isin(genes).any() for graph in tissue.graphs):
        raise InputError(
            f"{path}: has none of the genes of {tissue.name} (the list has {genes[0]}, the data have"
            f" {tissue.graphs[0].genes[0]}); both must use the same identifiers, symbols or Ensembl ids"
        )


def read_network(path: Path, gene_list: Path, genes: pd.Index) -> ScBertNetwork:
    """Read a checkpoint of the published code (a PerformerLM), with the gene vectors of `genes`.

    Depth, heads, widths, number of random features and number of levels are those of the file. The last row
    of its gene vectors belongs to a token that stands for the whole cell and is left out.

    Parameters
    ----------
    path
        The .pth file; the state is under ``model_state_dict``, or the file is the state.
    gene_list
        Name of the file with the genes, for messages.
    genes
        All genes of the checkpoint in its order.

    Raises
    ------
    InputError
        If the file is not such a checkpoint, or does not fit the gene list.
    """
    state = _state(path)
    shape, n_levels = _shape(path, state)
    given = _matrix(path, state, "pos_emb.emb.weight")[0] - 1
    if given != len(genes):
        raise InputError(f"{gene_list}: has {len(genes)} genes, but {path} has vectors for {given}")
    with torch.device("meta"):  # sizes only; every value comes from the file
        network = ScBertNetwork(torch.empty(given + 1, shape.width), n_levels, shape)
    values = {}
    for ours, wanted in network.state_dict().items():
        theirs = _published_name(ours)
        values[ours] = _tensor(path, state, theirs)
        if values[ours].shape != wanted.shape:
            expected, found = tuple(wanted.shape), tuple(values[ours].shape)
            raise InputError(f"{path}: {theirs} has shape {found}, where the rest needs {expected}")
        if not values[ours].isfinite().all():
            raise InputError(f"{path}: {theirs} has NaN or infinite values")
    unused = set(state) - {_published_name(ours) for ours in values} - UNUSED_NAMES
    if unused:
        raise InputError(f"{path}: has {min(map(str, unused))}, which the network of scBERT does not")
    network.load_state_dict(values, assign=True)
    return network.requires_grad_(False)


def _state(path: Path) -> Mapping[str, object]:
    """Return the state dictionary of a checkpoint; nothing but tensors and plain containers is unpickled."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:  # bytes that are no pickle end in any exception there is
        raise InputError(f"{path}: is not a torch file with tensors only") from error
    state = content.get("model_state_dict", content) if isinstance(content, Mapping) else None
    if not isinstance(state, Mapping):
        raise InputError(f"{path}: holds no state dictionary")
    return state


def _tensor(path: Path, state: Mapping[str, object], name: str) -> Tensor:
    value = state.get(name)
    if not isinstance(value, Tensor):
        raise InputError(f"{path}: is not an scBERT checkpoint ({name} is missing)")
    return value.float()


def _matrix(path: Path, state: Mapping[str, object], name: str) -> tuple[int, int]:
    """Return rows and columns of a matrix of the checkpoint."""
    value = _tensor(path, state, name)
    if value.ndim != 2 or 0 in value.shape:
        raise InputError(f"{path}: {name} has shape {tuple(value.shape)}, not that of a matrix")
    return int(value.shape[0]), int(value.shape[1])


def _shape(path: Path, state: Mapping[str, object]) -> tuple[PerformerShape, int]:
    """Read the sizes of the Performer and the number of levels off the shapes of some tensors."""
    n_tokens, width = _matrix(path, state, "token_emb.weight")
    if n_tokens < 3:
        raise InputError(f"{path}: token_emb.weight has {n_tokens} rows; 0, a level and the mask are three")
    layers = {int(match[1]) for name in state if (match := LAYER.match(str(name)))}
    if not layers:
        raise InputError(f"{path}: is not an scBERT checkpoint (performer.net.layers.0 is missing)")
    attended, _ = _matrix(path, state, "performer.net.layers.0.0.fn.to_q.weight")
    features, head_width = _matrix(
        path, state, "performer.net.layers.0.0.fn.fast_attention.projection_matrix"
    )
    hidden, _ = _matrix(path, state, "performer.net.layers.0.1.fn.fn.w1.weight")
    if attended % head_width:
        raise InputError(f"{path}: queries of width {attended} do not split into heads of width {head_width}")
    depth = max(layers) + 1
    return PerformerShape(width, depth, attended // head_width, head_width, features, hidden), n_tokens - 2


def _published_name(ours: str) -> str:
    match = re.fullmatch(r"performer\.layers\.(\d+)\.(.+)", ours)
    return f"performer.net.layers.{match[1]}.{LAYER_NAMES[match[2]]}" if match else OUTER_NAMES[ours]
