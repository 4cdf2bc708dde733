"""What all commands share: how errors end, progress on stderr, options that every command has."""

from __future__ import annotations

import contextlib
import enum
import functools
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, ParamSpec, TypeVar

import typer

from mfa.errors import Fault, InputError, MfaError, NotDrawn, visible

P = ParamSpec("P")
R = TypeVar("R")

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the code an error arose.")]


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors into one message and an exit code: 1 for the model and its data, 130 for Ctrl-C."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with told_in_a_line(), contextlib.nullcontext() if kwargs.get("scheduler") else without_dask():
                return command(*args, **kwargs)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None
        except BrokenPipeError:  # the reader of our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        except (typer.Exit, typer.BadParameter):
            raise
        except MfaError as error:
            if kwargs.get("debug"):
                raise
            print(f"mfa: {error}", file=sys.stderr)
            raise SystemExit(1) from None
        except Exception as error:
            if kwargs.get("debug"):
                raise
            if isinstance(error, OSError) and error.filename:
                text = visible(f"{error.filename}: {error.strerror or error}; give another path, or make it accessible")
            else:
                what = " ".join(visible(str(error)).split())[:300]
                text = f"unexpected {type(error).__name__}: {what}; run again with --debug and report what it shows"
            print(f"mfa: {text}", file=sys.stderr)
            raise SystemExit(1) from None

    return wrapper


@contextlib.contextmanager
def told_in_a_line() -> Iterator[None]:
    """Tell of figures that are left out in a line each, without the place in the code."""
    with warnings.catch_warnings():
        plain = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, NotDrawn):
                print(f"warning: {message}", file=sys.stderr)
            else:
                plain(message, category, *place, **more)

        warnings.showwarning = show
        warnings.simplefilter("always", NotDrawn)
        yield


@contextlib.contextmanager
def without_dask() -> Iterator[None]:
    """Keep xarray and pint from importing dask, which they do where it is installed: no array here is one of its.

    The import would take as long as the run. Where dask was imported before, it stays.
    """
    if "dask" in sys.modules:
        yield
        return
    sys.modules["dask"] = None  # type: ignore[assignment]  # an import of it fails, as if it were not installed
    try:
        yield
    finally:
        del sys.modules["dask"]


class Format(enum.StrEnum):
    """What is printed."""

    text = "text"
    csv = "csv"
    markdown = "markdown"


class Progress:
    """What is being done, on stderr: one line that is overwritten in a terminal, else one line each."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.overwrite = sys.stderr.isatty()
        self.shown = False

    def __call__(self, message: str) -> None:
        """Say what begins now."""
        if self.quiet:
            return
        if self.overwrite:
            sys.stderr.write(f"\r\033[K{message} ...")
            self.shown = True
        else:
            sys.stderr.write(f"{message}\n")
        sys.stderr.flush()

    def done(self) -> None:
        """Clear the line."""
        if self.shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
            self.shown = False


def split_labels(given: Sequence[str] | None) -> list[str]:
    """Labels of an option that may be repeated, and may hold several with commas between; none if it is not given.

    Examples
    --------
    >>> split_labels(["Dy,Tb", "Co"])
    ['Dy', 'Tb', 'Co']
    """
    return [label.strip() for words in given or () for label in words.split(",") if label.strip()]


def split_keys(given: Sequence[str]) -> list[str]:
    """Keys of an option that may be repeated, and may hold several with commas between; commas in brackets part none.

    Examples
    --------
    >>> split_keys(["opex[hydro], recovery_yield[Co, hydro]", "sales"])
    ['opex[hydro]', 'recovery_yield[Co, hydro]', 'sales']
    """
    found = (part.strip() for text in given for part in re.split(r",(?![^\[]*\])", text))
    return [part for part in found if part]


def split_years(given: Sequence[str]) -> list[int]:
    """Years of an option that may be repeated, and may hold several with commas between.

    Raises
    ------
    InputError
        If one is not a year.

    Examples
    --------
    >>> split_years(["2030,2040"])
    [2030, 2040]
    """
    words = split_labels(given)
    faults = [Fault("--year", f"'{word}' is not a year", "write 2030,2040") for word in words if not word.isdecimal()]
    if faults:
        raise InputError(faults)
    return [int(word) for word in words]
