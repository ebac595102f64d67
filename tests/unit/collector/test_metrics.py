"""The text form of the counters."""

from hatua.collector.metrics import LATENCY_BUCKETS_MS, CollectorMetrics


def test_latency_buckets_are_cumulative_and_inclusive() -> None:
    metrics = CollectorMetrics()
    for took_ms in (0.1, 0.5, 100, 100.1, 60_000):
        metrics.answered(200, took_ms)
    said = metrics.render().decode().splitlines()
    assert 'hatua_collector_request_seconds_bucket{le="0.0005"} 2' in said
    assert 'hatua_collector_request_seconds_bucket{le="0.1"} 3' in said
    assert 'hatua_collector_request_seconds_bucket{le="0.25"} 4' in said
    assert 'hatua_collector_request_seconds_bucket{le="5"} 4' in said
    assert 'hatua_collector_request_seconds_bucket{le="+Inf"} 5' in said
    assert 'hatua_collector_requests_total{status="200"} 5' in said
    assert sum("_bucket" in line for line in said) == len(LATENCY_BUCKETS_MS) + 1
