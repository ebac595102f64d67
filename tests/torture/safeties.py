"""What makes it exactly once, each as a way to take it out. Used in processes under test only; the product has no such
switch."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha1
from typing import Any, Final

import hatua.warehouse.writer
from hatua.contract.record import Delivery, Envelope, Tally
from hatua.processor.draft import Draft
from hatua.processor.worker import Processor
from hatua.streams import redis_batch, redis_client
from hatua.streams.port import FOR_EVER_MS
from hatua.streams.redis_reader import RedisReader
from hatua.streams.redis_writer import RedisWriter
from hatua.streams.sqlite_log import SqliteWriter
from hatua.streams.sqlite_reader import SqliteReader
from hatua.streams.sqlite_seen import SeenIds
from hatua.warehouse.rows import EventRow, LinkRow
from hatua.warehouse.writer import EventWriter

EARLY_ANSWER_S: Final = 0.5


def answer_before_commit() -> None:
    """The collector answers 200 first and appends half a second later."""
    for kind in (SqliteWriter, RedisWriter):
        _answer_early(kind)


def _answer_early(kind: type[Any]) -> None:
    append = kind.append
    tasks: set[asyncio.Task[None]] = set()

    async def early(self: Any, envelopes: Sequence[Envelope], tallies: Sequence[Tally]) -> list[bool]:
        async def later() -> None:
            await asyncio.sleep(EARLY_ANSWER_S)
            await append(self, envelopes, tallies)

        task = asyncio.get_running_loop().create_task(later())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return [True] * len(envelopes)

    kind.append = early


def no_dedup() -> None:
    """The log admits every event, however often it has had its id."""
    SeenIds.known = lambda self, connection, ids: set()  # type: ignore[method-assign]
    prepare = redis_batch._prepare

    def unlike(envelope: Envelope, shards: redis_client.Shards) -> Any:
        shard, key, _, bucket, packed = prepare(envelope, shards)
        return shard, key, secrets.randbits(62), bucket, packed

    redis_batch._prepare = unlike


def acknowledge_before_insert() -> None:
    """The processor acknowledges what it reads at once, and inserts it afterwards, though it is no longer its own."""
    no_lease_end()
    begin = Processor.__init__

    def begun(self: Processor, reader: Any, *rest: Any, **named: Any) -> None:
        read = reader.read

        def hasty(max_events: int, block_ms: int) -> list[Delivery]:
            found: list[Delivery] = read(max_events, block_ms)
            reader.acknowledge([one.position for one in found])
            return found

        reader.read = hasty
        begin(self, reader, *rest, **named)

    Processor.__init__ = begun  # type: ignore[method-assign]


def no_replay_check() -> None:
    """What may have been read before is not looked for in the warehouse before it is inserted."""
    unlike = Processor._unlike

    def careless(self: Processor, drafts: list[Draft]) -> list[Draft]:
        found = unlike(self, drafts)
        for draft in found:
            draft.stored = False
        return found

    Processor._unlike = careless  # type: ignore[method-assign]


def no_token() -> None:
    """Inserts carry no deduplication token, so one whose answer was lost is inserted again."""
    hatua.warehouse.writer._token = lambda rows: ""


def no_lease_end() -> None:
    """A processor never asks whether what it read is still its own, and its inserts have no end (Redis)."""
    for kind in (SqliteReader, RedisReader):
        kind.owned_until = _for_ever  # type: ignore[method-assign]


def _for_ever(self: Any, positions: Sequence[str]) -> int:
    return FOR_EVER_MS


def no_look_afterwards() -> None:
    """What an attempt that was not the first has left is believed to be everything."""
    EventWriter.complete = lambda self, rows, until_ms=0: 0  # type: ignore[method-assign]


def no_claim() -> None:
    """Every processor believes that it owns every shard (Redis)."""
    old = "if not ours and owner[1]"
    for script in redis_client._ALL:
        if old in script.source:
            script.source = script.source.replace(old, "if false and owner[1]")
            script.digest = sha1(script.source.encode(), usedforsecurity=False).hexdigest()
            redis_client._BY_DIGEST[script.digest] = script


def sessions_incremented() -> None:
    """Sessions are added to by each batch instead of being built again from their events."""
    rebuild = EventWriter.refresh_sessions

    def write(self: EventWriter, rows: Sequence[EventRow], links: Sequence[LinkRow] = (), until_ms: int = 0) -> None:
        warehouse = self._warehouse
        counts: dict[tuple[str, str], int] = {}
        for row in rows:
            counts[row.project_id, row.session_id] = counts.get((row.project_id, row.session_id), 0) + 1
        stored = warehouse.rows("SELECT project_id, session_id FROM sessions FINAL")
        known = {(row["project_id"], row["session_id"]) for row in stored}
        if rows:
            warehouse.insert("session_hours", hatua.warehouse.writer.hour_table(rows), "")
            token = hatua.warehouse.writer._token(rows)
            warehouse.insert("events", hatua.warehouse.writer.event_table(rows), token, until_ms=until_ms)
        if links:
            warehouse.insert("identity_links", hatua.warehouse.writer.link_table(links), "")
        rebuild(self, counts.keys() - known)
        for (project, session), count in counts.items():
            if (project, session) in known:
                warehouse.execute(
                    "INSERT INTO sessions"
                    " SELECT * REPLACE (events + {n:UInt32} AS events, version + {n:UInt32} AS version)"
                    " FROM sessions FINAL WHERE project_id = {project:String} AND session_id = {session:String}",
                    {"n": count, "project": project, "session": session},
                )

    EventWriter.write = write  # type: ignore[method-assign]
    EventWriter.refresh_sessions = _nothing  # type: ignore[method-assign]


def _nothing(self: EventWriter, keys: Iterable[tuple[str, str]]) -> None:
    """In the place of a refresh."""


SAFETIES: Final[dict[str, Callable[[], None]]] = {
    "answer-after-commit": answer_before_commit,
    "dedup": no_dedup,
    "acknowledge-after-insert": acknowledge_before_insert,
    "replay-check": no_replay_check,
    "insert-token": no_token,
    "one-owner": no_claim,
    "lease-end": no_lease_end,
    "look-afterwards": no_look_afterwards,
    "sessions-rebuilt": sessions_incremented,
}
"""Name -> takes it out of this process."""
