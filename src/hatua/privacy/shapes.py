"""What is asked and answered about one person. Times are Unix ms, UTC."""

import msgspec

from hatua.base.errors import HatuaError


class AmbiguousPerson(HatuaError):
    """An id (a phone, an e-mail address) belongs to several people; one of them must be named."""

    def __init__(self, asked: str, people: list[str]) -> None:
        super().__init__(f"{asked!r} belongs to {len(people)} people: {', '.join(people)}; name one of them")
        self.people = people


class InvalidId(HatuaError):
    """Not an id that any event could carry."""


class ErasureIncomplete(HatuaError):
    """Something of the person is still there after all looks; running the same erasure again goes on with it."""


class DeletionIncomplete(HatuaError):
    """Something of a deleted project is still there after all looks; it is tried again every five minutes."""


class ProjectReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a deleted project had: nothing of it is left in any store. Events that are still on their way (in the queue,
    with a client) are not stored when they come; the ledger counts all of them as erased."""

    project_id: str
    name: str
    events: int
    sessions: int
    links: int
    dead_letters: int


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Everything by which a person is known in one project, and how much there is of them.

    `anonymous_ids`: browsers and conversations whose events without a user count as this person's. `related`: other
    users who used one of them; they are other people, and stay. `letters`: events among the dead letters."""

    project_id: str
    asked: str
    user_ids: list[str]
    anonymous_ids: list[str]
    external_ids: list[str]
    related: list[str]
    events: int
    sessions: int
    links: int
    letters: int
    first_seen: int | None
    last_seen: int | None

    @property
    def nothing(self) -> bool:
        """Whether no store knows this person."""
        return not (self.events or self.links or self.letters)


class Count(msgspec.Struct, frozen=True):
    """Of one store, before an erasure and after."""

    before: int
    after: int


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure did; it does not name the person. Events up to `erased_at` that are still on their way (in the
    queue, with a client, in an import) are not stored when they come; the ledger counts them as erased too."""

    erasure_id: str
    project_id: str
    erased_at: int
    finished_at: int
    events: Count
    sessions: Count
    """Sessions in which the person had a part; what is left of them is recomputed."""
    links: Count
    dead_letters: Count
    ids: int
    """How many ids of the person are remembered, as hashes, so that nothing comes back under them."""
