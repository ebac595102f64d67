"""From deliveries to rows: what the steps of one event and the steps of a batch do together."""

from collections.abc import Sequence

import msgspec

from hatua.base.clock import Clock
from hatua.base.errors import Unavailable
from hatua.contract.event import decode_event
from hatua.contract.record import Delivery
from hatua.processor.draft import Draft, Step, to_row
from hatua.processor.failures import DeadReason, Failure, failure
from hatua.processor.handshakes import Handshakes
from hatua.processor.identity import link_identity
from hatua.processor.projects import Projects
from hatua.processor.sessions import Sessions
from hatua.warehouse.rows import EventRow, LinkRow

Outcome = Draft | Failure


class Enrichment:
    """One worker's. Used from one thread."""

    def __init__(
        self,
        *,
        steps: Sequence[Step],
        projects: Projects,
        sessions: Sessions,
        handshakes: Handshakes,
        clock: Clock,
    ) -> None:
        self._steps = tuple((step, _name(step)) for step in steps)
        self._projects = projects
        self._sessions = sessions
        self._handshakes = handshakes
        self._clock = clock

    def each(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Decodes every event and takes it through its steps: one outcome a delivery, in order. What goes wrong
        with one event is its own failure. Raises Unavailable when the metadata store is."""
        now = self._clock()
        return [self._one(delivery, now) for delivery in deliveries]

    def together(self, drafts: Sequence[Draft]) -> tuple[list[EventRow], list[LinkRow]]:
        """Sessions and links of a batch, in the order of the log; then the rows of those that are not stored yet.
        Raises WarehouseUnavailable."""
        self._sessions.put_sessions(drafts)
        return [to_row(draft) for draft in drafts if not draft.stored], link_identity(drafts)

    def handshakes(self, drafts: Sequence[Draft]) -> list[LinkRow]:
        """What their handshakes say about who is who: asked when these events are stored, see `Handshakes`. Raises
        WarehouseUnavailable."""
        return self._handshakes.link_handshakes(drafts)

    def _one(self, delivery: Delivery, now: int) -> Outcome:
        try:
            raw = decode_event(delivery.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            return failure(delivery, DeadReason.UNDECODABLE, problem)
        draft = Draft(delivery, raw, self._projects.get(raw.tenant_id, raw.project_id), now)
        name = ""
        try:
            for step, name in self._steps:  # noqa: B007 (read in the except clause)
                step(draft)
        except Unavailable:
            raise
        except Exception as problem:
            return failure(delivery, DeadReason.STEP_FAILED, problem, name)
        return draft


def _name(step: Step) -> str:
    """`put_geo`, also for the function that `put_geo(reader)` returned."""
    return step.__qualname__.partition(".")[0] if hasattr(step, "__qualname__") else repr(step)
