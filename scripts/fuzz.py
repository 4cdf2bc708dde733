"""Run mutants of a small project and list what went wrong: python scripts/fuzz.py [COUNT] [--from NUMBER] [--jobs N]

Each mutant must run with its balances closed or end in an error that says where and what, within 5 s, and write nothing
outside its output folder. A mutant is made again from its number: --from NUMBER with a COUNT of 1 --show.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fuzzing.harness import Verdict, judge  # noqa: E402
from tests.fuzzing.mutants import mutant  # noqa: E402


def judged(number: int) -> tuple[int, str, Verdict]:
    """Make, run and judge the mutant of a number."""
    made = mutant(number)
    return number, made.kind, judge(made)


def main() -> int:
    """Read the command line, run the mutants, print the problems; 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=20_000)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print the mutant's files and arguments")
    arguments = parser.parse_args()
    numbers = range(arguments.first, arguments.first + arguments.count)
    if arguments.show:
        for number in numbers:
            made = mutant(number)
            print(number, made.kind, made.arguments)
            for name, content in made.files.items():
                print(f"--- {name}\n{content.decode('utf-8', 'replace')}")
    outcomes: collections.Counter[tuple[str, str]] = collections.Counter()
    problems: dict[str, list[tuple[int, str]]] = {}
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        for done, (number, kind, verdict) in enumerate(pool.map(judged, numbers, chunksize=50), start=1):
            outcomes[kind, verdict.outcome] += 1
            if verdict.is_problem:
                problems.setdefault(verdict.key, []).append((number, verdict.text))
            if done % 2000 == 0:
                print(f"{done} mutants, {sum(map(len, problems.values()))} problems", file=sys.stderr, flush=True)
    for (kind, outcome), count in sorted(outcomes.items()):
        print(f"{count:6d}  {kind:16s}  {outcome}")
    for key, cases in sorted(problems.items(), key=lambda item: -len(item[1])):
        print(f"\n{len(cases)} x {key}\n  mutants {', '.join(str(number) for number, _ in cases[:8])}")
        print("  " + "\n  ".join(cases[0][1].strip().split("\n")[-14:]))
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
