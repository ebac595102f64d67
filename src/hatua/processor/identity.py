"""Who an anonymous_id belongs to, from events that name both it and a user_id."""

from collections import OrderedDict
from collections.abc import Iterable

from hatua.processor.draft import Draft
from hatua.warehouse.rows import LinkRow, LinkSource

_SOURCES: dict[str, LinkSource] = {"identify": "identify", "alias": "alias"}
"""By event type; any other event that names both is proof of a log-in."""


class IdentityLinks:
    """Turns drafts into links. An `identify` or `alias` always gives one; another event only when it says something
    new, so that a signed-in visitor's hundred clicks are one link.

    What is new is decided by a bounded memory of each anonymous_id's latest user. Forgetting costs a repeated row,
    which the table folds into the first; it never changes the answer. The warehouse keeps one row a pair, that of
    the latest moment, and the latest pair of an anonymous_id wins. So when a late event shows another user in the
    midst of what we knew, the known user's latest moment is said again.
    """

    def __init__(self, capacity: int = 65_536) -> None:
        self._capacity = capacity
        self._latest: OrderedDict[tuple[str, str], LinkRow] = OrderedDict()

    def link_identity(self, drafts: Iterable[Draft]) -> list[LinkRow]:
        """The links of these events, in their order. An anonymous_id that is its own user_id gives none."""
        links: list[LinkRow] = []
        for draft in drafts:
            raw = draft.raw
            if not raw.user_id or not raw.anonymous_id or raw.user_id == raw.anonymous_id:
                continue
            key = raw.project_id, raw.anonymous_id
            known = self._latest.get(key)
            if known is not None and known.user_id == raw.user_id and raw.event_type not in _SOURCES:
                if (draft.timestamp, raw.seq) > (known.linked_at, known.seq):
                    self._remember(key, _link(draft))
                continue
            link = _link(draft)
            links.append(link)
            if known is None or (link.linked_at, link.seq) >= (known.linked_at, known.seq):
                self._remember(key, link)
            elif known.user_id != link.user_id:
                links.append(known)
        return links

    def forget(self) -> None:
        """After links were made that may never be stored."""
        self._latest.clear()

    def _remember(self, key: tuple[str, str], link: LinkRow) -> None:
        self._latest[key] = link
        self._latest.move_to_end(key)
        if len(self._latest) > self._capacity:
            self._latest.popitem(last=False)


def _link(draft: Draft) -> LinkRow:
    raw = draft.raw
    return LinkRow(
        tenant_id=raw.tenant_id,
        project_id=raw.project_id,
        anonymous_id=raw.anonymous_id,
        user_id=raw.user_id,
        linked_at=draft.timestamp,
        seq=raw.seq,
        source=_SOURCES.get(raw.event_type, "login"),
        event_id=raw.event_id,
    )
