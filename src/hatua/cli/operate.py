"""`hatua deadletters`, `hatua ledger`, `hatua doctor`: what an operator asks at 3 a.m., beside a running server."""

import argparse
import base64
import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hatua.base.clock import system_clock
from hatua.base.errors import HatuaError
from hatua.cli.ledger import ledger_lines
from hatua.cli.settings import Settings
from hatua.cli.stores import log_admin
from hatua.contract.record import DeadLetter
from hatua.streams.port import LogAdmin
from hatua.streams.redis_admin import RedisAdmin
from hatua.streams.sqlite_admin import SqliteAdmin

PAGE = 100
"""Letters in memory at a time: at 80 KB each at most 8 MB."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the commands of this file."""
    letters = commands.add_parser("deadletters", help="events that could not be processed").add_subparsers(
        required=True
    )
    for name, text, command in (
        ("list", "one line each: id, project, event id, reason, error", _list),
        ("export", "one JSON object a line, with the original bytes", _export),
        ("replay", "put them back into the log, after a fix", _replay),
        ("purge", "delete them for good; the ledger goes on counting them as dead", _purge),
    ):
        part = letters.add_parser(name, help=text)
        part.add_argument("--project", default=None, help="project id (default: all)")
        if name in ("replay", "purge"):
            part.add_argument("ids", nargs="*", help="letter ids")
            part.add_argument("--all", action="store_true", help="every one of the project, or of all projects")
        part.set_defaults(command=command)
    ledger = commands.add_parser("ledger", help="received = stored + duplicate + rejected + pending + dead + erased")
    verify = ledger.add_subparsers(required=True).add_parser("verify", help="recount; exit code 1 on a gap")
    verify.add_argument("--project", default=None, help="project id (default: all)")
    verify.add_argument("--hours", type=float, default=24, help="how far back (default: 24)")
    verify.add_argument("--json", action="store_true", help="one JSON object a project and minute")
    verify.set_defaults(command=_verify)


@contextlib.contextmanager
def _admin(settings: Settings) -> Iterator[SqliteAdmin | RedisAdmin]:
    admin = log_admin(settings, settings.data())
    try:
        yield admin
    finally:
        admin.close()


def _letters(admin: LogAdmin, project: str | None) -> Iterator[DeadLetter]:
    """Every dead letter, page by page: there may be more than fit into memory."""
    after = ""
    while True:
        page = admin.dead_letters(project, PAGE, after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].letter_id


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    count = 0
    with _admin(settings) as admin:
        for one in _letters(admin, arguments.project):
            at = datetime.fromtimestamp(one.failed_at / 1000, UTC).isoformat(timespec="seconds")
            print(f"{one.letter_id}  {at}  {one.project_id}  {one.event_id}  {one.reason}  {one.error}")
            count += 1
    print(f"{count} dead letters", file=sys.stderr)
    return 0


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    with _admin(settings) as admin:
        for one in _letters(admin, arguments.project):
            row = msgspec.structs.asdict(one)
            try:
                row["body"] = one.body.decode()
            except UnicodeDecodeError:
                row["body_base64"] = base64.b64encode(row.pop("body")).decode()
            print(msgspec.json.encode(row).decode())
    return 0


def _chosen(arguments: argparse.Namespace, admin: LogAdmin) -> list[str]:
    """Ids, all of them before anything is done: what is replayed may fail again and come back."""
    if arguments.all == bool(arguments.ids):
        raise HatuaError("say which: letter ids, or --all")
    if arguments.all or arguments.project is not None:
        wanted = None if arguments.all else set(arguments.ids)
        found = (one.letter_id for one in _letters(admin, arguments.project))
        return [one for one in found if wanted is None or one in wanted]
    return list(arguments.ids)


def _replay(arguments: argparse.Namespace, settings: Settings) -> int:
    with _admin(settings) as admin:
        print(f"{_acted(admin.replay, _chosen(arguments, admin))} put back into the log")
    return 0


def _purge(arguments: argparse.Namespace, settings: Settings) -> int:
    with _admin(settings) as admin:
        print(f"{_acted(admin.purge, _chosen(arguments, admin))} deleted")
    return 0


def _acted(act: Callable[[Sequence[str]], int], ids: list[str]) -> int:
    try:
        return act(ids)
    except ValueError:
        raise HatuaError("one of the ids is not a letter's; `hatua deadletters list` shows them first") from None


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:
    data: Path = settings.data()
    to_minute = system_clock() // 60_000 + 1
    lines = ledger_lines(settings, data, arguments.project, int(to_minute - arguments.hours * 60), to_minute)
    gaps = [line for line in lines if line.gap]
    for line in lines if arguments.json else gaps:
        print(msgspec.json.encode(line).decode())
    total = {name: sum(getattr(line, name) for line in lines) for name in ("received", "stored", "duplicate")}
    rejected = sum(sum(line.rejected.values()) for line in lines)
    waiting = sum(line.pending for line in lines)
    dead = sum(line.dead for line in lines)
    erased = sum(line.erased for line in lines)
    print(
        f"received {total['received']:,} = stored {total['stored']:,} + duplicate {total['duplicate']:,}"
        f" + rejected {rejected:,} + pending {waiting:,} + dead {dead:,} + erased {erased:,}"
        f" + gap {sum(line.gap for line in gaps):,}; {len(gaps)} of {len(lines)} project minutes have a gap",
        file=sys.stderr,
    )
    return 1 if gaps else 0
