"""The verdict: what clients were promised against what is stored. Pure: the same evidence, the same verdict."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from hatua.contract.ledger import LedgerLine
from hatua.processor.sessions import new_session_id
from tests.torture.client import Books, Key
from tests.torture.story import Story, Told

FEWEST_ACKNOWLEDGEMENTS = 100
_SHOWN = 5


class Evidence(msgspec.Struct):
    """All that is in the stores after the log has drained. Rows are dicts of column -> value, times as Unix ms."""

    events: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    """Of FINAL: one a session."""
    links: list[dict[str, Any]]
    """Of FINAL: one a pair; none is revoked."""
    ledger: list[LedgerLine]
    dead: int
    """Dead letters, after those there were have been replayed."""
    waiting: int
    """Events that the log still holds."""


class Verdict(msgspec.Struct):
    """Sentences of fault by kind; none is a run that is clean."""

    faults: dict[str, list[str]] = msgspec.field(default_factory=dict)
    counts: dict[str, int] = msgspec.field(default_factory=dict)

    def add(self, kind: str, sentence: str) -> None:
        self.faults.setdefault(kind, []).append(sentence)

    @property
    def clean(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        lines = [", ".join(f"{n} {what}" for what, n in self.counts.items())]
        for kind, sentences in sorted(self.faults.items()):
            lines += [f"{kind}: {len(sentences)}", *(f"    {one}" for one in sentences[:_SHOWN])]
        return "\n".join(lines)


def judge(story: Story, books: Books, evidence: Evidence) -> Verdict:
    """Everything that is wrong. The dead letters have been replayed: every promised event must be stored."""
    verdict = Verdict()
    _void(verdict, books)
    stored = _events(verdict, story, books, evidence)
    visits = _visits(verdict, story, stored)
    _sessions(verdict, story, visits, evidence.sessions)
    _links(verdict, story, stored, evidence.links)
    _ledger(verdict, books, evidence, len(stored))
    verdict.counts = {
        "requests": books.answers.total(),
        "acknowledged": books.answers[200],
        "unanswered": books.answers[0],
        "retries": books.retries,
        "promised events": len(books.promised),
        "duplicates": books.duplicate,
        "refused": len(books.refused),
        "stored": len(evidence.events),
        "sessions": len(evidence.sessions),
        "links": len(evidence.links),
    }
    return verdict


def _void(verdict: Verdict, books: Books) -> None:
    if books.answers[200] < FEWEST_ACKNOWLEDGEMENTS:
        verdict.add("void", f"{books.answers[200]} acknowledgements; a run needs {FEWEST_ACKNOWLEDGEMENTS}")
    if not books.retries:
        verdict.add("void", "no client had to retry: the faults did not reach anyone")
    for fault in books.faults:
        verdict.add("answers", fault)
    for key in sorted(books.sent - books.promised - books.refused)[:_SHOWN]:
        verdict.add("unanswered", f"{key} was never answered")


def judge_letters(verdict: Verdict, story: Story, books: Books, letters: Sequence[tuple[str, str, bytes]]) -> None:
    """The dead letters before they were replayed: (project_id, event_id, original bytes). They must be the promised
    poison, each once, as it was sent."""
    times = Counter((project, event) for project, event, _ in letters)
    for project, event, body in letters:
        told = story.tell(event)
        if told.fate != "poison" or (project, event) not in books.promised:
            verdict.add("dead letters", f"{event} is among them but is no poison that was promised")
        elif json.loads(body)["properties"] != told.row["properties"]:
            verdict.add("dead letters", f"{event} lost its bytes: {body[:200]!r}")
    for key, count in times.items():
        if count > 1:
            verdict.add("dead letters", f"{key} is there {count} times")
    for key in sorted(books.promised - times.keys()):
        if story.tell(key[1]).fate == "poison":
            verdict.add("dead letters", f"{key} is not among them")
    verdict.counts["dead letters"] = len(letters)


def _events(verdict: Verdict, story: Story, books: Books, evidence: Evidence) -> dict[Key, dict[str, Any]]:
    times = Counter((row["project_id"], row["event_id"]) for row in evidence.events)
    stored = {(row["project_id"], row["event_id"]): row for row in evidence.events}
    for key in sorted(books.promised - stored.keys()):
        verdict.add("missing", f"{key} {story.tell(key[1]).fate}")
    for key, count in sorted(times.items()):
        if count > 1:
            verdict.add("doubled", f"{key} is stored {count} times")
    for key in sorted(stored.keys() - books.promised):
        verdict.add("invented", f"{key} was {'refused' if key in books.refused else 'never promised'}")
    for row in evidence.events:
        for column, (wanted, found) in differences(story.tell(row["event_id"]), row).items():
            verdict.add("corrupted", f"{row['event_id']}.{column} is {found!r}, not {wanted!r}")
    return stored


def differences(told: Told, row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Column -> (what follows from the id, what is stored)."""
    found = {**row, "properties": json.loads(row["properties"])}
    wrong = {name: (value, found[name]) for name, value in told.row.items() if found[name] != value}
    if told.session_id and row["session_id"] != told.session_id:
        wrong["session_id"] = (told.session_id, row["session_id"])
    return wrong


Visits = dict[Key, list[Told]]
"""(project_id, session_id) -> its events."""


