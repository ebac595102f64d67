"""What an operator asks of a running cluster: the ledger, the dead letters, the halt, the doctor; and `hatua serve`
over the same engines."""

import json
import time
from collections.abc import Iterator

import pytest

from hatua.base.settings import Secret
from hatua.streams.redis_streams import RedisLog
from hatua.streams.settings import StreamsSettings
from hatua.warehouse.client import Warehouse
from hatua.warehouse.settings import WarehouseSettings
from tests.fixtures.cluster import Cluster, Role, an_event, running_cluster

DEFECT = """
import hatua.processor.enrichment as enrichment
decode = enrichment.decode_event
def decode_or_fail(data):
    raw = decode(data)
    if raw.event_name == "poison":
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "a defect of this build")
    return raw
enrichment.decode_event = decode_or_fail
"""
"""A build that cannot read some events: Python runs it at the start of a process that has its folder in PYTHONPATH."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Redis and ClickHouse with an SQLite registry, which roles on one machine may share."""
    folder = tmp_path_factory.mktemp("operations")
    with running_cluster(folder, f"sqlite:///{folder / 'registry.db'}") as made:
        yield made


@pytest.fixture(scope="module")
def collector(cluster: Cluster) -> Role:
    return cluster.start("collector")


@pytest.fixture(scope="module")
def api(cluster: Cluster) -> Role:
    return cluster.start("api")


@pytest.fixture(scope="module")
def broken_build(cluster: Cluster) -> dict[str, str]:
    """The environment of a processor of a build with a defect."""
    folder = cluster.folder / "broken build"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(DEFECT)
    return {"PYTHONPATH": ":".join([str(folder), *filter(None, [cluster.environ.get("PYTHONPATH", "")])])}


def test_poison_becomes_dead_letters_and_a_replay_by_a_mended_build_stores_all_of_it(
    cluster: Cluster, collector: Role, api: Role, broken_build: dict[str, str]
) -> None:
    project = cluster.project()
    good = [an_event() for _ in range(50)]
    poison = [an_event(event_name="poison", properties={"amount": n}) for n in range(5)]
    broken = cluster.start("processor", **broken_build)
    assert collector.send(project.write_key, *good, *poison)[0] == 200
    found = project.wait_stored(api, 50)
    assert (found["totals"]["dead"], found["balanced"]) == (5, True)
    assert broken.metric('hatua_processor_events_total{outcome="dead"}') == 5
    assert collector.metric("hatua_log_dead_letters") == 5
    assert broken.stop()[0] == 0

    listed = cluster.run("deadletters", "list", "--project", project.id)
    assert listed.stderr.strip().endswith("5 dead letters")
    assert all("undecodable" in line and "a defect of this build" in line for line in listed.stdout.splitlines())
    exported = [json.loads(line) for line in cluster.run("deadletters", "export").stdout.splitlines()]
    assert sorted(one["event_id"] for one in exported) == sorted(one["event_id"] for one in poison)
    amounts = sorted(json.loads(one["body"])["properties"]["amount"] for one in exported)
    assert amounts == [0, 1, 2, 3, 4]

    mended = cluster.start("processor")
    assert "say which" in cluster.run("deadletters", "replay", check=False).stderr
    assert cluster.run("deadletters", "replay", "not-an-id", check=False).returncode == 1
    assert cluster.run("deadletters", "replay", "--all", "--project", project.id).stdout == "5 put back into the log\n"
    found = project.wait_stored(api, 55)
    assert (found["totals"]["dead"], found["totals"]["stored"], found["balanced"]) == (0, 55, True)
    assert sorted(project.event_ids(api)) == sorted(one["event_id"] for one in (*good, *poison))
    assert mended.stop()[0] == 0


def test_purged_letters_stay_in_the_ledger_as_dead(
    cluster: Cluster, collector: Role, api: Role, broken_build: dict[str, str]
) -> None:
    project = cluster.project()
    broken = cluster.start("processor", **broken_build)
    assert collector.send(project.write_key, an_event(), an_event(event_name="poison"))[0] == 200
    project.wait_stored(api, 1)
    assert cluster.run("deadletters", "purge", "--all", "--project", project.id).stdout == "1 deleted\n"
    found = project.ledger(api)
    assert (found["totals"]["dead"], found["balanced"]) == (1, True)
    assert broken.stop()[0] == 0


def test_a_flood_of_failures_halts_the_processor_and_everything_waits_for_a_human(
    cluster: Cluster, collector: Role, api: Role, broken_build: dict[str, str]
) -> None:
    project = cluster.project()
    broken = cluster.start("processor", **broken_build, HATUA_HALT_FAILURES_IN_A_ROW="10")
    events = [an_event(event_name="poison", anonymous_id="one visitor") for _ in range(20)]
    assert collector.send(project.write_key, *events)[0] == 200
    assert broken.wait_ready(503)["status"] == "halted"
    assert broken.get("/health")[0] == 200
    assert broken.metric("hatua_processor_halted") == 1
    assert any("10 events in a row failed" in one["msg"] for one in broken.lines("error"))
    assert project.ledger(api)["totals"]["pending"] == 20
    assert collector.get("/ready")[0] == 200
    assert broken.stop()[0] == 0

    mended = cluster.start("processor")
    assert project.wait_stored(api, 20)["balanced"] is True
    assert mended.stop()[0] == 0


