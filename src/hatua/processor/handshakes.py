"""The handshake: a link that our bot sent in a conversation was opened, so that conversation and that browser are
one person.

Issued by an event of the conversation that carries a token; completed by `handshake_complete` from the web with the
same one. Who signs in afterwards, in the visit that carries the token, is who talks in the conversation. The three may
reach us in any order. The first completion uses the token up; between what happens in the conversation and what happens
in the browser may lie 24 hours at most.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec

from hatua.processor.draft import Draft
from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import LinkRow
from hatua.warehouse.sql import load

COMPLETES = "handshake_complete"
ISSUES = frozenset(("webview_opened", "conversation_started"))
"""Names of issuing events on any channel but a browser's; on the channel `whatsapp` any event with a token issues
it."""

TOKEN_PROPERTIES = ("handshakeToken", "handshake_token", "hs_token", "token")
"""Where the events above may carry the token when their context does not."""

BROWSER_CHANNELS = ("web", "webview")


class Side(msgspec.Struct, frozen=True, gc=False):
    """One event that issued or completed a token, or that names who signed in under it. `order`: that of arrival, the
    same for every worker."""

    tenant_id: str
    project_id: str
    token: str
    event_id: str
    event_name: str
    channel: str
    anonymous_id: str
    user_id: str
    external_id: str
    at: int
    received: int
    seq: int

    @property
    def order(self) -> tuple[int, int, int, str]:
        return self.received, self.at, self.seq, self.event_id

    @property
    def moment(self) -> tuple[int, int, str]:
        return self.at, self.seq, self.event_id

    @property
    def completes(self) -> bool:
        return self.event_name == COMPLETES

    @property
    def signs_in(self) -> bool:
        return not self.completes and self.channel in BROWSER_CHANNELS

    @property
    def person(self) -> str:
        """Who talks in the conversation: the known user, else the phone number, else whatever id it has."""
        return self.user_id or self.external_id or self.anonymous_id


class Handshakes:
    """Links conversations to browsers. State is the warehouse and the batch: restart-proof, whichever worker does
    it."""

    def __init__(self, warehouse: Warehouse, expiry_ms: int) -> None:
        self._warehouse = warehouse
        self._expiry_ms = expiry_ms

    def link_handshakes(self, drafts: Iterable[Draft]) -> list[LinkRow]:
        """The links of every token that these events issue, complete or sign in under. Asks the warehouse only when
        there is one. Raises WarehouseUnavailable.

        Call it when the events are stored: of two processors that have the two sides of a token at the same moment, the
        one that stored last finds both. Asking before the insert, each could miss what the other was about to store."""
        sides = [_side(draft) for draft in drafts if draft.handshake_token and _matters(draft)]
        if not sides:
            return []
        by_token: dict[tuple[str, str], dict[str, Side]] = defaultdict(dict)
        for side in [*self._stored(sides), *sides]:
            by_token[side.project_id, side.token][side.event_id] = side
        return [link for found in by_token.values() for link in self._links(found.values())]

    def _links(self, sides: Collection[Side]) -> list[LinkRow]:
        completed = min((side for side in sides if side.completes), key=lambda side: side.order, default=None)
        issued = min(
            (side for side in sides if not side.completes and not side.signs_in),
            key=lambda side: side.order,
            default=None,
        )
        if completed is None or issued is None or not self._in_time(completed, issued):
            return []
        links: list[LinkRow] = []
        if not completed.user_id:  # else the browser's own log-in has said who it is
            links.append(_link(completed, completed.anonymous_id, issued.person))
        if not issued.user_id:  # the conversation goes by the same name
            links += _of_conversation(issued, issued, completed.user_id or issued.person)
            for login in _logins(sides, completed):
                if self._in_time(login, issued):
                    links += _of_conversation(issued, login, login.user_id)
        return [link for link in links if link.anonymous_id and link.anonymous_id != link.user_id]

    def _in_time(self, browser: Side, issued: Side) -> bool:
        return abs(browser.at - issued.at) <= self._expiry_ms

    def _stored(self, sides: Sequence[Side]) -> list[Side]:
        _, columns = self._warehouse.columns(
            load("hatua.processor", "handshakes.sql"),
            {
                "projects": sorted({side.project_id for side in sides}),
                "tokens": sorted({side.token for side in sides}),
                "names": sorted((COMPLETES, *ISSUES)),
                "browsers": list(BROWSER_CHANNELS),
                "from_ms": min(side.at for side in sides) - 2 * self._expiry_ms,
                "to_ms": max(side.at for side in sides) + 2 * self._expiry_ms,
            },
        )
        found = (Side(*row) for row in zip(*columns, strict=True))
        return [side for side in found if _has_role(side.event_name, side.channel, side.user_id)]


def _logins(sides: Iterable[Side], completed: Side) -> list[Side]:
    """Of each user who signed in under the token in the browser that completed it, the latest event."""
    latest: dict[str, Side] = {}
    for side in sides:
        if side.signs_in and side.anonymous_id == completed.anonymous_id:
            known = latest.get(side.user_id)
            if known is None or side.moment > known.moment:
                latest[side.user_id] = side
    return list(latest.values())


def _has_role(event_name: str, channel: str, user_id: str) -> bool:
    """A browser's SDK repeats its token in every event of the visit: what counts is its completion and who signs in."""
    if channel in BROWSER_CHANNELS:
        return event_name == COMPLETES or user_id != ""
    return event_name == COMPLETES or event_name in ISSUES or channel == "whatsapp"


def _matters(draft: Draft) -> bool:
    return _has_role(draft.raw.event_name, draft.channel, draft.raw.user_id)


def _side(draft: Draft) -> Side:
    raw = draft.raw
    return Side(
        tenant_id=raw.tenant_id,
        project_id=raw.project_id,
        token=draft.handshake_token,
        event_id=raw.event_id,
        event_name=raw.event_name,
        channel=draft.channel,
        anonymous_id=raw.anonymous_id,
        user_id=raw.user_id,
        external_id=draft.context.external_id,
        at=draft.timestamp,
        received=raw.received_at,
        seq=raw.seq,
    )


def _of_conversation(issued: Side, said: Side, person: str) -> list[LinkRow]:
    """The conversation's own id and its phone number belong to `person`, as the event `said` tells."""
    names = dict.fromkeys((issued.anonymous_id, issued.external_id))
    return [_link(said, name, person) for name in names]


def _link(side: Side, anonymous_id: str, person: str) -> LinkRow:
    return LinkRow(
        tenant_id=side.tenant_id,
        project_id=side.project_id,
        anonymous_id=anonymous_id,
        user_id=person,
        linked_at=side.at,
        seq=side.seq,
        source="handshake",
        event_id=side.event_id,
    )
