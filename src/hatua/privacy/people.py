"""Find, export and erase: the three things that the law lets a person ask for."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from string import Template
from typing import Any, Final

import msgspec

from hatua.base.id_hashes import IdHasher
from hatua.privacy import find
from hatua.privacy.letters import letters_of
from hatua.privacy.shapes import Count, ErasureIncomplete, Found, Receipt
from hatua.registry.model import SYSTEM, Actor
from hatua.registry.store import Registry
from hatua.streams.port import LogAdmin
from hatua.warehouse.client import Warehouse
from hatua.warehouse.erasing import WHOSE, Erasing, Who
from hatua.warehouse.sql import load

EXPORT_PAGE: Final = 1_000
SETTLE_S: Final = 1.0
"""A processor that summed up a session just before its events went writes that sum within this time."""
LOOKS: Final = 6

_encode = msgspec.json.Encoder(enc_hook=str).encode


class People:
    """Blocking; safe from any thread. Raises what the stores raise, and the facts of `privacy.shapes`."""

    def __init__(
        self,
        warehouse: Warehouse,
        admin: LogAdmin,
        registry: Registry,
        hasher: IdHasher,
        *,
        hash_phone: Callable[[str], str] = lambda _: "",
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`hash_phone`: how a phone number stands in a project that hashes them."""
        self._warehouse = warehouse
        self._admin = admin
        self._registry = registry
        self._hasher = hasher
        self._hash_phone = hash_phone
        self._pause = pause
        self._erasing = Erasing(warehouse)

    def find(self, project_id: str, asked: str) -> Found:
        """Everything by which the person is known. Raises AmbiguousPerson."""
        who = self._who(project_id, asked)
        counts = find.counts(self._warehouse, who)
        return Found(
            project_id=project_id,
            asked=asked,
            user_ids=list(who.users) if counts["events"] else self._known_users(who),
            anonymous_ids=list(who.anonymous),
            external_ids=list(who.externals),
            related=find.related_to(self._warehouse, who),
            events=counts["events"],
            sessions=counts["sessions"],
            links=len(find.links_of(self._warehouse, who)),
            letters=sum(1 for _ in letters_of(self._admin, who)),
            first_seen=counts["first_ms"] if counts["events"] else None,
            last_seen=counts["last_ms"] if counts["events"] else None,
        )

    def export(self, project_id: str, asked: str) -> Iterator[bytes]:
        """JSON lines: one `person`, then every `link`, `session`, `event` (oldest first) and `dead_letter`; each has
        its `kind`. Never more than a page in memory."""
        found = self.find(project_id, asked)
        who = self._who(project_id, asked)
        yield _line("person", msgspec.to_builtins(found))
        for row in find.links_of(self._warehouse, who):
            yield _line("link", row)
        for row in self._warehouse.rows(_sql("sessions_of.sql", whose=WHOSE), who.parameters):
            yield _line("session", _plain(row))
        place: tuple[int, int, str] = (-1, 0, "")
        while True:
            asks = {"after_ms": place[0], "after_seq": place[1], "after_id": place[2], "limit": EXPORT_PAGE}
            page = self._warehouse.rows(_sql("events_of.sql", whose=WHOSE), {**who.parameters, **asks})
            for row in page:
                yield _line("event", _plain(row))
            if len(page) < EXPORT_PAGE:
                break
            last = page[-1]
            place = (_ms(last["timestamp"]), last["seq"], last["event_id"])
        for letter in letters_of(self._admin, who):
            body = letter.body.decode("utf-8", "replace")
            yield _line("dead_letter", {**msgspec.structs.asdict(letter), "body": body})

    def erase(self, project_id: str, asked: str, *, tenant_id: str | None = None, by: Actor = SYSTEM) -> Receipt:
        """Erases the person up to this moment, and returns when nothing of them is left in any store. May be run again
        after a crash, and for a person of whom only the queue knows. Raises AmbiguousPerson, UnknownRecord (no such
        project), ErasureIncomplete.

        Links go last: until then the same id finds the same person."""
        who = self._who(project_id, asked)
        hashes = [self._hasher.hash(project_id, one) for one in (*who.users, *who.anonymous, *who.externals)]
        begun = self._registry.begin_erasure(project_id, hashes, self._hasher.check, tenant_id=tenant_id, by=by)
        who = msgspec.structs.replace(who, until_ms=begun.erased_at)
        events = find.counts(self._warehouse, who)["events"]
        sessions = find.session_ids_of(self._warehouse, who)
        letters = [one.letter_id for one in letters_of(self._admin, who)]
        links = find.links_of(self._warehouse, who)

        for look in range(LOOKS):
            self._erasing.erase_events_of(who, f"{begun.id}-{look}")
            self._erasing.reset_sessions(
                project_id, find.stale_sessions(self._warehouse, project_id, sessions), f"{begun.id}-{look}"
            )
            self._admin.purge([one.letter_id for one in letters_of(self._admin, who)])
            pairs = [(row["anonymous_id"], row["user_id"]) for row in find.links_of(self._warehouse, who)]
            self._erasing.erase_links(project_id, pairs, f"{begun.id}-{look}")
            self._pause(SETTLE_S)
            left = self._left(who, sessions)
            if not any(left.values()):
                break
        else:
            raise ErasureIncomplete(f"erasure {begun.id}: still there are {left}; run it again")
        receipt = {
            "events": {"before": events, "after": left["events"]},
            "sessions": {"before": len(sessions), "after": left["sessions"]},
            "links": {"before": len(links), "after": left["links"]},
            "dead_letters": {"before": len(letters), "after": left["dead_letters"]},
            "ids": len(set(hashes)),
        }
        done = self._registry.finish_erasure(begun, receipt, by=by)
        return Receipt(
            erasure_id=done.id,
            project_id=project_id,
            erased_at=done.erased_at,
            finished_at=done.finished_at or done.erased_at,
            events=Count(events, left["events"]),
            sessions=Count(len(sessions), left["sessions"]),
            links=Count(len(links), left["links"]),
            dead_letters=Count(len(letters), left["dead_letters"]),
            ids=len(set(hashes)),
        )

    def _left(self, who: Who, sessions: list[str]) -> dict[str, int]:
        """`sessions`: those that do not agree with their events, or still hold the person's."""
        counts = find.counts(self._warehouse, who)
        stale = find.stale_sessions(self._warehouse, who.project_id, sessions)
        return {
            "events": counts["events"],
            "sessions": max(counts["sessions"] if counts["events"] else 0, len(stale)),
            "links": len(find.links_of(self._warehouse, who)),
            "dead_letters": sum(1 for _ in letters_of(self._admin, who)),
        }

    def _who(self, project_id: str, asked: str) -> Who:
        return find.who_is(self._warehouse, project_id, asked, hashed=self._hash_phone(asked))

    def _known_users(self, who: Who) -> list[str]:
        return sorted({row["user_id"] for row in find.links_of(self._warehouse, who)})


def _line(kind: str, row: dict[str, Any]) -> bytes:
    return _encode({"kind": kind, **row}) + b"\n"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Properties and context as the JSON they are; the two columns of an id as the one that it was."""
    hidden = ("event_uuid", "event_text", "message_uuid", "message_text", "message_is_event", "version", "is_deleted")
    shown = {name: value for name, value in row.items() if name not in hidden}
    for name in ("properties", "context"):
        if name in shown:
            shown[name] = msgspec.Raw(shown[name].encode())
    for name, value in shown.items():
        if hasattr(value, "isoformat"):
            shown[name] = value.isoformat()
    return shown


def _ms(value: datetime) -> int:
    return round(value.timestamp() * 1000)


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.privacy", name)).substitute(parts)
