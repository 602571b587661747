"""The commands `infer train` and `infer predict`: a model for use, and what it infers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from geneboard.benchmark.commands import arguments as given
from geneboard.benchmark.commands.device import resolve_device
from geneboard.benchmark.commands.infer import GUESSED, columns_of
from geneboard.benchmark.commands.terminal import FailedError
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.tasks.inference.predict.usable_model import UsableModel


def infer_train(
    data: given.Folder,
    model: given.File,
    *,
    method: given.Name = "ridge",
    sets: given.Sets = (),
    plugins: given.Plugins = (),
    columns: given.ColumnNames = GUESSED,
    logged: given.YesNo | None = None,
    missing: Literal["refuse", "fill", "drop"] = "refuse",
    targets: given.Count | None = None,
    seed: given.Seed = 0,
    device: str = "auto",
    quiet: bool = False,
) -> UsableModel:
    """Train a model on an expression set and write it to a file.

    Parameters
    ----------
    data
        Folder (or file) of an expression set.
    model
        Where the model goes, .npz without code.
    method
        Which model.
    sets
        Set a hyper-parameter, for example ridge.organ=true.
    seed
        Split and training.
    plugins, columns, logged, missing, targets, device, quiet
        As for `infer`.

    Raises
    ------
    InputError
        If something the user gave is not usable.
    FailedError
        If the training fails.
    """
    from functools import partial

    from geneboard.benchmark.cells.presets import PRESETS
    from geneboard.benchmark.cells.settings import parse_sets, settings_of
    from geneboard.benchmark.engine.child import Step
    from geneboard.benchmark.engine.progress import RunProgress
    from geneboard.benchmark.registry import inference_methods
    from geneboard.benchmark.tasks.inference.predict.train import train_model
    from geneboard.benchmark.tasks.inference.predict.usable_model import write_usable_model
    from geneboard.datasets.l1000.reading import files_in, read_expression
    from geneboard.methods.training import TrainingError

    entry = inference_methods(given.paths(plugins))[method]
    settings = settings_of(entry, PRESETS["paper"], parse_sets(sets, [entry.name]).get(entry.name, {}))
    place = resolve_device(device)
    _refuse_to_overwrite(files_in(Path(data)), f"--model {model}", [Path(model)])
    try:
        with RunProgress(1, quiet=quiet) as shown:
            doing = partial(shown.doing, entry.title)
            doing("reading samples")
            expression = read_expression(
                Path(data), columns=columns_of(columns), logged=logged, missing=missing
            )
            trained = train_model(
                expression,
                entry.load()(**settings.values),
                targets=targets,
                seed=seed,
                device=place,
                progress=lambda done, total, **values: shown.step(
                    Step.told(entry.title, done, total, values)
                ),
                doing=doing,
            )
            shown.finished(entry.title, "trained")
    except TrainingError as error:
        raise FailedError(str(error)) from error
    write_usable_model(Path(model), trained)
    return trained


def show_infer_train(trained: UsableModel, *, model: Path | str) -> int:
    """Print what a model is worth, and its file."""
    import numpy as np

    from geneboard.datasets.l1000.landmarks import landmark_table

    about, targets = trained.about, trained.targets
    chosen = "".join(f", {name} {value:.4g}" for name, value in about["details"].items())
    print(
        f"{trained.method.title} on {about['training_set']}: {len(trained.landmarks)} of the platform's"
        f" {len(landmark_table())} landmarks, {len(targets)} genes inferred{chosen}\n"
        f"samples: {about['n_training']} training, {about['n_validation']} validation,"
        f" {about['n_calibration']} calibration (other patients)\n"
        f"on the calibration samples, median over genes: correlation {targets['pearson'].median():.3f},"
        f" absolute error {targets['mae'].median():.3f} and half width of the {about['coverage']:.0%}"
        f" interval {targets['half_width'].median():.3f} standard deviations"
    )
    without = int(np.isinf(targets["half_width"]).sum())
    if without:
        print(f"{without} genes have no interval: it needs at least nine calibration samples with a value")
    print(model)
    return 0


@dataclass(frozen=True)
class Predicted:
    """What a prediction wrote, and what is to be said of it."""

    paths: Sequence[Path]
    notes: Sequence[str]
    warnings: Sequence[str]


def infer_predict(
    model: given.File,
    input: Annotated[Path | str, given.Argument(type=Path, metavar="INPUT")],  # noqa: A002 - the option's name
    output: Annotated[Path | str, given.Argument(type=Path, metavar="OUTPUT")],
    *,
    impute: bool = False,
    organ: given.Name = "",
    organ_column: given.Name = "",
    standard: Literal["training", "plate"] = "training",
    logged: given.YesNo | None = None,
    plugins: given.Plugins = (),
) -> Predicted:
    """Infer the full profiles of a plate with such a model.

    The numbers in OUTPUT are on one scale, the logarithmic scale of the training set (log2(x + 1) where
    it held counts) after quantile normalisation to its average sample. Of the plate only the order of the
    landmarks within a sample is used: a measured landmark keeps its rank and gets the value that this rank
    has in training, a missing one gets its training mean, other genes are inferred. So values compare
    within the file and with the training set, not with the numbers in INPUT; a .h5ad keeps those in
    obsm["measured"]. With --standard plate, landmarks too are training mean plus training deviation times how
    far the sample is from the mean of the plate.

    Columns of the genes: symbol, entrez, ensembl (landmarks), feature_space;
      status                     measured, imputed, measured in part, or inferred
      quality_pearson            correlation on patients of the training set that the model had not seen
      quality_mae_in_deviations  mean absolute error on them, in standard deviations of the gene
      interval_half_width        value -/+ this holds 90 % of new values in the median sample of the plate, in
                                 the unit of the values; what was measured has none
    Columns of the samples;
      landmark_error             mean absolute error of its landmarks, each predicted from the others, in
                                 standard deviations
      interval_scale             the interval in this sample is value -/+ interval_half_width x this; NaN
                                 where landmarks fit together too badly for one

    The interval is split-conformal and follows landmark_error: it holds on average over new samples that are
    exchangeable with those patients. For another tissue or treatment it is wider, by what the landmarks show;
    there nothing is promised, and a warning says so. Beyond the error that the training mean has on those
    patients there is none.

    OUTPUT is .gct, .gctx, .h5ad (samples x genes), .tsv or .csv (samples x genes, with the tables
    .genes and .samples beside it).

    Parameters
    ----------
    model
        A model that `infer train` has written.
    input
        .gct, .gctx, .h5ad, .tsv, .csv or .npz; genes by symbol, Entrez or Ensembl id.
    output
        The full profiles.
    impute
        Take training means also if more than a tenth of the landmarks, or single values, are missing.
    organ
        Organ of all samples.
    organ_column
        Column of the samples that says the organ.
    standard
        Compare landmarks with their means and deviations in training or, for a plate of another platform,
        over the plate: then only differences between its samples count.
    logged, plugins
        As for `infer`.

    Raises
    ------
    InputError
        If something the user gave is not usable.
    """
    from geneboard.benchmark.tasks.inference.predict.organs import named_organs
    from geneboard.benchmark.tasks.inference.predict.plate import read_plate
    from geneboard.benchmark.tasks.inference.predict.predict import predict_profiles
    from geneboard.benchmark.tasks.inference.predict.usable_model import read_usable_model
    from geneboard.datasets.l1000.profiles import WRITERS, files_of

    model, plate_file, output = Path(model), Path(input), Path(output)
    if organ and organ_column:
        raise InputError("--organ-column: not allowed with --organ.")
    writer = next((write for ending, write in WRITERS.items() if output.name.endswith(ending)), None)
    if writer is None:
        raise InputError(f"--output {output}: its ending is none of {', '.join(WRITERS)}.")
    _refuse_to_overwrite((plate_file, model), f"--output {output}", files_of(output))
    usable = read_usable_model(model, given.paths(plugins))
    plate = read_plate(plate_file, usable.landmarks, logged=logged)
    organs = named_organs(usable, plate, organ, organ_column)
    prediction = predict_profiles(usable, plate, impute=impute, organs=organs, standard=standard)
    return Predicted(writer(output, prediction.profiles), prediction.notes, prediction.warnings)


def _refuse_to_overwrite(inputs: Sequence[Path], option: str, outputs: Sequence[Path]) -> None:
    for path in outputs:
        if path.exists() and any(path.samefile(file) for file in inputs if file.exists()):
            raise InputError(f"{option}: would overwrite {path}, which is an input.")


def show_infer_predict(predicted: Predicted) -> int:
    """Print what was found, the files, and what to beware of."""
    from geneboard.benchmark.commands.terminal import show_paths, show_warning

    for note in predicted.notes:
        print(note)
    status = show_paths(predicted.paths)
    for warning in predicted.warnings:
        show_warning(warning)
    return status
