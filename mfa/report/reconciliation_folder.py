"""Files of a reconciliation: the table, the text, a diagram of each layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mfa.errors import Fault, InputError
from mfa.report.reconciliation_sankey import ReconciledSankey

if TYPE_CHECKING:
    from mfa.reconciliation.result import Reconciled


def save_reconciled(
    found: Reconciled, folder: Path, layers: Sequence[str] | None = None, figures: bool = True
) -> list[Path]:
    """Write the files; see `Reconciled.save`."""
    from mfa.report.plain_text import write_csv

    drawn = [ReconciledSankey(found, layer) for layer in layers or _drawable(found)] if figures else []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        table, text = folder / "reconciled.csv", folder / "reconciled.txt"
        write_csv(found.table, table)
        text.write_text(found.to_text(), encoding="utf-8")
        written = [table, text]
        for suffix in (".svg", ".png"):  # which may lack a sign of a name: all else is written by then
            for diagram in drawn:
                name = re.sub(r"[^\w.-]+", "_", diagram.layer)
                written.append(diagram.save(folder / f"sankey_{name}{suffix}"))
    except OSError as error:
        mend = "name another folder with --out"
        raise InputError(Fault(str(folder), f"cannot be written ({error.strerror})", mend)) from None
    return written


def _drawable(found: Reconciled) -> list[str]:
    """Layers in which some flow is determined and not zero."""
    unknowns = found.network.unknowns
    seen = {
        unknown.layer
        for unknown, value, word in zip(unknowns, found.values, found.classes, strict=True)
        if unknown.kind == "flow" and value > 0.0 and word != "unobservable"
    }
    return [layer for layer in found.network.layers if layer in seen]
