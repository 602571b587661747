"""Progress of a run on the terminal: what is running, how far it is, how long is left."""

from __future__ import annotations

import sys
import time

from tqdm import tqdm

from geneboard.benchmark.engine.child import Step

LINE_SECONDS = 30.0
"""Without a terminal, a line about running cells comes at most this often."""


class RunProgress:
    """A bar that counts cells, the running ones by the share of their training that is done.

    Without a terminal (a log file, CI) it prints a line per finished cell instead.

    Parameters
    ----------
    total
        Number of cells to run.
    quiet
        True prints nothing.
    """

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        self._total = total
        self._finished = 0
        self._running: dict[str, tuple[float, str]] = {}
        self._waits = ""
        self._quiet = quiet
        self._started = time.monotonic()
        self._line_at = self._started
        self._terminal = sys.stderr.isatty()
        self._bar = tqdm(
            total=total,
            disable=quiet or not self._terminal,
            bar_format="{percentage:3.0f}%|{bar:20}| {desc} [{elapsed}<{remaining}]",
            dynamic_ncols=True,
        )

    def __enter__(self) -> RunProgress:
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def step(self, step: Step) -> None:
        """Show how far the training or the scoring of a cell is; what it told before it ended is late."""
        if step.label not in self._running:
            return
        if step.doing:
            self.doing(step.label, f"{step.doing} {step.done:g}/{step.total:g}")
            return
        shown = " ".join(f"{name} {value:.3g}" for name, value in step.values.items())
        share = step.done / step.total if step.total else 0.0
        known = 0.95 * share if 0 <= share <= 1 else 0.0
        self._running[step.label] = (known, f"{step.label} {step.done:.9g}/{step.total:.9g} {shown}".strip())
        self.show()

    def doing(self, label: str, what: str) -> None:
        """Show what a cell is doing apart from training."""
        share = self._running.get(label, (0.0, ""))[0]
        self._running[label] = (share, f"{label} {what}")
        self.show()

    def waits(self, what: str) -> None:
        """Show what is waited for while nothing is running."""
        self._waits = what

    def finished(self, label: str, outcome: str) -> None:
        """Count a cell as finished and print how it ended."""
        self._running.pop(label, None)
        self._finished += 1
        if not self._quiet:
            line = f"[{self._finished}/{self._total}] {label}: {outcome}"
            if self._terminal:
                self._bar.write(line, file=sys.stderr)
            else:
                print(f"{line}{self._left()}", file=sys.stderr, flush=True)
        self.show()

    def _left(self) -> str:
        rest = self._total - self._finished
        if not rest:
            return ""
        seconds = (time.monotonic() - self._started) / self._finished * rest
        return f" (about {seconds / 60:.0f} min left)" if seconds >= 60 else f" (about {seconds:.0f} s left)"

    def show(self) -> None:
        """Show what is running; without a terminal at most every `LINE_SECONDS`, told anything new or not."""
        current = self._waits or " | ".join(text for _, text in self._running.values())
        self._bar.set_description_str(f"{self._finished}/{self._total} {current}", refresh=False)
        self._bar.n = self._finished + sum(share for share, _ in self._running.values())
        self._bar.update(0)
        self._bar.refresh()
        late = time.monotonic() - self._line_at > LINE_SECONDS
        if late and current and not self._terminal and not self._quiet:
            self._line_at = time.monotonic()
            print(f"  running: {current}", file=sys.stderr, flush=True)
