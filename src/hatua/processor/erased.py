"""People who were erased stay erased, and projects that were deleted: their events go no further than here, whichever
way they come."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from hatua.base.errors import HatuaError
from hatua.base.id_hashes import IdHasher
from hatua.contract.event import RawEvent, decode_event
from hatua.contract.event_time import event_time
from hatua.processor.draft import Draft
from hatua.processor.failures import Failure
from hatua.registry.model import ErasedId
from hatua.warehouse.erasing import Erasing, new_job

Outcome = Draft | Failure


class OtherSecret(HatuaError):
    """People were erased under another secret than this process has, so it cannot tell who they are. It stores nothing
    until it is started with the same JWT_SECRET."""


class Erasures(Protocol):
    """What is asked of the registry."""

    def erasures_begun(self) -> int: ...

    def erased_ids(self) -> list[ErasedId]: ...

    def deleted_projects(self) -> frozenset[str]: ...


class _Gone(NamedTuple):
    """An event that is nobody's to store, as the ledger counts it."""

    project_id: str
    minute: int
    event_id: str
    anonymous_id: str = ""
    user_id: str = ""


class Erased:
    """One worker's. Asks the registry once before and once after a batch is stored, and knows the answer by heart while
    nobody new is erased. Used from one thread."""

    def __init__(self, erasures: Erasures, hasher: IdHasher, erasing: Erasing) -> None:
        self._erasures = erasures
        self._hasher = hasher
        self._erasing = erasing
        self._begun = 0
        self._until: dict[str, dict[str, int]] = {}
        self._deleted: frozenset[str] = frozenset()
        self._begun_before_batch = 0
        self._held_back: list[_Gone] = []

    def part(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The outcomes that are not an erased person's or a deleted project's; the others are held back for `settle`.
        Raises Unavailable, and OtherSecret."""
        self._look()
        self._begun_before_batch = self._begun
        self._held_back = []
        if not self._until and not self._deleted:
            return list(outcomes)
        kept: list[Outcome] = []
        for one in outcomes:
            gone = self._gone(one)
            if gone is None:
                kept.append(one)
            else:
                self._held_back.append(gone)
        return kept

    def settle(self, drafts: Sequence[Draft]) -> int:
        """Once a batch is stored: counts what was held back as erased, and takes back what was stored of people who
        were erased, and of projects that were deleted, meanwhile; returns how many events of either. To be repeated
        until it succeeds, before the batch is acknowledged. Raises Unavailable.

        Whoever is erased after this looked finds the whole batch in the warehouse already."""
        self._look()
        meanwhile = self._begun != self._begun_before_batch
        late = [draft for draft in drafts if self._covers_draft(draft)] if meanwhile else []
        events = self._held_back + [_of(draft.raw) for draft in late]
        job = new_job("queue")
        for project_id in sorted({one.project_id for one in events}):
            keys = [(one.minute, one.event_id) for one in events if one.project_id == project_id]
            self._erasing.erase_known_events(project_id, keys, job)
        if meanwhile:
            for project_id in sorted({draft.raw.project_id for draft in drafts}):
                if project_id in self._deleted:
                    self._erasing.erase_project(project_id, min(one.minute for one in events) * 60_000, job)
                    continue
                ours = [draft for draft in drafts if draft.raw.project_id == project_id]
                pairs = {
                    (one.anonymous_id, one.user_id) for one in events if one.project_id == project_id and one.user_id
                }
                self._erasing.erase_links(project_id, sorted(pairs), job)
                # The batch may have summed up a session just before an erasure took events out of it.
                self._erasing.reset_sessions(project_id, (draft.session_id for draft in ours), job)
        return len(events)

    def _look(self) -> None:
        begun = self._erasures.erasures_begun()
        if begun == self._begun:
            return
        until: dict[str, dict[str, int]] = {}
        for one in self._erasures.erased_ids():
            if one.key_check != self._hasher.check:
                raise OtherSecret(
                    "people were erased under another JWT_SECRET than this process has: nothing is stored until it is"
                    " started with that one"
                )
            until.setdefault(one.project_id, {})[one.id_hash] = one.erased_at
        self._until = until
        self._deleted = self._erasures.deleted_projects()
        self._begun = begun

    def _gone(self, one: Outcome) -> _Gone | None:
        if isinstance(one, Draft):
            return _of(one.raw) if self._covers_draft(one) else None
        delivery = one.delivery
        if delivery.project_id in self._deleted:
            return _Gone(delivery.project_id, delivery.received_at // 60_000, delivery.event_id)
        try:
            raw = decode_event(one.delivery.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None  # nobody can say whose it is; `hatua people erase` looks into dead letters by itself
        at = event_time(raw.timestamp, raw.sent_at, raw.received_at)
        return _of(raw) if self._covers(raw, at, "") else None

    def _covers_draft(self, draft: Draft) -> bool:
        return self._covers(draft.raw, draft.timestamp, draft.context.external_id)

    def _covers(self, raw: RawEvent, at: int, external_id: str) -> bool:
        if raw.project_id in self._deleted:
            return True
        until = self._until.get(raw.project_id)
        if until is None:
            return False
        ids = (raw.user_id,) if raw.user_id else (raw.anonymous_id, external_id)
        return any(at <= until.get(self._hasher.hash(raw.project_id, one), -1) for one in ids if one)


def _of(raw: RawEvent) -> _Gone:
    return _Gone(raw.project_id, raw.received_at // 60_000, raw.event_id, raw.anonymous_id, raw.user_id)
