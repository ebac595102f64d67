"""`python -m tests.torture --rung embedded --seeds 1-20`: exit code 0 when every seed is clean.

--seconds 12          length of the load of one seed
--without SAFETY      take a safety out, until a seed is red (exit code 0 when one is)
--only KIND           draw from this kind of fault only; may be repeated
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.torture.campaign import torture
from tests.torture.embedded import EmbeddedRung
from tests.torture.rung import Rung
from tests.torture.safeties import SAFETIES
from tests.torture.server import ServerRung

RUNGS: dict[str, Callable[[Path, Sequence[str]], Rung]] = {"embedded": EmbeddedRung, "server": ServerRung}


def main() -> int:
    """One line a seed, and everything about one that fails."""
    arguments = argparse.ArgumentParser(prog="tests.torture")
    arguments.add_argument("--rung", choices=tuple(RUNGS), default="embedded")
    arguments.add_argument("--seeds", default="1-20", help="a number, a range (1-20), or several with commas")
    arguments.add_argument("--seconds", type=float, default=12.0)
    arguments.add_argument("--threads", type=int, default=4)
    arguments.add_argument("--without", action="append", default=[], choices=SAFETIES)
    arguments.add_argument("--only", action="append", default=[])
    asked = arguments.parse_args()
    red = []
    totals: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    build = partial(_build, asked.rung, asked.without)
    for seed in _numbers(asked.seeds):
        run = torture(build, seed, asked.seconds, only=asked.only, threads=asked.threads)
        word = "clean" if run.verdict.clean else "RED"
        totals.update(run.verdict.counts)
        faults.update(fault.name for fault in run.schedule)
        print(f"seed {seed}: {word} in {run.seconds:.0f} s: {run.verdict}", flush=True)
        if not run.verdict.clean:
            red.append(seed)
            if asked.without:
                break
            print(run.said)
    print("altogether:", ", ".join(f"{count:,} {what}" for what, count in totals.items()))
    print("faults:", ", ".join(f"{count} {name}" for name, count in sorted(faults.items())))
    print(f"{len(red)} red: {red}" if red else "every seed is clean")
    return int(bool(red) != bool(asked.without))


def _build(rung: str, without: Sequence[str], folder: Path) -> Rung:
    return RUNGS[rung](folder, without)


def _numbers(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


if __name__ == "__main__":
    sys.exit(main())
