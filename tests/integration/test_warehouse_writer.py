"""EventWriter against the real engine, in this process and over HTTP: the same rows twice are the same rows, and
whatever a client calls its ids comes back as it was."""

import json
import re
import uuid
from typing import Any

import msgspec
import pytest

from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import RowsRefused
from hatua.warehouse.ids import NO_UUID
from hatua.warehouse.rows import EventRow
from hatua.warehouse.writer import EventWriter, event_table
from tests.fixtures.events import NOON, event
from tests.fixtures.warehouse import both_rungs

pytestmark = both_rungs

DAY = 86_400_000
IDS = [
    "0b6f4f2e-6c0f-4d3a-9b57-6f8f1a2b3c4d",
    "0B6F4F2E-6C0F-4D3A-9B57-6F8F1A2B3C4D",
    "0b6f4f2e6c0f4d3a9b576f8f1a2b3c4d",
    "{0b6f4f2e-6c0f-4d3a-9b57-6f8f1a2b3c4d}",
    "0b6f4f2e-6c0f-4d3a-9b57-6f8f1a2b3c4d\n",
    NO_UUID,
    "+254 712 345 678",
    'it\'s "quoted" \\ back\\slashed',
    "tab\tnewline\nreturn\rbell\x07",
    "🚀 \u202eright to left\u202c e\u0301",
    "x" * 200,
    "",
]


def stored(warehouse: Warehouse, column: str = "event_id") -> list[Any]:
    return [row["value"] for row in warehouse.rows(f"SELECT {column} AS value FROM events ORDER BY seq, event_id")]


def test_writing_the_same_rows_twice_stores_them_once(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    rows = [event(timestamp=NOON + n) for n in range(20)]

    writer.write(rows, [])
    writer.write([msgspec.structs.replace(row, processed_at=NOON + DAY) for row in rows], [])

    assert warehouse.rows("SELECT count() AS events, uniqExact(event_id) AS ids FROM events") == [
        {"events": 20, "ids": 20}
    ]
    assert warehouse.rows("SELECT events FROM sessions FINAL") == [{"events": 20}]


def test_equal_rows_with_other_ids_are_other_events(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(event_id="one")])
    writer.write([event(event_id="two")])

    assert stored(warehouse) == ["one", "two"]


def test_every_column_comes_back_as_it_was_written(warehouse: Warehouse) -> None:
    text: dict[str, Any] = {name: f"{name} of this event" for name in EventRow.__struct_fields__}
    numbers = {"seq": 4_294_967_295, "screen_width": 65_535, "screen_height": 1, "retention_days": 65_535}
    times = {"timestamp": NOON + 1, "received_at": NOON + 22, "processed_at": NOON + 333}
    flags = {"journey_start": True, "journey_end": True}
    row = EventRow(**text | numbers | times | flags)

    EventWriter(warehouse).write([row])

    columns = ", ".join(
        f"toUnixTimestamp64Milli({name}) AS {name}_" if name in times else f"{name} AS {name}_"
        for name in EventRow.__struct_fields__
    )
    (found,) = warehouse.rows(f"SELECT {columns} FROM events")
    assert {name.removesuffix("_"): value for name, value in found.items()} == msgspec.structs.asdict(row)


def test_ids_of_any_spelling_come_back_unchanged(warehouse: Warehouse) -> None:
    rows = [event(event_id=one, message_id=one, anonymous_id=one, seq=n) for n, one in enumerate(IDS)]
    rows += [event(event_id=f"m{n}", message_id=one, seq=100 + n) for n, one in enumerate(IDS)]
    EventWriter(warehouse).write(rows)

    assert stored(warehouse) == [row.event_id for row in rows]
    assert stored(warehouse, "message_id") == [row.message_id for row in rows]
    assert stored(warehouse, "anonymous_id") == [row.anonymous_id for row in rows]


def test_an_id_is_kept_as_a_uuid_only_when_nothing_of_its_spelling_is_lost(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(event_id=one, seq=n) for n, one in enumerate(IDS)])

    assert [one for one in stored(warehouse, "event_text") if one] == IDS[1:-1]


