"""How a method that breaks a rule is mended: one line beside each fault that `check` tells."""

from __future__ import annotations

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES

NOT_TESTED = "not tested"
"""Begins what is told of a rule that another fault keeps from being tested: that one is to be mended."""

_SEED = (
    "draw from np.random.default_rng(seed) alone; with torch train inside `with seeded(seed, device) as "
    "(rng, place):` (from geneboard.methods.training import seeded)"
)
_OF = "return GeneEmbeddings.of(tissue, values) (from geneboard.methods.base import GeneEmbeddings)"
_NAMES = f"{_OF}: it takes datasets and genes from the tissue, rows in the order of graph.genes"
_DEFINE = (
    "define it in the class: def fit_embed(self, tissue, *, seed, device, progress) returns "
    "GeneEmbeddings.of(tissue, values), as `run_all.py new-method NAME` writes it"
)
_DECLINE = (
    "handle such tissues, or decline them in words: def skip(self, tissue) returns a reason, or None where "
    "it can train"
)
_STATE = "the traceback below says where; nothing that one run leaves behind may disturb the next"
_LITERALS = "state it as a plain literal in the class, as `run_all.py new-method NAME` writes it"

_CURES: dict[str, tuple[tuple[str, str], ...]] = {
    "imports": (
        ("No module named", "install it here, or run the method in its own environment: --external FILE"),
        ("ends the process", "do nothing when the file is imported but define the class"),
        ("time limit", "import what is slow inside fit_embed, and do nothing else when the file is imported"),
        ("", "the traceback below says where; `python FILE` shows the same"),
    ),
    "description": (
        ("not a subclass", "class Mine(Method), from geneboard.methods.base import Method"),
        ("frozen", "write @dataclass(frozen=True) above the class (from dataclasses import dataclass)"),
        ("has no default", "give every hyper-parameter a default, the published one"),
        ("name no hyper-parameter", "name fields of the class there, and only lengths of training in quick"),
        ("", _LITERALS),
    ),
    "trains": (
        ("time limit", 'name the length of training in `quick = {"epochs": 20}`, or give --time-limit S'),
        ("ends the process", "raise an exception, end no process; signal 9 may be want of memory"),
        ("does not define", _DEFINE),
        ("cannot be made with its defaults", "give every hyper-parameter a default that works by itself"),
        ("it declines an ordinary tissue", "let skip return None where there is nothing to decline"),
        ("skip returns", "return a reason in words from skip, or None where it can train"),
        ("instead of GeneEmbeddings", _OF),
        ("", "the traceback below says where; the tissue has three small datasets that share some genes"),
    ),
    "shape": (
        ("", "make one array of shape (graph.n_genes, dim) for each graph of tissue.graphs, dim the same"),
    ),
    "dataset order": (("", _NAMES),),
    "gene order": (("", _NAMES),),
    "dtype": (
        ("Tensor", "values.append(vectors.detach().cpu().numpy().astype(np.float32))"),
        ("", "values.append(np.asarray(vectors, dtype=np.float32))"),
    ),
    "finiteness": (
        ("above", "train with smaller steps, clip gradients, or scale the vectors to length 1"),
        ("", "guard divisions and logarithms: genes may have no edge, and vectors no length"),
    ),
    "input not mutated": (("", "work on copies: graph.features.copy(), graph.adjacency.copy()"),),
    "global state restored": (
        ("random state", _SEED),
        ("", "put the setting back when fit_embed ends, also after an error (try, finally)"),
    ),
    "no network": (("", "read it from a file: a hyper-parameter with its path, `weights: str = ''`"),),
    "progress": (("", "call progress(done, total) as it goes on, in the end progress(total, total)"),),
    "same seed, same bytes": (
        ("another run", _STATE),
        ("", f"{_SEED}; where the order of a set decides, sort it"),
    ),
    "another seed differs": (
        ("another run of", _STATE),
        ("the seed is not used", _SEED),
        ("declared deterministic", f"take `deterministic = True` away; or, where nothing is drawn, {_SEED}"),
        ("", f"{_SEED}; or state `deterministic = True` in the class"),
    ),
}
"""By rule, words of the fault and what mends it; the first that fit count, and the last always do."""


def cure(rule: str, fault: str) -> str:
    """Return how a broken rule is mended, in one line; nothing where another fault is to be mended first.

    Parameters
    ----------
    rule
        Its name.
    fault
        How it is broken, as `ComplianceError` tells it.
    """
    if fault.startswith(NOT_TESTED):
        return ""
    if rule in EDGE_CASES:  # "trains: ..." names the rule that is broken on this tissue
        broken, _, rest = fault.partition(": ")
        return _DECLINE if broken == "trains" and "skip returns" not in rest else cure(broken, rest)
    return next(mends for words, mends in _CURES[rule] if words in fault)
