"""What the ledger and the dead letters look like on the wire. Minutes are Unix time // 60 of the receipt."""

import base64
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.question import ProjectQuestion
from hatua.analytics.timerange import iso_utc
from hatua.contract import record
from hatua.contract.ledger import LedgerLine
from hatua.dashboard_api.shapes import Line

Minute = Annotated[int, Meta(ge=0, le=100_000_000)]


class LedgerQuestion(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[from_minute, to_minute), or `from`/`to` as in every question; neither: the last 24 hours. `interval`: one line a
    minute, or one an hour of UTC."""

    from_minute: Minute | None = None
    to_minute: Minute | None = None
    from_: Annotated[str, Meta(max_length=40)] | None = msgspec.field(name="from", default=None)
    to: Annotated[str, Meta(max_length=40)] | None = None
    interval: Literal["minute", "hour"] = "minute"


class LedgerTotals(msgspec.Struct, frozen=True, kw_only=True):
    """received = stored + duplicate + rejected + pending + dead + erased + gap."""

    received: int
    stored: int
    duplicate: int
    rejected: dict[str, int]
    pending: int
    dead: int
    erased: int
    gap: int


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """`balanced`: no minute has a gap. Minutes in which nothing was received are left out."""

    from_minute: int
    to_minute: int
    interval: Literal["minute", "hour"]
    minutes: list[LedgerLine]
    totals: LedgerTotals
    balanced: bool


class DeadLettersQuestion(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Oldest first."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: Annotated[str, Meta(max_length=100)] = ""


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One event that could not be processed. `body`: its bytes in the log, as text; where they are no text,
    `body_base64` has them instead."""

    letter_id: str
    event_id: str
    received_at: str
    failed_at: str
    reason: str
    error: str
    body: str | None
    body_base64: str | None


class DeadLetters(msgspec.Struct, frozen=True, kw_only=True):
    letters: list[DeadLetter]
    next_cursor: str | None


class ChosenLetters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either `ids` or `all`."""

    project: Line
    ids: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=1_000)] = msgspec.field(
        default_factory=list
    )
    all: bool = False


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many went back into the log. Ids that are not among the project's dead letters (any more) do not count."""

    replayed: int


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """How many were deleted for good."""

    purged: int


def letter_of(one: record.DeadLetter) -> DeadLetter:
    """A dead letter as the wire shows it."""
    try:
        text, coded = one.body.decode(), None
    except UnicodeDecodeError:
        text, coded = None, base64.b64encode(one.body).decode()
    return DeadLetter(
        letter_id=one.letter_id,
        event_id=one.event_id,
        received_at=iso_utc(one.received_at),
        failed_at=iso_utc(one.failed_at),
        reason=one.reason,
        error=one.error,
        body=text,
        body_base64=coded,
    )
