"""Being here, this file lets the tests in the folders below import `report_cells`."""

import pytest

from geneboard.benchmark.tasks.embedding import compare
from geneboard.benchmark.tasks.embedding.board import scale


@pytest.fixture(scope="module")
def small_scale():
    """Two published methods set the scale of the average score, so that it can be followed by hand."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (scale, compare):
            patch.setattr(module, "MIN_ROWS", 2)
        yield
