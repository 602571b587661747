"""Every fault of checkpoint and gene list is one sentence."""

import dataclasses
import re

import pytest
import torch
from plain_scbert import GENES, checkpoint, embed, tissue_of, written

from geneboard.benchmark import registry
from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.records.record import variant_suffix
from geneboard.datasets.errors import InputError
from geneboard.methods.scbert import ScBert
from geneboard.methods.scbert_weights import read_gene_list


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
    "a fine-tuned head": (without("to_out.weight"), "is not an scBERT checkpoint (to_out.weight is missing)"),
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
