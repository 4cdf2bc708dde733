"""Figures in processes of their own: they import the plotting library while the run is still computing.

``python -m mfa.report.worker`` reads from standard input what to draw.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import pickle
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from mfa.errors import MfaError, NotDrawn

if TYPE_CHECKING:
    from mfa.report.figure_data import FigureData


LEFT_OUT = "left out: "
"""Begins a line of standard error that tells of a figure that is not drawn."""


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
            [sys.executable, "-m", "mfa.report.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # It multiplies no matrices, and shares its threads with nobody when it splits.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"},
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

    def wait(self) -> list[str]:
        """Wait until the figures are drawn.

        Returns
        -------
        list of str
            Figures that were left out, and why.

        Raises
        ------
        MfaError
            If they could not be drawn.
        """
        _, messages = self._process.communicate()
        if self._process.returncode != 0:
            lines = messages.decode(errors="replace").strip().splitlines() or [f"exit {self._process.returncode}"]
            raise MfaError(f"the figures could not be drawn ({lines[-1]}); run without them: --no-figures")
        told = (line for line in messages.decode(errors="replace").splitlines() if line.startswith(LEFT_OUT))
        return sorted(line.removeprefix(LEFT_OUT) for line in told)

    def close(self) -> None:
        """End the process, and what split off from it, if it still runs."""
        if self._process.returncode is None:
            if sys.platform == "linux":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
            self._process.communicate()


def main() -> int:
    """Draw what standard input holds, a pickled `FigureData` and a folder, once the plotting library is at hand."""
    gc.disable()  # a process of two seconds
    atexit.register(gc.freeze)
    _warm_up()
    content = sys.stdin.buffer.read()
    if not content:  # the run failed before there was anything to draw
        return 0
    data, folder = pickle.loads(content)
    return _draw(data, Path(folder))


def _warm_up() -> None:
    """Import the plotting library, and draw a word to nowhere: it finds its fonts, and imports what it had put off."""
    import io
    import multiprocessing  # noqa: F401

    import matplotlib as mpl
    from matplotlib.figure import Figure
    from PIL import Image, PngImagePlugin  # noqa: F401

    from mfa.report.style import STYLE

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1, 1))
        for weight in ("normal", "bold"):
            figure.text(0, 0, "word", weight=weight)
        for form in ("svg", "rgba"):
            figure.savefig(io.BytesIO(), format=form)


def _tell(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    """Pass on what is left out; that signs are missing in a font is told by that."""
    if issubclass(category, NotDrawn):
        sys.stderr.write(f"{LEFT_OUT}{message}\n")
        sys.stderr.flush()


def _draw(data: FigureData, folder: Path) -> int:
    """Draw every other figure in a process that splits off, where this is safe; the exit code."""
    import multiprocessing

    from mfa.report.figures import draw_figures, figure_names

    warnings.showwarning = _tell
    names = figure_names(data)
    if sys.platform != "linux":
        draw_figures(data, folder)
        return 0
    half = multiprocessing.get_context("fork").Process(
        target=draw_figures, args=(data, folder), kwargs={"names": names[1::2]}
    )
    half.start()
    draw_figures(data, folder, names=names[::2])
    half.join()
    return half.exitcode or 0


if __name__ == "__main__":
    sys.exit(main())
