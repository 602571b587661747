"""A checkpoint in the layout of the published scBERT, and a slow, plain reading of it in NumPy."""

import numpy as np
import torch
from scipy.special import erf

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.datasets.base import Tissue
from geneboard.methods.base import no_progress

WIDTH, HEADS, HEAD_WIDTH, FEATURES, LEVELS, DEPTH = 12, 3, 5, 7, 4, 2
GENES = [f"G{number}" for number in range(60)]


def checkpoint(seed=0):
    """Return random weights under the names and in the layout of the published file."""
    torch.manual_seed(seed)
    inner = HEADS * HEAD_WIDTH
    state = {
        "token_emb.weight": torch.randn(LEVELS + 2, WIDTH),
        "pos_emb.emb.weight": torch.randn(len(GENES) + 1, WIDTH, dtype=torch.float64),
        "performer.calls_since_last_redraw": torch.tensor(17),
        "norm.weight": torch.randn(WIDTH),
        "norm.bias": torch.randn(WIDTH),
        "to_out.weight": torch.randn(LEVELS + 2, WIDTH),
        "to_out.bias": torch.randn(LEVELS + 2),
    }
    for layer in range(DEPTH):
        sizes = {
            "0.norm.weight": (WIDTH,),
            "0.norm.bias": (WIDTH,),
            "0.fn.fast_attention.projection_matrix": (FEATURES, HEAD_WIDTH),
            "0.fn.to_q.weight": (inner, WIDTH),
            "0.fn.to_k.weight": (inner, WIDTH),
            "0.fn.to_v.weight": (inner, WIDTH),
            "0.fn.to_out.weight": (WIDTH, inner),
            "0.fn.to_out.bias": (WIDTH,),
            "1.norm.weight": (WIDTH,),
            "1.norm.bias": (WIDTH,),
            "1.fn.fn.w1.weight": (3 * WIDTH, WIDTH),
            "1.fn.fn.w1.bias": (3 * WIDTH,),
            "1.fn.fn.w2.weight": (WIDTH, 3 * WIDTH),
            "1.fn.fn.w2.bias": (WIDTH,),
        }
        for name, size in sizes.items():
            state[f"performer.net.layers.{layer}.{name}"] = torch.randn(size) * 0.4
    return state


def layer_norm(x, weight, bias):
    return (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5) * weight + bias


def plain_kernel(x, projection, largest):
    """Return the published softmax kernel, one number at a time."""
    made = np.empty((len(x), len(projection)))
    for i, row in enumerate(x * HEAD_WIDTH**-0.25):
        for j, direction in enumerate(projection):
            made[i, j] = (np.exp(direction @ row - row @ row / 2 - largest[i]) + 1e-4) / np.sqrt(FEATURES)
    return made


def plain_states(state, genes, levels):
    """Return the last states of one cell, computed from the published layout in double precision."""
    w = {name: value.double().numpy() for name, value in state.items()}
    x = w["token_emb.weight"][levels] + w["pos_emb.emb.weight"][genes]
    for number in range(DEPTH):
        part = {k.removeprefix(f"performer.net.layers.{number}."): v for k, v in w.items()}
        normed = layer_norm(x, part["0.norm.weight"], part["0.norm.bias"])
        q, k, v = (normed @ part[f"0.fn.to_{name}.weight"].T for name in "qkv")
        projection = part["0.fn.fast_attention.projection_matrix"]
        heads = [slice(h * HEAD_WIDTH, (h + 1) * HEAD_WIDTH) for h in range(HEADS)]
        largest_key = max((k[:, h] * HEAD_WIDTH**-0.25 @ projection.T).max() for h in heads)
        outputs = []
        for h in heads:
            dashes = q[:, h] * HEAD_WIDTH**-0.25 @ projection.T
            queries = plain_kernel(q[:, h], projection, dashes.max(1))
            keys = plain_kernel(k[:, h], projection, np.full(len(x), largest_key))
            weights = queries @ keys.T
            outputs.append(weights / weights.sum(1, keepdims=True) @ v[:, h])
        x = x + np.hstack(outputs) @ part["0.fn.to_out.weight"].T + part["0.fn.to_out.bias"]
        normed = layer_norm(x, part["1.norm.weight"], part["1.norm.bias"])
        inside = normed @ part["1.fn.fn.w1.weight"].T + part["1.fn.fn.w1.bias"]
        inside = inside * (1 + erf(inside / np.sqrt(2))) / 2
        x = x + inside @ part["1.fn.fn.w2.weight"].T + part["1.fn.fn.w2.bias"]
    return layer_norm(x, w["norm.weight"], w["norm.bias"])


def written(folder, state=None, genes=GENES, nested=True):
    state = checkpoint() if state is None else state
    torch.save({"epoch": 3, "model_state_dict": state} if nested else state, folder / "weights.pth")
    (folder / "genes.txt").write_text("".join(f"{gene}\n" for gene in genes))
    return {"weights": str(folder / "weights.pth"), "genes": str(folder / "genes.txt")}


def tissue_of(*gene_lists):
    graphs = [gene_graph(chr(97 + k), list(genes), n_cells=9, seed=k) for k, genes in enumerate(gene_lists)]
    return Tissue("lung", "generated", tuple(graphs))


def embed(method, tissue, seed=0):
    return method.fit_embed(tissue, seed=seed, device="cpu", progress=no_progress)
