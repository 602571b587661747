"""The command line. Faults in what the user gave end in one sentence and exit status 2."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
from collections.abc import Sequence

from geneboard.benchmark.commands.options import COMMANDS, DEFAULT_OUT, make_parser
from geneboard.benchmark.commands.terminal import show_outcome, show_step, show_warning
from geneboard.datasets.errors import InputError, closest

DISK_FAULTS = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.ENOTDIR, errno.EEXIST, errno.EISDIR),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 if all went well, 1 if a cell failed, 2 for bad usage or bad input, 130 after Ctrl-C.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0] not in COMMANDS and given[0] not in ("-h", "--help")):
        if given and not given[0].startswith("-"):
            print(f"error: unknown command {given[0]!r}{closest(given[0], COMMANDS)}", file=sys.stderr)
            return 2
        given.insert(0, "run")
    options = make_parser().parse_args(given)
    try:
        status = DO[options.command](options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output, `head` for one, has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno not in DISK_FAULTS:
            raise
        print(f"error: {error.filename or 'the result folder'}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: finished cells are kept; the same command goes on from here", file=sys.stderr)
        return 130
    return status


def _run(options: argparse.Namespace) -> int:
    from geneboard.benchmark.commands import api
    from geneboard.benchmark.engine.processes import Limits

    outcome = api.run(
        options.tissue,
        data=options.data,
        out=options.out,
        methods=options.methods,
        plugins=options.plugin,
        external=options.external,
        embeddings=options.embeddings,
        identifiers=options.ids,
        orthologs=options.orthologs,
        preset=options.preset,
        seeds=options.seeds,
        sets=options.sets,
        device=options.device,
        jobs=options.jobs,
        limits=Limits(options.time_limit, options.memory_limit),
        force=options.force,
        allow_disjoint=options.allow_disjoint,
        holdout=options.holdout,
        pictures=not options.no_pictures,
        preparing=show_step,
        warn=show_warning,
    )
    return show_outcome(outcome, options.out, pictures=not options.no_pictures)


def _prepare(options: argparse.Namespace) -> int:
    from geneboard.benchmark.commands import api
    from geneboard.datasets.graphs.settings import PipelineSettings

    if options.top_k is not None and options.edges != "top":
        raise InputError(f"--top-k {options.top_k}: needs --edges top")
    chosen = {"top_k": options.top_k} if options.top_k is not None else {}
    try:
        settings = PipelineSettings(
            max_genes_per_cell=options.max_genes_per_cell,
            max_cells=options.max_cells,
            edges=options.edges,
            p_threshold=options.p_threshold,
            **chosen,
        )
    except ValueError as error:
        raise InputError(f"prepare: {error}") from error
    paths = api.prepare(
        options.counts,
        options.tissue,
        options.out,
        settings=settings,
        allow_disjoint=options.allow_disjoint,
        identifiers=options.ids,
        orthologs=options.orthologs,
        preparing=show_step,
        warn=show_warning,
    )
    for path in paths:
        print(path)
    return 0


def _score(options: argparse.Namespace) -> int:
    from geneboard.benchmark.commands import api

    scores = api.score(
        options.embedding,
        options.tissue,
        data=options.data,
        out=options.out,
        allow_disjoint=options.allow_disjoint,
        identifiers=options.ids,
        orthologs=options.orthologs,
        holdout=options.holdout,
    )
    if options.json:
        print(json.dumps(api.score_json(scores), indent=1))
        return 0
    for name, score in scores.items():
        value = f"undefined: {score.reason}" if score.value is None else f"{score.value:.4f}"
        print(f"{name:<12}{value}")
    return 0


def _sensitivity(options: argparse.Namespace) -> int:
    from geneboard.benchmark.commands import api
    from geneboard.benchmark.tasks.embedding.sensitivity.words import verdict_table

    outcome = api.sensitivity(
        options.tissue,
        data=options.data,
        out=options.out,
        method=options.method,
        preset=options.preset,
        repeats=options.repeats,
        device=options.device,
        jobs=options.jobs,
        allow_disjoint=options.allow_disjoint,
        identifiers=options.ids,
        orthologs=options.orthologs,
        preparing=show_step,
        warn=show_warning,
    )
    print(verdict_table(outcome.sensitivity.findings).to_string())
    for path in outcome.paths:
        print(path)
    for label, reason in outcome.failed.items():
        print(f"failed: {label}: {reason}", file=sys.stderr)
    return 1 if outcome.failed else 0


def _infer_train(options: argparse.Namespace) -> int:
    from geneboard.benchmark.tasks.inference.predict.commands import train

    return train(options)


def _infer_predict(options: argparse.Namespace) -> int:
    from geneboard.benchmark.tasks.inference.predict.commands import predict

    return predict(options)


def _tables(options: argparse.Namespace) -> int:
    from geneboard.benchmark.commands import api
    from geneboard.benchmark.engine.run import default_jobs

    if options.compare is not None:
        return _compare(options)
    paths = api.tables(
        options.out or DEFAULT_OUT, pack=options.pack, add=options.add, processes=default_jobs(1, "cpu")
    )
    for path in paths:
        print(path)
    return 0


def _compare(options: argparse.Namespace) -> int:
    from geneboard.benchmark.commands import api
    from geneboard.benchmark.report.compare_section import comparison_section
    from geneboard.benchmark.report.render import terminal

    if options.pack is not None or options.add:
        raise InputError("--compare: goes with --out only, not with --pack or --add")
    first, second = options.compare
    print(terminal.render(comparison_section(api.compare(first, second, out=options.out))))
    return 0


def _infer(options: argparse.Namespace) -> int:
    from geneboard.benchmark.tasks.inference.commands import compare_models

    return compare_models(options)


def _fetch(options: argparse.Namespace) -> int:
    from geneboard.benchmark.commands import api

    fetched = api.fetch(
        options.tissue or (),
        options.to,
        identifiers=options.what == "identifiers",
        census=options.census,
        donors=options.donors,
        assay=options.assay,
        census_version=options.census_version,
        catalogue=options.catalogue,
        timeout=options.time_limit,
    )
    for path in fetched.new:
        print(path)
    for path in fetched.present:
        print(f"{path} (was there)")
    for entry in fetched.manual:
        print(f"{entry.path_in(options.to)} by hand: {entry.instructions}")
    return 0


def _list(options: argparse.Namespace) -> int:
    from geneboard.benchmark.commands.listing import listed

    rows = listed(
        options.what,
        tissue=options.tissue,
        data=options.data,
        plugins=options.plugin,
        external=options.external,
    )
    if options.json:
        print(json.dumps(rows, indent=1))
        return 0
    widths = {key: max(len(str(row[key])) for row in rows) for key in rows[0]}
    for row in rows:
        print("  ".join(f"{row[key]!s:<{widths[key]}}" for key in row).rstrip())
    return 0


def _check(options: argparse.Namespace) -> int:
    from geneboard.benchmark.plugin_kit.check import (
        RULES,
        TIME_LIMIT,
        Verdict,
        methods_named,
        setting,
        verdicts,
    )

    found: list[Verdict] = []
    for entry in methods_named(options.method, options.plugin, options.external):
        rules = iter([*RULES, ""])
        if not options.json:
            print(setting(entry))
            _show_rule(next(rules))
        for verdict in verdicts(entry, time_limit=options.time_limit or TIME_LIMIT):
            found.append(verdict)
            if not options.json:
                _show_rule("")
                print(f"{'PASS' if verdict.passed else 'FAIL'}  {verdict.rule:<30}{verdict.remark}".rstrip())
                sys.stdout.flush()
                _show_rule(next(rules))
    failed = [verdict for verdict in found if not verdict.passed]
    if options.json:
        print(json.dumps([vars(verdict) for verdict in found], indent=1))
    else:
        print(f"{len(found) - len(failed)} of {len(found)} rules kept")
        for trace in dict.fromkeys(verdict.traceback for verdict in failed if verdict.traceback):
            print(f"\n{trace}", end="", file=sys.stderr)
    return 1 if failed else 0


def _show_rule(rule: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{rule and f'checking: {rule}'}", end="", file=sys.stderr, flush=True)


def _new_method(options: argparse.Namespace) -> int:
    from geneboard.benchmark.plugin_kit.skeleton import write_skeleton

    print(write_skeleton(options.name, options.dir))
    return 0


def _bench(options: argparse.Namespace) -> int:
    if options.l1000:
        from geneboard.benchmark.tasks.inference.bench import bench_gnn

        figures = bench_gnn(options.threads)
    else:
        from geneboard.benchmark.commands.bench import bench

        figures = bench(options.tissue, data=options.data, out=options.out, threads=options.threads)
    if options.json:
        print(json.dumps(figures, indent=1))
        return 0
    for name, value in figures.items():
        print(f"{name:<55}{value:.4g}" if isinstance(value, float) else f"{name:<55}{value}")
    return 0


DO = {
    "run": _run,
    "prepare": _prepare,
    "score": _score,
    "sensitivity": _sensitivity,
    "infer train": _infer_train,
    "infer predict": _infer_predict,
    "tables": _tables,
    "infer": _infer,
    "fetch": _fetch,
    "list": _list,
    "check": _check,
    "new-method": _new_method,
    "bench": _bench,
}
