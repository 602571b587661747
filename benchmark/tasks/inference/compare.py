"""What `tables --compare` compares of the L1000 task."""

from __future__ import annotations

from geneboard.benchmark.report.compare import Compared
from geneboard.benchmark.tasks.inference.board.columns import METRICS
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_leaderboard
from geneboard.benchmark.tasks.inference.board.words import warning

COMPARED = Compared(METRICS, inference_leaderboard, warning)
