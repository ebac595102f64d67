"""`hatua rebuild`: the tables that are derived from events, made anew; with `--verify` only compared."""

import argparse
import contextlib
import sys
from collections.abc import Iterator

import msgspec

from hatua.base.errors import HatuaError, InvalidSetting
from hatua.cli.settings import Settings
from hatua.cli.stores import opened_warehouse
from hatua.warehouse.client import Warehouse
from hatua.warehouse.comparing import Compared
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.rebuild import rebuild, verify


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the command of this file."""
    part = commands.add_parser("rebuild", help="make the tables derived from events anew, such as sessions")
    part.add_argument("--verify", action="store_true", help="only compare; exit code 1 on a difference")
    part.add_argument("--json", action="store_true", help="one JSON object a project and table")
    part.set_defaults(command=_rebuild)


def _rebuild(arguments: argparse.Namespace, settings: Settings) -> int:
    with _opened(settings) as warehouse:
        found = (verify if arguments.verify else rebuild)(warehouse)
    for one in found:
        print(_as_json(one) if arguments.json else _as_line(one))
    wrong = [one for one in found if not one.same]
    print(f"{len(found)} project tables compared, {len(wrong)} differ{_done(arguments, wrong)}", file=sys.stderr)
    return 1 if wrong and arguments.verify else 0


def _done(arguments: argparse.Namespace, wrong: list[Compared]) -> str:
    if not arguments.verify:
        return "; all are made anew"
    return "; `hatua rebuild` mends them" if wrong else ""


def _as_json(one: Compared) -> str:
    return msgspec.json.encode({**msgspec.structs.asdict(one), "same": one.same}).decode()


def _as_line(one: Compared) -> str:
    verdict = "changing" if one.moved else "same" if one.same else "DIFFERENT"
    return (
        f"{verdict:9}  {one.project_id}  {one.table}  stored {one.stored_rows:,} rows {one.stored_digest}"
        f"  rebuilt {one.rebuilt_rows:,} rows {one.rebuilt_digest}"
    )


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[Warehouse]:
    data = settings.data()
    if settings.warehouse.host:
        with opened_warehouse(settings, data) as warehouse:
            yield warehouse
        return
    folder = data / "warehouse"
    if not folder.exists():
        raise HatuaError(f"nothing to rebuild: {folder} does not exist")
    with contextlib.ExitStack() as stack:
        try:
            warehouse = stack.enter_context(opened_warehouse(settings, data))
        except InvalidSetting as problem:
            raise HatuaError(
                f"stop `hatua serve` first; only then can the in-process warehouse be rebuilt: {problem}"
            ) from None
        apply_migrations(warehouse)  # as the server does at its next start
        yield warehouse
