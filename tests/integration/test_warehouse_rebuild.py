"""The tables that are derived from events: compared with the events, and made anew."""

from collections.abc import Callable

import msgspec
import pytest

from hatua.warehouse import rebuild as module
from hatua.warehouse.client import Warehouse
from hatua.warehouse.comparing import Compared
from hatua.warehouse.erasing import Erasing, Who, new_job
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.rebuild import RebuildRefused, rebuild, verify
from hatua.warehouse.rows import EventRow
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event
from tests.fixtures.warehouse import both_rungs

HOUR = 3_600_000
MUTATION = {"mutations_sync": 2}
PAGES = ("/", "/mri", "/tot/")


def visits() -> list[EventRow]:
    """Two projects, sessions over several days, pages, users and late events."""
    return [
        event(
            project_id="pq"[n % 2],
            event_id=f"e{n}",
            session_id=f"s{n % 5}",
            timestamp=NOON + n * 9 * HOUR,
            page_path=PAGES[n % 3],
            user_id="u1" if n % 4 == 0 else "",
        )
        for n in range(20)
    ]


@pytest.fixture(autouse=True)
def few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is damaged stays so: one more look is enough."""
    monkeypatch.setattr(module, "LOOKS", 1)


@pytest.fixture
def stored(warehouse: Warehouse) -> Warehouse:
    rows = visits()
    EventWriter(warehouse).write(rows[10:])
    EventWriter(warehouse).write(rows[:10])
    return warehouse


def no_pause(_seconds: float) -> None:
    """Looks again at once."""


def sessions(warehouse: Warehouse) -> list[dict[str, object]]:
    return warehouse.rows("SELECT * FROM sessions FINAL ORDER BY project_id, session_id")


def wrong(found: list[Compared]) -> list[tuple[str, str]]:
    return [(one.project_id, one.table) for one in found if not one.same]


def left_over(warehouse: Warehouse) -> int:
    name = f"{warehouse.database}_rebuild"
    return len(warehouse.rows("SELECT 1 FROM system.databases WHERE name = {name:String}", {"name": name}))


@both_rungs
def test_what_was_written_is_what_the_events_say(stored: Warehouse) -> None:
    found = verify(stored, no_pause)
    assert [(one.project_id, one.table, one.stored_rows, one.moved) for one in found] == [
        ("p", "sessions", 5, False),
        ("q", "sessions", 5, False),
        ("p", "session_hours", 10, False),
        ("q", "session_hours", 10, False),
    ]
    assert wrong(found) == []
    assert len({one.stored_digest for one in found}) == 4
    assert left_over(stored) == 0


@pytest.mark.parametrize(
    ("damage", "table"),
    [
        ("ALTER TABLE sessions UPDATE entry_page = '/other' WHERE project_id = 'p' AND session_id = 's3'", "sessions"),
        ("ALTER TABLE sessions UPDATE events = events + 1 WHERE project_id = 'p' AND session_id = 's3'", "sessions"),
        ("ALTER TABLE sessions DELETE WHERE project_id = 'p' AND session_id = 's3'", "sessions"),
        (
            "INSERT INTO sessions (project_id, session_id, started_at, version) VALUES ('p', 'made-up', now64(3), 9)",
            "sessions",
        ),
        ("ALTER TABLE session_hours DELETE WHERE project_id = 'p' AND session_id = 's3'", "session_hours"),
    ],
    ids=["a value", "a count", "a lost session", "an invented session", "lost hours"],
)
def test_damage_is_told_and_mended_by_a_rebuild(stored: Warehouse, damage: str, table: str) -> None:
    before = sessions(stored)
    stored.execute(damage, settings=MUTATION)

    assert wrong(rebuild(stored, no_pause)) == [("p", table)]
    assert wrong(verify(stored, no_pause)) == []
    assert sessions(stored) == before
    assert left_over(stored) == 0


def test_a_verification_changes_nothing(stored: Warehouse) -> None:
    stored.execute("ALTER TABLE sessions DELETE WHERE project_id = 'q'", settings=MUTATION)
    before = sessions(stored)
    assert wrong(verify(stored, no_pause)) == [("q", "sessions")]
    assert sessions(stored) == before


def test_sessions_come_back_from_events_alone(stored: Warehouse) -> None:
    before = sessions(stored)
    for table in ("sessions", "session_hours"):
        stored.execute(f"TRUNCATE TABLE {table} SYNC")
    assert len(wrong(rebuild(stored, no_pause))) == 4
    assert sessions(stored) == before


@pytest.mark.parametrize("warehouse_settings", ["server"], indirect=True)
def test_events_that_come_in_meanwhile_are_no_difference(stored: Warehouse) -> None:
    pauses: list[float] = []

    def meanwhile(seconds: float) -> None:
        pauses.append(seconds)
        EventWriter(stored).write([event(event_id=f"late{len(pauses)}", session_id=f"s{len(pauses)}")])

    original = module.rebuild_sessions

    def then_one_more(fresh: Warehouse) -> int:
        done = original(fresh)
        EventWriter(stored).write([event(event_id="between", session_id="s0", timestamp=NOON - HOUR)])
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "rebuild_sessions", then_one_more)
        found = verify(stored, meanwhile)
    assert wrong(found) == []
    assert len(pauses) == 1, "the session that had got an event was looked at once more"
    assert [one.moved for one in found if one.table == "sessions"] == [True, False]


def after_the_build(action: Callable[[], object]) -> Callable[[Warehouse], int]:
    original = module.rebuild_sessions

    def built(fresh: Warehouse) -> int:
        done = original(fresh)
        action()
        return done

    return built


@both_rungs
def test_what_is_written_and_erased_during_a_rebuild_stays_so(
    stored: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile() -> None:
        now = stored.rows("SELECT toUnixTimestamp64Milli(now64(3)) AS ms")[0]["ms"]
        writer = EventWriter(stored)
        writer.write([event(event_id="new", session_id="s-new", timestamp=now, received_at=now, processed_at=now)])
        writer.write([event(event_id="more", session_id="s0", timestamp=NOON, processed_at=now)])
        who = Who(project_id="p", until_ms=now + HOUR, users=("u1",), anonymous=(), externals=())
        assert Erasing(stored).erase_events_of(who, new_job("test")) == 5

    monkeypatch.setattr(module, "rebuild_sessions", after_the_build(meanwhile))
    # Nothing settles it before the exchange: the new sessions are those of before.
    monkeypatch.setattr(module, "LOOKS", 0)
    rebuild(stored, no_pause)
    monkeypatch.undo()

    assert wrong(verify(stored, no_pause)) == []
    assert all(row["user_ids"] == [] for row in sessions(stored) if row["project_id"] == "p")
    assert {row["session_id"] for row in sessions(stored)} >= {"s-new"}


def test_sessions_that_retention_has_cut_are_left_to_it(warehouse: Warehouse) -> None:
    now = warehouse.rows("SELECT toUnixTimestamp64Milli(now64(3)) AS ms")[0]["ms"]
    day = 24 * HOUR
    rows = [event(event_id=f"e{n}", timestamp=now - (6 - n) * day - day // 2, retention_days=5) for n in range(7)]
    rows += [event(event_id="other", session_id="s9", timestamp=now, retention_days=5)]
    EventWriter(warehouse).write(rows)
    Erasing(warehouse).erase_expired("p", now - 5 * day, 0, new_job("test"))
    found = verify(warehouse, no_pause)
    assert wrong(found) == []
    assert {one.table for one in found if one.stored_rows} == {"sessions", "session_hours"}


@both_rungs
def test_a_rebuild_that_was_killed_is_in_the_way_of_the_next_only_where_another_may_be_at_work(
    stored: Warehouse,
) -> None:
    with Warehouse.open(stored.settings, f"{stored.database}_rebuild") as fresh:
        apply_migrations(fresh)
    if stored.embedded:
        assert wrong(verify(stored, no_pause)) == []
        return
    with pytest.raises(RebuildRefused, match=r"another rebuild is under way, or one was killed"):
        verify(stored, no_pause)
    stored.execute(f"DROP DATABASE {stored.database}_rebuild SYNC")
    assert wrong(verify(stored, no_pause)) == []


def test_an_old_schema_and_a_cluster_are_refused(
    stored: Warehouse, empty_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.execute("ALTER TABLE schema_migrations DELETE WHERE version = 5", settings=MUTATION)
    with pytest.raises(RebuildRefused, match=r"lacks 0005_event_keys: `hatua migrate` first"):
        verify(stored, no_pause)
    monkeypatch.setattr(stored, "settings", msgspec.structs.replace(stored.settings, cluster="c"))
    with pytest.raises(RebuildRefused, match="HATUA_CLICKHOUSE_CLUSTER is set"):
        rebuild(stored, no_pause)
