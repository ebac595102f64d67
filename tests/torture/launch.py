"""Starts `hatua` as its command does, with a poisoned step or without a safety. For tests only.

python -m tests.torture.launch [--poison] [--without SAFETY] -- serve
"""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from hatua.cli.main import main
from hatua.processor import build
from hatua.processor.draft import Draft
from tests.torture.safeties import SAFETIES
from tests.torture.story import POISON


def drink_poison(draft: Draft) -> None:
    """A step with a defect: one kind of event makes it raise."""
    if draft.raw.event_name == POISON:
        raise ZeroDivisionError("poison")


def poison() -> None:
    """Every processor made from now on has the defective step."""
    steps: Callable[..., Any] = build.steps_of_one_event  # type: ignore[attr-defined]

    def with_poison(*readers: Any) -> list[Any]:
        return [*steps(*readers), drink_poison]

    build.steps_of_one_event = with_poison  # type: ignore[attr-defined, assignment]


def start() -> int:
    """Reads its own arguments, breaks what they say, and becomes `hatua`."""
    arguments = argparse.ArgumentParser(prog="tests.torture.launch")
    arguments.add_argument("--poison", action="store_true")
    arguments.add_argument("--without", action="append", default=[], choices=SAFETIES)
    arguments.add_argument("command", nargs="+")
    asked = arguments.parse_args()
    if asked.poison:
        poison()
    for name in asked.without:
        SAFETIES[name]()
    return main(asked.command)


if __name__ == "__main__":
    sys.exit(start())
