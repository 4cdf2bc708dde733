"""What a format needs and is not installed."""

from __future__ import annotations

from mfa.errors import Fault, InputError


class ProgramMissing(InputError):
    """A library or a program that a format needs is not installed."""


def library_missing(form: str, library: str) -> ProgramMissing:
    """Error for an extra that is not installed.

    Examples
    --------
    >>> print(library_missing("pdf", "WeasyPrint"))
    pdf: WeasyPrint is not installed; pip install 'urban-mining-mfa[pdf]'
    """
    return ProgramMissing(Fault(form, f"{library} is not installed", f"pip install 'urban-mining-mfa[{form}]'"))
