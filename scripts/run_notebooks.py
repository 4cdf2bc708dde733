"""Execute the notebooks and store what they print and draw: python scripts/run_notebooks.py

The repository keeps the outputs, so that a reader of the pages sees the figures; a test compares the texts with a
fresh run. What differs between two runs of the same code (times, counters of the session) is left out.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
TIMEOUT_S = 300


def execute(notebook: Any, folder: Path) -> Any:
    """Run a notebook in a folder with this checkout's `mfa`, and return it with its outputs.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    from nbclient import NotebookClient

    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    client = NotebookClient(notebook, timeout=TIMEOUT_S, resources={"metadata": {"path": str(folder)}})
    return client.execute(env=environment)


def cleaned(notebook: Any) -> Any:
    """Return the notebook without what changes from run to run."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
        cell.metadata = {}
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output["execution_count"] = count
            output.pop("metadata", None)
            if output["output_type"] in ("display_data", "execute_result"):
                output["metadata"] = {}
    return notebook


def texts(notebook: Any) -> list[str]:
    """What each code cell printed and returned, as text; figures are left out."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parts = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in cell.outputs]
            found.append("\n".join(part for part in parts if not part.startswith("<Figure")))
    return found


def main() -> int:
    """Execute every notebook in place."""
    import tempfile

    import nbformat

    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(cleaned(execute(notebook, Path(folder))), path)
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
