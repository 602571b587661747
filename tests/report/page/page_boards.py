"""Boards for the tests of the page: names that look like markup, and cells that failed or are undefined."""

from __future__ import annotations

from functools import cache

import inference_cells
from report_cells import cell, three_methods

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.section import Chapter
from geneboard.benchmark.tasks.embedding import chapter as embedding
from geneboard.benchmark.tasks.inference import chapter as inference

SCRIPT = "<script>alert(1)</script>"
QUOTED = "\"'><img src=x onerror=alert(1)>"
TEMPLATE = "{{ 7*7 }}"
UNICODE = "Größe 基因 ✓"
LONG = "long " * 40
NASTY = (SCRIPT, QUOTED, TEMPLATE, UNICODE, LONG)
REASON = "ValueError: <b>boom</b> & more"


def nasty_records() -> list[Record]:
    """Three methods on three tissues of one run and on one of another; on lung also names of ill will.

    On lung there are also a method that failed, one whose ASW is undefined, and a control.
    """
    records = [*three_methods()]
    records += [cell(f"n{i}", 0, 0.5 + i / 100, title=title, kind="plugin") for i, title in enumerate(NASTY)]
    records.append(cell("broken", 0, kind="baseline", title="Broken", reason=REASON))
    records.append(cell("half", 0, None, 0.5, 0.5, 0.5, 0.5, 0.5, kind="baseline", title="Half"))
    records.append(cell("random", 0, 0.99, 0.5, 0.9, 0.5, 0.1, 0.1, kind="control", title="Random"))
    for tissue in ("heart", "pbmc"):
        records += [{**record, "key": record["key"] + tissue, "tissue": tissue} for record in three_methods()]
    records += [
        {
            **record,
            "key": record["key"] + "s",
            "source": "synthetic:holdout",
            "data_hashes": {**record["data_hashes"], "heldout": "4d"},
        }
        for record in three_methods()
    ]
    return records


def nasty_inference_records() -> list[Record]:
    """Problems of the L1000 task; one has names of ill will, a failed row and other sets of genes."""
    records = inference_cells.all_experiments()
    records += [
        inference_cells.inference_cell(f"n{i}", 0, pcc=0.3 + i / 100, title=title, kind="plugin")
        for i, title in enumerate(NASTY)
    ]
    records.append(inference_cells.inference_cell("broken", 0, reason=REASON, title="Broken"))
    scores = {"PCC_best_inferred": 0.7, "MAE_best_inferred": 0.3, "PCC_landmarks": 0.8}
    records.append(
        inference_cells.inference_cell("deep", 0, pcc=0.41, scores=scores, **inference_cells.budget(108))
    )
    records += [{**record, "source": "l1000:synthetic"} for record in inference_cells.three_methods()]
    return records


@cache
def nasty_chapters() -> tuple[Chapter, Chapter]:
    """What the report shows of both."""
    return embedding.chapter(nasty_records()), inference.chapter(nasty_inference_records())
