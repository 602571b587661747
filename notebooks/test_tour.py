"""The notebook runs from top to bottom, and shows what it says: ``python -m pytest notebooks``.

CI runs it; it is none of the default tests, since it takes two minutes.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("tour.ipynb")


def read() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_kept_without_what_it_printed() -> None:
    notebook = read()
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)


@pytest.mark.timeout(900)
def test_it_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a folder that is not the checkout; cells may take long where tests share the cores."""
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "TMPDIR"):
        (tmp_path / name.lower()).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    notebook = read()
    NotebookClient(notebook, timeout=800, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [
        output.get("text") or output.data["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type != "error" and output.get("name") != "stderr"
    ]
    text = "\n".join(shown)
    assert text.count("scrna_lung__") >= 5
    assert all(title in text for title in ("Consensus spectral", "Oracle", "Shared random"))
    scores = next(one for one in shown if one.startswith("title\n") and "Smoothed random vectors" in one)
    values = dict(line.rsplit(maxsplit=1) for line in scores.splitlines()[1:-1])
    assert float(values["Oracle"]) > float(values["Smoothed random vectors"]) > 0.05
    assert float(values["Shared random"]) <= 0.05
    assert "lung by Consensus spectral, seed 0 (synthetic, preset quick)" in text
    assert "same gene set: " in text
    (verdicts,) = [one for one in shown if "input not mutated" in one]
    assert "False" not in verdicts
