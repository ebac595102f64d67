"""What happens now: the last 30 minutes by minute, and who is here."""

from hatua.analytics.counting import tables
from hatua.analytics.counts import Ask, Asked, Count, Counts, Table
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.events_list import event_of, select_events
from hatua.analytics.groups import by_bucket, by_dimension
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import DimensionValue, Realtime, RealtimeMinute, RealtimeQuestion, ValuePeople
from hatua.analytics.timerange import Range, iso_utc, zone_of

NOW_MS = 5 * 60_000
MINUTE_MS = 60_000
MINUTES = 30
TOP = 10
RECENT = 20


def answer(reader: Reader, question: RealtimeQuestion, now_ms: int) -> Realtime:
    """Event times decide, not arrival: a late event of an hour ago is not here. Raises InvalidQuestion."""
    zone = zone_of(question.tz)
    minute = now_ms - now_ms % MINUTE_MS
    edges = [minute + MINUTE_MS * step for step in range(1 - MINUTES, 2)]
    window = Range(edges[0], now_ms + 1, zone)
    here = Asked(question.project, Range(now_ms - NOW_MS + 1, now_ms + 1, zone), question.filters)
    in_window = Asked(question.project, window, question.filters)
    present, minutes, pages, names, countries = tables(
        reader,
        [
            Ask(here, ("visitors",)),
            Ask(in_window._replace(group=by_bucket(edges)), ("visitors", "events")),
            _by(in_window, "page_path", "visitors"),
            _by(in_window, "event_name", "events"),
            _by(in_window, "country", "visitors"),
        ],
    )
    by_minute: dict[int, Counts] = {int(row["grouped"]): row for row in minutes.rows}
    recent = select_events(reader, question.project, window, question.filters, limit=RECENT)
    return Realtime(
        people_now=present.rows[0]["visitors"] if present.rows else 0,
        per_minute=[
            RealtimeMinute(
                minute=iso_utc(start),
                people=by_minute[start]["visitors"] if start in by_minute else 0,
                events=by_minute[start]["events"] if start in by_minute else 0,
            )
            for start in edges[:-1]
        ],
        top_pages=_people(_top(pages, "visitors")),
        top_events=[DimensionValue(value=value, events=count) for value, count in _top(names, "events")],
        countries=_people(_top(countries, "visitors")),
        recent=[event_of(row) for row in recent],
    )


def _people(top: list[tuple[str, int]]) -> list[ValuePeople]:
    return [ValuePeople(value=value, people=count) for value, count in top]


def _by(asked: Asked, dimension: str, metric: Count) -> Ask:
    return Ask(asked._replace(group=by_dimension(dimension_of(dimension, "dimension"))), (metric,))


def _top(table: Table, metric: Count) -> list[tuple[str, int]]:
    """The largest values, missing ones left out; equal ones by value."""
    ranked = sorted((-int(row[metric]), row["grouped"]) for row in table.rows if row["grouped"])
    return [(value, -count) for count, value in ranked[:TOP]]
