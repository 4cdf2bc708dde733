"""Files as text: UTF-8 or a fault that says why not, with the line where it is known."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

from mfa.errors import Fault
from mfa.inputs.messages import shown_path

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE = "save the file as UTF-8"


def path_of(name: str | Path) -> Path:
    """A path as it was given, ``~`` written out; that of a user whom this computer does not know stays as it is.

    Examples
    --------
    >>> path_of("~nobody-of-this-name/tables").as_posix()
    '~nobody-of-this-name/tables'
    """
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def read_text(path: Path) -> tuple[str, str, list[Fault]]:
    r"""Read a text file; a byte order mark of UTF-8 is passed over.

    Parameters
    ----------
    path : Path

    Returns
    -------
    text : str
        Empty after a fault.
    digest : str
        SHA-256 of the bytes.
    faults : list of Fault
        The file cannot be read, is not UTF-8, or holds a byte 0 as binary files do.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "opex.csv"
    >>> _ = path.write_bytes("route\nZ\xfcrich".encode("latin-1"))
    >>> text, _, faults = read_text(path)
    >>> text, faults[0].what
    ('', 'byte 0xfc is not UTF-8')
    """
    name = shown_path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        mend = "it is a folder" if path.is_dir() else "check that it exists and that you may read it"
        return "", "", [Fault(name, f"cannot be read ({error.strerror})", mend)]
    digest = hashlib.sha256(raw).hexdigest()
    if raw.startswith(_UTF16):
        return "", digest, [Fault(f"{name}:1", "is UTF-16, not UTF-8", _SAVE)]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return "", digest, [Fault(f"{name}:{line}", f"byte 0x{raw[error.start]:02x} is not UTF-8", _SAVE)]
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return "", digest, [Fault(f"{name}:{line}", "holds a byte 0, so it is not UTF-8 text", _SAVE)]
    return text, digest, []
