"""The L1000 task: leaderboards, paired tests and tables over problems, from cell records alone."""

from geneboard.benchmark.report.inference.board import InferenceBoard, inference_boards, inference_leaderboard
from geneboard.benchmark.report.inference.experiments import Experiment, experiments
from geneboard.benchmark.report.inference.results import NO_INFERENCE, Inference, inference_results
from geneboard.benchmark.report.inference.text import render_inference_text

__all__ = [
    "NO_INFERENCE",
    "Experiment",
    "Inference",
    "InferenceBoard",
    "experiments",
    "inference_boards",
    "inference_leaderboard",
    "inference_results",
    "render_inference_text",
]
