"""Dead letters and the ledger of the log on Redis."""

import heapq
from collections.abc import Iterator, Sequence
from typing import Any, Final

from hatua.contract.record import DeadLetter, LedgerRow
from hatua.streams.packing import unpack_event
from hatua.streams.redis_batch import LEDGER_KEEP_MS
from hatua.streams.redis_client import REPLAY, BlockingRedis, Shards
from hatua.streams.settings import StreamsSettings

_PAGE: Final = 256
"""Dead letters fetched, replayed or purged in one call."""


class RedisAdmin:
    """LogAdmin, for any thread of any process. A letter's id is `milliseconds-number-shard`."""

    def __init__(self, settings: StreamsSettings, shards: Shards) -> None:
        self._shards = shards
        self._redis = BlockingRedis(settings)

    def dead_letters(self, project_id: str | None, limit: int, after: str = "") -> list[DeadLetter]:
        """See LogAdmin.dead_letters."""
        begin = _order(after) if after else (0, 0, -1)
        of_shards = [self._letters(shard, begin) for shard in range(self._shards.count)]
        found: list[DeadLetter] = []
        for _, letter in heapq.merge(*of_shards, key=lambda placed: placed[0]):
            if project_id is None or letter.project_id == project_id:
                if len(found) == limit:
                    break
                found.append(letter)
        return found

    def _letters(self, shard: int, after: tuple[int, int, int]) -> Iterator[tuple[tuple[int, int, int], DeadLetter]]:
        stream = f"{self._shards.streams[shard]}:dead"
        milliseconds, number, of = after
        start = f"{'' if shard > of else '('}{milliseconds}-{number}"
        while True:
            [entries] = self._redis.run([("XRANGE", stream, start, "+", "COUNT", _PAGE)])
            for entry_id, fields in entries:
                name = f"{entry_id.decode()}-{shard}"
                project_id, event_id, received_at, body = unpack_event(fields[b"e"])
                yield (
                    _order(name),
                    DeadLetter(
                        letter_id=name,
                        project_id=project_id,
                        event_id=event_id,
                        received_at=received_at,
                        failed_at=int(fields[b"f"]),
                        reason=fields[b"r"].decode(),
                        error=fields[b"x"].decode(),
                        body=body,
                    ),
                )
            if len(entries) < _PAGE:
                return
            start = f"({entries[-1][0].decode()}"

    def replay(self, letter_ids: Sequence[str]) -> int:
        """See LogAdmin.replay. Up to 256 letters of a shard share a script call."""
        return self._take(letter_ids, back_to_log=True)

    def purge(self, letter_ids: Sequence[str]) -> int:
        """See LogAdmin.purge."""
        return self._take(letter_ids, back_to_log=False)

    def _take(self, letter_ids: Sequence[str], *, back_to_log: bool) -> int:
        by_shard: dict[int, list[str]] = {}
        for milliseconds, number, shard in sorted(map(_order, letter_ids)):
            if shard < self._shards.count:
                by_shard.setdefault(shard, []).append(f"{milliseconds}-{number}")
        taken = 0
        for shard, ids in by_shard.items():
            stream = self._shards.streams[shard]
            for start in range(0, len(ids), _PAGE):
                found = self._redis.run([("XRANGE", f"{stream}:dead", i, i) for i in ids[start : start + _PAGE]])
                named: list[Any] = []
                for [(entry_id, fields)] in filter(None, found):
                    project_id, _, received_at, _ = unpack_event(fields[b"e"])
                    named += (entry_id, project_id, received_at // 60_000)
                taken += self._redis.run([REPLAY.on(stream, LEDGER_KEEP_MS, int(back_to_log), *named)])[0]
        return taken

    def ledger(self, project_id: str | None, from_minute: int, to_minute: int) -> list[LedgerRow]:
        """See LogAdmin.ledger. Goes back 35 days."""
        hours = (from_minute // 60, -(-to_minute // 60) - 1)
        streams = self._shards.streams
        known = self._redis.run([("ZRANGEBYSCORE", f"{stream}:ledger", *hours) for stream in streams])
        keys = [
            (int(hour), f"{s}:ledger:{int(hour)}") for s, found in zip(streams, known, strict=True) for hour in found
        ]
        hashes = self._redis.run([("HGETALL", key) for _, key in keys])
        rows: dict[tuple[int, str], _Counts] = {}
        for (hour, _), pairs in zip(keys, hashes, strict=True):
            for field, value in ((f.decode(), v.decode()) for f, v in pairs.items()):
                kind, _, rest = field.partition("|")
                if kind == "v":
                    continue
                minute = hour * 60 + int(kind[1:])
                reason, _, project = rest.partition("|") if kind[0] == "r" else ("", "", rest)
                if from_minute <= minute < to_minute and project_id in (None, project):
                    rows.setdefault((minute, project), _Counts()).add(reason, value)
        return [row.as_row(project, minute) for (minute, project), row in sorted(rows.items())]

    def close(self) -> None:
        """Closes the connections."""
        self._redis.close()


class _Counts:
    """The sum of one project's minute over the shards."""

    def __init__(self) -> None:
        self.counts = [0, 0, 0, 0, 0]
        self.rejected: dict[str, int] = {}

    def add(self, reason: str, value: str) -> None:
        if reason:
            self.rejected[reason] = self.rejected.get(reason, 0) + int(value)
        else:
            self.counts = [a + b for a, b in zip(self.counts, map(int, value.split()), strict=True)]

    def as_row(self, project_id: str, minute: int) -> LedgerRow:
        received, duplicate, admitted, stored, dead = self.counts
        return LedgerRow(project_id, minute, received, duplicate, self.rejected, admitted - stored - dead, dead)


def _order(letter_id: str) -> tuple[int, int, int]:
    milliseconds, number, shard = letter_id.split("-")
    return int(milliseconds), int(number), int(shard)
