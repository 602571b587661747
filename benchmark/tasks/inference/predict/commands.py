"""What `infer train` and `infer predict` do."""

from __future__ import annotations

import argparse
import sys
from functools import partial

import numpy as np

from geneboard.benchmark.commands.terminal import show_warning
from geneboard.benchmark.registry import inference_methods
from geneboard.benchmark.tasks.inference.commands import columns_of, logged_of
from geneboard.benchmark.tasks.inference.predict.usable_model import UsableModel
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.landmarks import landmark_table


def train(options: argparse.Namespace) -> int:
    """Train a model and write it; show how far it is, and print what it is worth."""
    from geneboard.benchmark.cells.presets import PRESETS
    from geneboard.benchmark.cells.settings import parse_sets, settings_of
    from geneboard.benchmark.commands.api import resolve_device
    from geneboard.benchmark.engine.child import Step
    from geneboard.benchmark.engine.progress import RunProgress
    from geneboard.benchmark.tasks.inference.predict.train import train_model
    from geneboard.benchmark.tasks.inference.predict.usable_model import write_usable_model
    from geneboard.datasets.l1000.reading import read_expression
    from geneboard.methods.training import TrainingError

    entry = inference_methods(options.plugin)[options.method]
    sets = parse_sets(options.sets, [entry.name])
    settings = settings_of(entry, PRESETS["paper"], sets.get(entry.name, {}))
    device = resolve_device(options.device)
    try:
        with RunProgress(1) as shown:
            doing = partial(shown.doing, entry.title)
            doing("reading samples")
            expression = read_expression(
                options.data,
                columns=columns_of(options),
                logged=logged_of(options),
                missing=options.missing,
            )
            model = train_model(
                expression,
                entry.load()(**settings.values),
                targets=options.targets,
                seed=options.seed,
                device=device,
                progress=lambda done, total, **values: shown.step(Step(entry.title, done, total, values)),
                doing=doing,
            )
            shown.finished(entry.title, "trained")
    except TrainingError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    write_usable_model(options.model, model)
    for line in _summary(model):
        print(line)
    print(options.model)
    return 0


def _summary(model: UsableModel) -> list[str]:
    about, targets = model.about, model.targets
    chosen = "".join(f", {name} {value:.4g}" for name, value in about["details"].items())
    lines = [
        f"{model.method.title} on {about['training_set']}: {len(model.landmarks)} of the platform's"
        f" {len(landmark_table())} landmarks, {len(targets)} genes inferred{chosen}",
        f"samples: {about['n_training']} training, {about['n_validation']} validation,"
        f" {about['n_calibration']} calibration (other patients)",
        f"on the calibration samples, median over genes: correlation {targets['pearson'].median():.3f},"
        f" absolute error {targets['mae'].median():.3f} and half width of the {about['coverage']:.0%}"
        f" interval {targets['half_width'].median():.3f} standard deviations",
    ]
    without = int(np.isinf(targets["half_width"]).sum())
    if without:
        lines.append(
            f"{without} genes have no interval: it needs at least nine calibration samples with a value"
        )
    return lines


def predict(options: argparse.Namespace) -> int:
    """Read a plate, infer the full profiles and write them; print what was found and what to beware of."""
    from geneboard.benchmark.tasks.inference.predict.organs import named_organs
    from geneboard.benchmark.tasks.inference.predict.plate import read_plate
    from geneboard.benchmark.tasks.inference.predict.predict import predict_profiles
    from geneboard.benchmark.tasks.inference.predict.usable_model import read_usable_model
    from geneboard.datasets.l1000.profile_writers import WRITERS

    writer = next((write for ending, write in WRITERS.items() if options.output.name.endswith(ending)), None)
    if writer is None:
        raise InputError(f"--output {options.output}: its ending is none of {', '.join(WRITERS)}.")
    if options.output.exists() and any(
        options.output.samefile(file) for file in (options.input, options.model) if file.exists()
    ):
        raise InputError(f"--output {options.output}: is the input or the model itself.")
    model = read_usable_model(options.model, options.plugin)
    plate = read_plate(options.input, model.landmarks, logged=logged_of(options))
    organs = named_organs(model, plate, options.organ, options.organ_column)
    prediction = predict_profiles(
        model, plate, impute=options.impute, organs=organs, standard=options.standard
    )
    for note in prediction.notes:
        print(note)
    for warning in prediction.warnings:
        show_warning(warning)
    for path in writer(options.output, prediction.profiles):
        print(path)
    return 0
