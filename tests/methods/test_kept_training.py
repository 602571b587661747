"""An interrupted training goes on from where it was kept, with the result of one that was not."""

from __future__ import annotations

import numpy as np
import pytest

from geneboard.benchmark import registry
from geneboard.benchmark.plugin_kit.compliance import briefly
from geneboard.benchmark.plugin_kit.compliance_tissues import usual_tissue
from geneboard.benchmark.registry import Entry
from geneboard.methods.base import GeneEmbeddings, Method, no_progress
from tests.methods.kept_training import Memory, Stopping

ENTRIES = [entry for entry in registry.methods(installed=False) if entry.kind != "control"]
FULL, STOP = 4, 3


def embedded(method: Method, progress=no_progress) -> GeneEmbeddings:
    return method.fit_embed(usual_tissue(), seed=5, device="cpu", progress=progress)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_goes_on_to_the_same_embedding(entry: Entry) -> None:
    method = briefly(entry.load()(), FULL)
    expected, memory = embedded(method), Memory()
    stopped = Stopping(memory, STOP)
    try:
        embedded(method, stopped)
    except KeyboardInterrupt:
        pass
    else:
        pytest.skip("it has fewer steps than would be interrupted")
    resumed = Stopping(memory)
    found = embedded(method, resumed)
    for one, other in zip(found.values, expected.values, strict=True):
        np.testing.assert_array_equal(one, other)
    assert found.history == expected.history
    if "epochs" in method.quick:
        assert memory.content is not None, "a training of epochs is not kept"
    if memory.content is not None:
        assert resumed.reports == [STOP, FULL]  # the epoch that it was stopped in is trained again
