"""Figures in a process of their own: it imports the plotting library while the run is still computing."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from mfa.errors import MfaError

if TYPE_CHECKING:
    from mfa.report.figure_data import FigureData


class FigureWorker:
    """A process that waits for the numbers of the figures, and draws them.

    Use it as a context: a worker that was given nothing ends with it.

    Examples
    --------
    >>> with FigureWorker() as worker:  # doctest: +SKIP
    ...     results = run(scenario)
    ...     worker.draw(figure_data(results), folder)
    ...     worker.wait()
    """

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mfa.report.figures"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,  # Ctrl-C is the parent's to handle
        )

    def __enter__(self) -> FigureWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def draw(self, data: FigureData, folder: Path) -> None:
        """Hand over the numbers and the existing folder to draw into; returns at once."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # wait() tells what happened
            self._process.stdin.write(pickle.dumps((data, str(folder))))
            self._process.stdin.close()
        self._process.stdin = None

    def wait(self) -> None:
        """Wait until the figures are drawn.

        Raises
        ------
        MfaError
            If they could not be drawn.
        """
        _, messages = self._process.communicate()
        if self._process.returncode != 0:
            lines = messages.decode(errors="replace").strip().splitlines() or [f"exit {self._process.returncode}"]
            raise MfaError(f"the figures could not be drawn ({lines[-1]}); run without them: --no-figures")

    def close(self) -> None:
        """End the process if it still runs."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()
