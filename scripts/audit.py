"""Ask the advisory database of the Python Package Index whether libraries of constraints.txt have known holes.

    python scripts/audit.py PIP_AUDIT       the path of the program pip-audit; `make audit` installs it

Exit code 0: all were asked about and none has one. 1: some have. 2: the database could not be asked, or not about all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"
CLEAN, HOLES, UNKNOWN = 0, 1, 2


def verdict(output: str, errors: str) -> tuple[int, str]:
    """What an answer of pip-audit means.

    Parameters
    ----------
    output, errors : str
        What it wrote in JSON, and on stderr.

    Returns
    -------
    code : int
    text : str
    """
    try:
        asked = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        lines = [line for line in errors.strip().splitlines() if line.strip()]
        why = lines[-1].strip() if lines else "pip-audit said nothing"
        return UNKNOWN, f"audit: the advisory database could not be asked ({why[:200]}); nothing is known"
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}"
        + (f", mended in {', '.join(hole['fix_versions'])}" if hole.get("fix_versions") else ", not mended yet")
        for one in asked
        for hole in one.get("vulns", [])
    ]
    skipped = [f"{one['name']}: {one['skip_reason']}" for one in asked if "skip_reason" in one]
    if holes:
        left = f"\n{len(skipped)} more libraries could not be asked about" if skipped else ""
        return HOLES, "audit: known holes\n" + "\n".join(f"  {hole}" for hole in holes) + left
    if len(skipped) == len(asked):
        example = f" ({skipped[0]})" if skipped else ""
        return UNKNOWN, f"audit: the advisory database gave no answer on any library{example}; nothing is known"
    if skipped:
        told = f"gave no answer on {len(skipped)} of {len(asked)} libraries ({skipped[0]})"
        return UNKNOWN, f"audit: the advisory database {told}; the others have no known hole"
    return CLEAN, f"audit: {len(asked)} libraries, none with a known hole"


def main(program: str) -> int:
    """Ask, and say what came back."""
    command = [program, "--requirement", str(CONSTRAINTS), "--no-deps", "--disable-pip", "--progress-spinner", "off",
               "--format", "json"]  # fmt: skip
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        code, text = verdict("", str(error))
    else:
        code, text = verdict(answer.stdout, answer.stderr)
    print(text, file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(UNKNOWN)
    sys.exit(main(sys.argv[1]))