def _visits(verdict: Verdict, story: Story, stored: Mapping[Key, dict[str, Any]]) -> Visits:
    """Sessions as they follow from the events' ids. One that no client named has the id that was found, if all events
    of the person share it and one of them gave it its name."""
    visits: Visits = defaultdict(list)
    unnamed: dict[tuple[str, int], list[tuple[str, Told]]] = defaultdict(list)
    for (project, event_id), row in stored.items():
        told = story.tell(event_id)
        if told.session_id:
            visits[project, told.session_id].append(told)
        else:
            unnamed[project, told.person].append((row["session_id"], told))
    for (project, person), found in unnamed.items():
        ids = {session_id for session_id, _ in found}
        key = (project, found[0][1].row["anonymous_id"], found[0][1].row["channel"])
        if len(ids) > 1:
            verdict.add("sessions", f"person {person} of {project} has {len(ids)} sessions {sorted(ids)}, not one")
        elif not ids & {new_session_id(key, told.event_id) for _, told in found}:
            verdict.add("sessions", f"session {ids} of person {person} is named after none of its events")
        for session_id, told in found:
            visits[project, session_id].append(told)
    return visits


def _sessions(verdict: Verdict, story: Story, visits: Visits, rows: Iterable[Mapping[str, Any]]) -> None:
    found = {(row["project_id"], row["session_id"]): row for row in rows}
    for key in sorted(visits.keys() - found.keys()):
        verdict.add("sessions", f"{key} is missing")
    for key in sorted(found.keys() - visits.keys()):
        verdict.add("sessions", f"{key} is invented")
    for key in sorted(visits.keys() & found.keys()):
        for column, wanted in described(visits[key]).items():
            if found[key][column] != wanted:
                verdict.add("sessions", f"{key}.{column} is {found[key][column]!r}, not {wanted!r}")


def described(events: Sequence[Told]) -> dict[str, Any]:
    """One session, counted in plain Python."""
    ordered = sorted(events, key=_order)
    rows = [told.row for told in ordered]
    pages = [row["page_path"] for row in rows if row["event_type"] == "page" or row["event_name"] == "page_view"]
    return {
        "started_at": rows[0]["timestamp"],
        "ended_at": rows[-1]["timestamp"],
        "events": len(rows),
        "pageviews": len(pages),
        "non_heartbeat_events": sum(row["event_name"] != "heartbeat" for row in rows),
        "entry_page": pages[0] if pages else "",
        "exit_page": pages[-1] if pages else "",
        "channel": rows[0]["channel"],
        "campaign_id": rows[0]["campaign_id"],
        "locale": rows[0]["locale"],
        "user_ids": sorted({row["user_id"] for row in rows} - {""}),
        "anonymous_ids": sorted({row["anonymous_id"] for row in rows if not row["user_id"]}),
        "first_event_id": ordered[0].event_id,
        "version": len(rows),
    }


def _order(told: Told) -> tuple[int, int, str]:
    return told.row["timestamp"], told.row["seq"], told.event_id


def _links(verdict: Verdict, story: Story, stored: Iterable[Key], rows: Sequence[Mapping[str, Any]]) -> None:
    latest: dict[tuple[str, str, str], Told] = {}
    for project, event_id in stored:
        told = story.tell(event_id)
        anonymous_id, user_id = told.row["anonymous_id"], told.row["user_id"]
        if user_id and user_id != anonymous_id:
            pair = (project, anonymous_id, user_id)
            latest[pair] = max(latest.get(pair, told), told, key=_order)
    found = {(row["project_id"], row["anonymous_id"], row["user_id"]): row for row in rows}
    for pair in sorted(latest.keys() - found.keys()):
        verdict.add("links", f"{pair} is missing")
    for pair in sorted(found.keys() - latest.keys()):
        verdict.add("links", f"{pair} is invented")
    for pair in sorted(found.keys() & latest.keys()):
        if _moment(found[pair]) != _order(latest[pair]):
            verdict.add("links", f"{pair} was seen last at {_order(latest[pair])}, not at {_moment(found[pair])}")
    wanted = _last_user({pair: _order(told) for pair, told in latest.items()})
    got = _last_user({pair: _moment(row) for pair, row in found.items()})
    for owner in sorted(wanted):
        if got.get(owner) != wanted[owner]:
            verdict.add("links", f"{owner} belongs to {wanted[owner]}, but the links say {got.get(owner)}")


def _moment(row: Mapping[str, Any]) -> tuple[int, int, str]:
    return row["linked_at"], row["seq"], row["event_id"]


def _last_user(moments: Mapping[tuple[str, str, str], tuple[int, int, str]]) -> dict[tuple[str, str], str]:
    """(project_id, anonymous_id) -> the user it was linked to last, as analytics reads links."""
    last: dict[tuple[str, str], tuple[tuple[int, int, str], str]] = {}
    for (project, anonymous_id, user_id), moment in moments.items():
        owner = project, anonymous_id
        last[owner] = max(last.get(owner, (moment, user_id)), (moment, user_id))
    return {owner: user_id for owner, (_, user_id) in last.items()}


def _ledger(verdict: Verdict, books: Books, evidence: Evidence, stored: int) -> None:
    for line in evidence.ledger:
        if line.gap or line.pending:
            verdict.add("ledger", f"gap {line.gap}, pending {line.pending} in {line}")
    sums = {name: sum(getattr(line, name) for line in evidence.ledger) for name in ("received", "stored", "dead")}
    if sums["stored"] != stored:
        verdict.add("ledger", f"it counts {sums['stored']} stored events, but there are {stored}")
    if sums["dead"] or evidence.dead:
        verdict.add("ledger", f"after the replay it counts {sums['dead']} dead letters, and there are {evidence.dead}")
    answered = books.accepted + books.duplicate
    if sums["received"] < answered:
        verdict.add("ledger", f"it counts {sums['received']} received events, but clients had {answered} answered")
    if books.accepted > len(books.promised):
        verdict.add("ledger", f"{books.accepted} events accepted, but there are only {len(books.promised)}")
    if evidence.waiting:
        verdict.add("ledger", f"{evidence.waiting} events still wait in the log")
