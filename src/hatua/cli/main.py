"""`hatua`: every command, and how its failures are told."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

import hatua
from hatua.base.errors import HatuaError
from hatua.base.log import set_up_logging
from hatua.cli import administer, demo, doctor, operate, people, rebuild, roles, schema, serve, users
from hatua.cli.settings import Settings, read_settings

Command = Callable[[argparse.Namespace, Settings], int]


def parser() -> argparse.ArgumentParser:
    """The whole command line, for the program and for the docs test."""
    top = argparse.ArgumentParser(prog="hatua", description="Standalone analytics that loses nothing.")
    top.add_argument("--version", action="version", version=f"hatua {hatua.__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for part in (serve, roles, administer, users, people, operate, rebuild, doctor, demo, schema):
        part.add_commands(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 a fact said in one line on stderr, 2 wrong usage."""
    arguments = parser().parse_args(argv)
    command: Command = arguments.command
    try:
        settings = read_settings(os.environ)
        set_up_logging(settings.process.log_level, as_json=settings.process.log_json)
        return command(arguments, settings)
    except HatuaError as fact:
        print(f"hatua: {fact}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
