"""The L1000 task: leaderboards, paired tests and tables over problems, from cell records alone."""

from benchmark.report.inference.board import InferenceBoard, inference_boards, inference_leaderboard
from benchmark.report.inference.experiments import Experiment, experiments
from benchmark.report.inference.results import NO_INFERENCE, Inference, inference_results
from benchmark.report.inference.text import render_inference_text

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
