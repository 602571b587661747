"""Published checkpoints: a plain reading of the published network, and every fault of the files."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import erf

from benchmark import registry
from benchmark.compliance_tissues import gene_graph
from benchmark.plan import settings_of
from benchmark.presets import PRESETS
from benchmark.record import variant_suffix
from datasets.base import InputError, Tissue
from methods.base import no_progress
from methods.expression_levels import expression_levels
from methods.scbert import ScBert
from methods.scbert_weights import read_gene_list, read_network

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


@pytest.mark.parametrize("nested", [True, False])
def test_embedding_is_that_of_a_plain_reading_of_the_checkpoint(tmp_path, nested):
    """Mean states over cells, cell by cell, then a PCA of all rows through the covariance matrix."""
    state = checkpoint()
    tissue = tissue_of(GENES[10:50], GENES[:25][::-1])
    made = embed(ScBert(**written(tmp_path, state, nested=nested), batch_size=4), tissue)
    rows = []
    for graph in tissue.graphs:
        positions = [GENES.index(gene) for gene in graph.genes]
        levels = expression_levels(graph.features, LEVELS)
        rows.append(np.mean([plain_states(state, positions, cell) for cell in levels], axis=0))
    together = np.concatenate(rows)
    together -= together.mean(0)
    variances, axes = np.linalg.eigh(together.T @ together)
    axes = axes[:, np.argsort(-variances)]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(WIDTH)])
    expected = together @ axes
    ours = np.concatenate(made.values)
    np.testing.assert_allclose(ours[:, : WIDTH - 1], expected[:, : WIDTH - 1], atol=2e-4)
    assert not ours[:, WIDTH:].any()
    assert made.dim == 32
    assert made.history == {}


def test_states_equal_the_plain_reading(tmp_path):
    state = checkpoint(1)
    paths = written(tmp_path, state)
    network = read_network(tmp_path / "weights.pth", tmp_path / "genes.txt", pd.Index(GENES))
    assert paths["weights"].endswith("weights.pth")
    levels = np.random.default_rng(0).integers(0, LEVELS + 2, (1, 30))
    ours = network.states(torch.arange(20, 50), levels)[0]
    np.testing.assert_allclose(ours, plain_states(state, range(20, 50), levels[0]), atol=1e-5)


def test_sizes_are_those_of_the_file(tmp_path):
    written(tmp_path)
    network = read_network(tmp_path / "weights.pth", tmp_path / "genes.txt", pd.Index(GENES))
    layer = network.performer.layers[0]
    assert len(network.performer.layers) == DEPTH
    assert (layer.heads, layer.head_width, layer.projection.shape) == (HEADS, HEAD_WIDTH, (7, 5))
    assert (network.n_levels, network.mask_token) == (LEVELS, LEVELS + 1)
    assert not any(p.requires_grad for p in network.parameters())


def test_neither_seed_nor_settings_of_training_matter(tmp_path):
    paths, tissue = written(tmp_path), tissue_of(GENES[:40])
    first = embed(ScBert(**paths), tissue, seed=1)
    second = embed(ScBert(**paths, epochs=3, width=8, levels=2), tissue, seed=2)
    assert first.values[0].tobytes() == second.values[0].tobytes()


def test_unknown_genes_are_no_tokens_and_lie_at_the_mean(tmp_path):
    method = ScBert(**written(tmp_path))
    with_unknown = embed(method, tissue_of([*GENES[:20], "X1", "X2", *GENES[20:40]], ["X1", "X3"]))
    assert not with_unknown.values[0][20:22].any()
    assert not with_unknown.values[1].any()
    known = np.delete(with_unknown.values[0], [20, 21], axis=0)
    np.testing.assert_allclose(known.mean(0), 0, atol=1e-5)
    assert (np.abs(known).max(1) > 0.01).all()
    tissue = tissue_of([*GENES[:20], "X1", "X2", *GENES[20:40]])
    graph = tissue.graphs[0]
    kept = np.array([gene in GENES for gene in graph.genes])
    levels = expression_levels(graph.features, LEVELS)[:, kept]
    network = read_network(tmp_path / "weights.pth", tmp_path / "genes.txt", pd.Index(GENES))
    rows = network.mean_states(torch.arange(40), levels, 9)
    singular = np.linalg.svd(rows - rows.mean(0), compute_uv=False)
    alone = np.delete(embed(method, tissue).values[0], [20, 21], axis=0)
    np.testing.assert_allclose(np.linalg.norm(alone[:, :WIDTH], axis=0), singular, atol=1e-4)


def test_identifiers_of_another_system_are_refused(tmp_path):
    method = ScBert(**written(tmp_path))
    with pytest.raises(InputError) as caught:
        embed(method, tissue_of(["ENSG00000141510", "ENSG00000146648"], ["ENSG00000136997"]))
    assert str(caught.value) == (
        f"{tmp_path / 'genes.txt'}: has none of the genes of lung (the list has G0, the data have"
        " ENSG00000141510); both must use the same identifiers, symbols or Ensembl ids"
    )


def without(name):
    return {key: value for key, value in checkpoint().items() if key != name}


def with_(name, value):
    return {**checkpoint(), name: value}


Q, P = (
    "performer.net.layers.0.0.fn.to_q.weight",
    "performer.net.layers.0.0.fn.fast_attention.projection_matrix",
)
FAULTS = {
    "no tokens": (without("token_emb.weight"), "is not an scBERT checkpoint (token_emb.weight is missing)"),
    "no gene vectors": (
        without("pos_emb.emb.weight"),
        "is not an scBERT checkpoint (pos_emb.emb.weight is missing)",
    ),
    "no layers": (
        {k: v for k, v in checkpoint().items() if "layers" not in k},
        "is not an scBERT checkpoint (performer.net.layers.0 is missing)",
    ),
    "no first query": (without(Q), f"is not an scBERT checkpoint ({Q} is missing)"),
    "a layer lacks a part": (
        without("performer.net.layers.1.1.fn.fn.w2.bias"),
        "is not an scBERT checkpoint (performer.net.layers.1.1.fn.fn.w2.bias is missing)",
    ),
    "a fine-tuned head": (
        without("to_out.weight"),
        "is not an scBERT checkpoint (to_out.weight is missing)",
    ),
    "not a tensor": (with_(Q, [1.0]), f"is not an scBERT checkpoint ({Q} is missing)"),
    "a wrong shape": (
        with_("performer.net.layers.1.0.fn.to_v.weight", torch.zeros(15, 13)),
        "performer.net.layers.1.0.fn.to_v.weight has shape (15, 13), where the rest needs (15, 12)",
    ),
    "no matrix": (
        with_("token_emb.weight", torch.zeros(12)),
        "token_emb.weight has shape (12,), not that of a matrix",
    ),
    "too few tokens": (
        with_("token_emb.weight", torch.zeros(2, 12)),
        "token_emb.weight has 2 rows; 0, a level and the mask are three",
    ),
    "heads that do not split": (
        with_(Q, torch.zeros(14, 12)),
        "queries of width 14 do not split into heads of width 5",
    ),
    "not finite": (with_("norm.bias", torch.full((12,), torch.nan)), "norm.bias has NaN or infinite values"),
    "more than there should be": (
        with_("performer.net.layers.0.0.fn.to_q.bias", torch.zeros(15)),
        "has performer.net.layers.0.0.fn.to_q.bias, which the network of scBERT does not",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_checkpoint_that_does_not_fit(tmp_path, fault):
    state, sentence = FAULTS[fault]
    method = ScBert(**written(tmp_path, state))
    with pytest.raises(InputError) as caught:
        embed(method, tissue_of(GENES[:30]))
    assert str(caught.value) == f"{tmp_path / 'weights.pth'}: {sentence}"


class Executed:
    def __reduce__(self):
        return (exec, ("raise SystemError('executed')",))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a torch file with tensors only"),
        (b"G1\nG2\n", "is not a torch file with tensors only"),
        (b"PK\x03\x04 broken", "is not a torch file with tensors only"),
        (Executed(), "is not a torch file with tensors only"),
        ([torch.zeros(2)], "holds no state dictionary"),
        ({"model_state_dict": 3}, "holds no state dictionary"),
    ],
)
def test_file_that_is_no_checkpoint(tmp_path, content, sentence):
    paths = written(tmp_path)
    if isinstance(content, bytes):
        (tmp_path / "weights.pth").write_bytes(content)
    else:
        torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(InputError) as caught:
        embed(ScBert(**paths), tissue_of(GENES[:30]))
    assert str(caught.value) == f"{tmp_path / 'weights.pth'}: {sentence}"


def test_gene_list_of_another_length(tmp_path):
    method = ScBert(**written(tmp_path, genes=GENES[:-1]))
    with pytest.raises(InputError) as caught:
        embed(method, tissue_of(GENES[:30]))
    assert str(caught.value) == (
        f"{tmp_path / 'genes.txt'}: has 59 genes, but {tmp_path / 'weights.pth'} has vectors for 60"
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; one gene per line is expected"),
        (b"A\n\nB\n", "line 2 is empty; one gene per line is expected"),
        (b"A\nB\nA\n", "names the gene A twice"),
        (b"\xff\xfe\x00", "is not a text file with one gene per line"),
    ],
)
def test_gene_list_with_a_fault(tmp_path, content, sentence):
    path = tmp_path / "genes.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=re.escape(f"{path}: {sentence}")):
        read_gene_list(path)


def test_gene_list_with_other_line_ends(tmp_path):
    (tmp_path / "genes.txt").write_bytes(b"A1BG\r\nTP53 \r\n")
    assert list(read_gene_list(tmp_path / "genes.txt")) == ["A1BG", "TP53"]


def test_files_that_cannot_be_read(tmp_path):
    paths = written(tmp_path)
    for name, file in paths.items():
        missing = {**paths, name: file + ".not"}
        with pytest.raises(
            InputError, match=re.escape(f"{file}.not: cannot be read (No such file or directory)")
        ):
            ScBert(**missing)
    with pytest.raises(InputError, match=re.escape(f"{tmp_path}: cannot be read (Is a directory)")):
        ScBert(**{**paths, "weights": str(tmp_path)})


def test_settings_that_contradict_each_other(tmp_path):
    paths = written(tmp_path)
    for name in paths:
        with pytest.raises(InputError, match=r"scbert.weights and scbert.genes go together"):
            ScBert(**{name: paths[name]})
    with pytest.raises(InputError, match=r"filled in from scbert.weights, and cannot be set"):
        ScBert(fingerprint="0123456789ab")


def test_settings_of_a_run_carry_the_content_of_the_files(tmp_path):
    """What --set gives becomes part of the record's key and of the row's title; a changed file is noticed."""
    paths = written(tmp_path)
    entry = next(entry for entry in registry.methods() if entry.name == "scbert")
    planned = settings_of(entry, PRESETS["quick"], paths)
    fingerprint = planned.values["fingerprint"]
    assert re.fullmatch("[0-9a-f]{12}", fingerprint)
    assert planned.overrides == {**paths, "fingerprint": fingerprint}
    assert variant_suffix(planned.overrides) == (
        f"[fingerprint={fingerprint},genes={paths['genes']},weights={paths['weights']}]"
    )
    assert dataclasses.asdict(ScBert(**planned.values)) == planned.values
    written(tmp_path, checkpoint(5))
    assert settings_of(entry, PRESETS["quick"], paths).values["fingerprint"] != fingerprint
    with pytest.raises(InputError, match=r"weights.pth: is not as the setting scbert.fingerprint says"):
        ScBert(**planned.values)
    written(tmp_path, genes=GENES[::-1])
    assert settings_of(entry, PRESETS["quick"], paths).values["fingerprint"] != fingerprint
    assert settings_of(entry, PRESETS["quick"], {}).values["fingerprint"] == ""