def test_text_of_any_script_and_64_kb_of_properties_come_back_unchanged(warehouse: Warehouse) -> None:
    text = "Kodi ya nyumba, 税, ضريبة, 🏠\u200d👩, \u0001"
    large = json.dumps({"text": "ß" * 32_700}, ensure_ascii=False)
    assert 65_000 < len(large.encode()) <= 65_536
    EventWriter(warehouse).write([event(page_title=text, page_url=text, properties=large, context=f'{{"a":"{text}"}}')])

    assert warehouse.rows("SELECT page_title, page_url, properties, context FROM events") == [
        {"page_title": text, "page_url": text, "properties": large, "context": f'{{"a":"{text}"}}'}
    ]


def test_one_batch_may_touch_every_month_since_2000(warehouse: Warehouse) -> None:
    year_2000 = 946_684_800_000
    rows = [event(timestamp=year_2000 + n * 30 * DAY, session_id=f"s{n}") for n in range(320)]
    writer = EventWriter(warehouse)

    for _ in range(3):
        writer.write(rows)
        writer.write([msgspec.structs.replace(row, event_id=str(uuid.uuid4())) for row in rows])

    (count,) = warehouse.rows("SELECT count() AS events, min(timestamp) AS first FROM events")
    assert count["events"] == 320 * 4
    assert count["first"].isoformat() == "2000-01-01T00:00:00+00:00"
    assert warehouse.rows("SELECT count() AS n, sum(events) AS events FROM sessions FINAL") == [
        {"n": 320, "events": 320 * 4}
    ]


def test_bots_are_stored_like_everyone_else(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(device_type="bot"), event(device_type="mobile", session_id="s2")])

    assert warehouse.rows("SELECT session_id FROM sessions FINAL WHERE device_type = 'bot'") == [{"session_id": "s1"}]


def test_already_stored_names_exactly_the_stored_ids(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(event_id=one, received_at=NOON) for one in IDS])

    asked = [("p", one) for one in IDS] + [("q", IDS[0]), ("p", "never"), ("p", str(uuid.uuid4()))]

    assert writer.already_stored(asked, NOON, NOON) == {("p", one) for one in IDS}
    assert writer.already_stored(asked, NOON - 1, NOON - 1) == set()
    assert writer.already_stored(asked, NOON + 1, NOON + 1) == set()
    assert writer.already_stored([], NOON, NOON) == set()


def test_already_stored_takes_more_ids_than_fit_one_parameter(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    rows = [event(event_id=f"{n:05d}" + "é" * 195) for n in range(1_500)]
    writer.write(rows)

    asked = [("p", row.event_id) for row in rows] + [("p", str(uuid.uuid4())) for _ in range(6_000)]

    assert writer.already_stored(asked, NOON, NOON) == {("p", row.event_id) for row in rows}


def test_one_batch_may_touch_more_sessions_than_fit_one_parameter(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(session_id=str(uuid.uuid4())) for _ in range(6_000)])

    assert warehouse.rows("SELECT count() AS n, sum(events) AS events FROM sessions FINAL") == [
        {"n": 6_000, "events": 6_000}
    ]


def test_nothing_to_write_is_nothing_done(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([], [])

    assert stored(warehouse) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"screen_width": 70_000}, "row 1: screen_width is 70000, which is no uint16"),
        ({"seq": -1}, "row 1: seq is -1, which is no uint32"),
        ({"page_title": "half \ud83d"}, "row 1: page_title is 'half "),
    ],
)
def test_a_row_that_can_never_be_stored_is_named_and_nothing_is_stored(
    warehouse: Warehouse, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(RowsRefused, match=re.escape(said)):
        EventWriter(warehouse).write([event(), event(**wrong), event()])

    assert stored(warehouse) == []


def test_the_columns_we_insert_are_those_of_the_table(warehouse: Warehouse) -> None:
    columns = {
        row["name"]
        for row in warehouse.rows(
            "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'events' "
            "AND default_kind NOT IN ('ALIAS', 'MATERIALIZED')"
        )
    }
    assert set(event_table([event()]).column_names) == columns