def test_a_row_that_is_gone_from_clickhouse_is_found_by_ledger_verify(
    cluster: Cluster, collector: Role, api: Role
) -> None:
    project = cluster.project()
    processor = cluster.start("processor")
    assert collector.send(project.write_key, *[an_event() for _ in range(10)])[0] == 200
    project.wait_stored(api, 10)
    assert processor.stop()[0] == 0
    whole = cluster.run("ledger", "verify", "--project", project.id)
    assert "received 10 = stored 10" in whole.stderr
    assert "0 of 1 project minutes have a gap" in whole.stderr or "0 of 2 project minutes" in whole.stderr

    settings = WarehouseSettings(host="127.0.0.1", port=cluster.clickhouse.port)
    with Warehouse.open(settings, cluster.environ["CLICKHOUSE_DATABASE"]) as warehouse:
        (victim,) = warehouse.rows(
            "SELECT event_id FROM events WHERE project_id = {project:String} LIMIT 1", {"project": project.id}
        )
        warehouse.execute(
            "ALTER TABLE events DELETE WHERE project_id = {project:String} AND event_id = {event:String}"
            " SETTINGS mutations_sync = 2",
            {"project": project.id, "event": victim["event_id"]},
        )
    short = cluster.run("ledger", "verify", "--project", project.id, check=False)
    assert short.returncode == 1
    (gap,) = [json.loads(line) for line in short.stdout.splitlines()]
    assert (gap["project_id"], gap["gap"]) == (project.id, 1)
    assert "+ gap 1" in short.stderr
    seen = None
    began = time.monotonic()
    while seen is None and time.monotonic() - began < 120:  # the first reading starts the recount
        seen = api.metric("hatua_ledger_gap_events")
        time.sleep(0.1)
    assert seen == 1
    assert any(one["msg"] == "the ledger does not balance" and one["gap"] == 1 for one in api.lines("error"))


def test_the_doctor_says_when_redis_is_weaker_than_asked_for_or_would_throw_events_away(
    cluster: Cluster, collector: Role
) -> None:
    redis = cluster.redis.client
    well = cluster.run("doctor").stdout
    assert "durability always" in well
    assert "maxmemory-policy" not in well
    redis.config_set("maxmemory", "1gb")
    redis.config_set("maxmemory-policy", "volatile-lru")
    redis.config_set("appendfsync", "everysec")
    try:
        weaker = cluster.run("doctor").stdout
        assert "durability is everysec, weaker than HATUA_REDIS_DURABILITY=always" in weaker
        assert "maxmemory-policy is volatile-lru" in weaker
        assert weaker.count("warning") >= 2
        redis.config_set("maxmemory-policy", "noeviction")
        asked_for = cluster.run("doctor", HATUA_REDIS_DURABILITY="everysec").stdout
        assert "weaker" not in asked_for
        assert "maxmemory-policy" not in asked_for
    finally:
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", "0")
        redis.config_set("appendfsync", "always")
    gone = cluster.run("doctor", check=False, CLICKHOUSE_PORT="1")
    assert (gone.returncode, "FAILED   warehouse" in gone.stdout) == (1, True)


def test_serve_uses_the_engines_that_are_named_and_tells_all_its_numbers(cluster: Cluster) -> None:
    project = cluster.project()
    data = cluster.folder / "serve"
    serve = cluster.start("serve", HATUA_DATA_DIR=str(data), REDIS_STREAM_KEY="of-serve")
    event = an_event()
    assert serve.send(project.write_key, event)[0] == 200
    project.wait_stored(serve, 1)
    assert project.event_ids(serve) == [event["event_id"]]
    assert not (data / "log.db").exists()
    assert not (data / "warehouse").exists()
    admin = RedisLog(StreamsSettings(redis_url=Secret(cluster.redis.url), stream_key="of-serve")).admin()
    (row,) = admin.ledger(project.id, 0, 2**31)
    assert (row.received, row.pending) == (1, 0)
    admin.close()
    assert serve.metric('hatua_collector_events_total{outcome="accepted"}') == 1
    assert serve.metric('hatua_processor_events_total{outcome="inserted"}') == 1
    assert serve.metric("hatua_log_waiting_events") == 0
    assert serve.metric("hatua_processor_halted") == 0
    assert serve.stop()[0] == 0


def test_migrating_again_changes_nothing(cluster: Cluster) -> None:
    assert cluster.run("migrate").stdout == "registry: up to date\nwarehouse: up to date\n"


def test_without_clickhouse_the_migration_says_which_server_does_not_answer(cluster: Cluster) -> None:
    done = cluster.run("migrate", check=False, CLICKHOUSE_PORT="1")
    assert done.returncode == 1
    assert "ClickHouse at 127.0.0.1" in done.stderr
