"""Kill a run at random moments and start it again: its tables must be those of a run that was left alone.

A program, no test: ``python tests/benchmark/kill_often.py --kills 50``. It prints a line for each kill, and
exits with status 1 if one of them has changed anything. `test_kill.py` has three kills in the suite.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).parent)]

from small_graphs import small_graph  # noqa: E402

from geneboard.benchmark.records.store import read_records  # noqa: E402
from geneboard.datasets.graph_files import write_graph  # noqa: E402

OF_A_MACHINE = ("cost", "checksum")
"""Fields of a record that differ between two runs of the same cell."""

PLUGINS = Path(__file__).parent / "plugins.py"
END_SECONDS = 20.0


def start(data: Path, out: Path) -> subprocess.Popen[bytes]:
    """Start the run in a process group of its own."""
    command = [
        sys.executable,
        ROOT / "run_all.py",
        "--tissue",
        "lung",
        "--data",
        data,
        "--out",
        out,
        "--quiet",
    ]
    options = [
        "--plugin",
        PLUGINS,
        "--methods",
        "tiny,pca",
        "--seeds",
        "3",
        "--beside",
        "none",
        "--no-pictures",
    ]
    with out.with_suffix(".txt").open("ab") as told:
        return subprocess.Popen([*command, *options], stdout=told, stderr=told, start_new_session=True)


def finished(data: Path, out: Path) -> float:
    """Run to the end; return the seconds that it took."""
    began = time.monotonic()
    status = start(data, out).wait()
    if status:
        raise SystemExit(f"a run ended with status {status}:\n{out.with_suffix('.txt').read_text()}")
    return time.monotonic() - began


def outcome(out: Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the records, and the tables without their columns of cost and of times."""
    records = [
        {name: value for name, value in record.items() if name not in OF_A_MACHINE}
        for record in read_records(out)
    ]
    import pandas as pd

    tables = {}
    for path in sorted(out.glob("files-small/**/*.csv")):
        frame = pd.read_csv(path)
        tables[path.relative_to(out).as_posix()] = frame.loc[
            :, ~frame.columns.str.contains("_seconds$|_mb$|finished")
        ].to_csv()
    return records, tables


def leftovers(group: int) -> list[int]:
    """Return the processes of a group that are still there some seconds after it was killed."""
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        found = subprocess.run(["pgrep", "-g", str(group)], capture_output=True, text=True, check=False)
        if not found.stdout.split():
            return []
        time.sleep(0.2)
    return [int(one) for one in found.stdout.split()]


def main() -> int:
    """Return 0 if no kill has changed a record or a table, or left a process behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    moments = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data = folder / "small"
        (data / "lung").mkdir(parents=True)
        for number in range(3):
            write_graph(small_graph(number), data / "lung" / f"scrna_lung_d{number}.h5ad")
        finished(data, folder / "first")  # which compiles what a machine compiles once
        calm = folder / "calm"
        seconds = finished(data, calm)
        wanted, equal = outcome(calm), 0
        print(f"left alone: {seconds:.1f} s, {len(wanted[0])} records, {len(wanted[1])} tables", flush=True)
        for number in range(1, chosen.kills + 1):
            out, moment = folder / f"killed{number}", moments.uniform(0, seconds)
            process = start(data, out)
            time.sleep(moment)
            at = f"{len(list(out.glob('runs/*/result.json')))} records"
            if process.poll() is not None:
                at += ", had ended"
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            left = leftovers(process.pid)
            finished(data, out)
            same = outcome(out) == wanted and not left
            equal += same
            print(
                f"{number}: killed after {moment:.1f} s with {at}: {'equal' if same else f'DIFFERS {left}'}",
                flush=True,
            )
        print(f"{equal} of {chosen.kills} equal to the run that was left alone", flush=True)
    return 0 if equal == chosen.kills else 1


if __name__ == "__main__":
    sys.exit(main())
