"""The server rung as an operator runs it: every role a process of its own, over Redis, ClickHouse and PostgreSQL."""

from tests.fixtures.cluster import Cluster, an_event


def test_an_event_that_a_collector_took_is_in_the_answers_of_the_api(cluster: Cluster) -> None:
    collector, _, api = (cluster.start(name) for name in ("collector", "processor", "api"))
    project = cluster.project()
    sent = an_event(event_name="seen_by_all")
    status, answer = collector.send(project.write_key, sent, an_event(event_id=sent["event_id"]))
    assert (status, answer["accepted"], answer["duplicate"]) == (200, 1, 1)
    found = project.wait_stored(api, 1)
    assert project.event_ids(api) == [sent["event_id"]]
    assert found["balanced"] is True
    assert found["totals"] | {"rejected": 0} == {
        "received": 2,
        "stored": 1,
        "duplicate": 1,
        "rejected": 0,
        "pending": 0,
        "dead": 0,
        "gap": 0,
    }
