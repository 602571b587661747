"""Pictures of leaderboards, drawn from records and layouts alone.

Each module is one picture with a function ``draw`` that returns a figure. Nothing here touches the state of
pyplot or the user's settings of matplotlib.
"""

from geneboard.benchmark.report.pictures.build import (
    across_pictures,
    board_pictures,
    build_pictures,
    inference_drawings,
)
from geneboard.benchmark.report.pictures.save import picture_files

__all__ = ["across_pictures", "board_pictures", "build_pictures", "inference_drawings", "picture_files"]
