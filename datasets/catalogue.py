"""The published training datasets, and the tissues, ids and modalities that go with them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("catalogue.csv")


@dataclass(frozen=True)
class CatalogueEntry:
    """One published dataset.

    Parameters
    ----------
    tissue, modality, id, species
        What the dataset is; `id` is the donor or batch as the publication calls it.
    source
        Where the counts come from.
    in_82_training
        True for the 82 datasets that the published model was trained on.
    in_tissue_benchmark
        True for the datasets of the published comparison of methods by tissue.
    """

    tissue: str
    modality: str
    id: str
    species: str
    source: str
    in_82_training: bool
    in_tissue_benchmark: bool

    @property
    def name(self) -> str:
        """Name of its gene graph, for example ``"scrna_lung__BAL034"``."""
        return f"{self.modality}_{self.tissue}__{self.id}"


def read_catalogue() -> tuple[CatalogueEntry, ...]:
    """Return all published datasets in the order of ``catalogue.csv``."""
    with PATH.open(newline="", encoding="utf-8") as file:
        return tuple(
            CatalogueEntry(
                row["tissue"],
                row["modality"],
                row["id"],
                row["species"],
                row["source"],
                row["in_82_training"] == "1",
                row["in_tissue_benchmark"] == "1",
            )
            for row in csv.DictReader(file)
        )


def human_training_datasets(tissue: str) -> tuple[CatalogueEntry, ...]:
    """Return the human datasets of a tissue among the 82 of the published training."""
    return tuple(
        entry
        for entry in read_catalogue()
        if entry.tissue == tissue and entry.in_82_training and entry.species == "human"
    )
