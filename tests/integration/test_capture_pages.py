"""Everything the collector answers besides events: health, readiness, the SDK's script, metrics."""

import gzip
from hashlib import sha256
from pathlib import Path

import brotli
import pytest

from hatua import __version__
from hatua.collector.settings import CollectorSettings
from tests.fixtures.capture import SCRIPT, CaptureServer, Project, event, serving


@pytest.mark.parametrize("path", ["/health", "/v1/health"])
def test_health_says_ok_and_the_version(capture_server: CaptureServer, path: str) -> None:
    answer = capture_server.get(path)
    assert (answer.status, answer.json) == (200, {"status": "ok", "version": __version__})
    assert answer.headers["cache-control"] == "no-store"
    assert capture_server.request("HEAD", path).status == 200


def test_other_methods_on_pages_are_405(capture_server: CaptureServer) -> None:
    for path in ("/health", "/ready", "/hatua.js", "/metrics"):
        answer = capture_server.request("POST", path, b"{}")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("br;q=0.0, gzip;q=0", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_the_script_comes_in_the_best_encoding_that_the_client_takes(
    capture_server: CaptureServer, accept: str, encoding: str
) -> None:
    answer = capture_server.get("/hatua.js", {"accept-encoding": accept})
    assert answer.status == 200
    assert answer.headers.get("content-encoding", "") == encoding
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding, bytes)
    assert unpack(answer.body) == SCRIPT
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age=3600" in answer.headers["cache-control"]


def test_each_encoding_of_the_script_has_a_strong_tag_of_its_own_and_304_has_no_body(
    capture_server: CaptureServer,
) -> None:
    tags = []
    for accept in ("br", "gzip", ""):
        first = capture_server.get("/hatua.js", {"accept-encoding": accept})
        tag = first.headers["etag"]
        assert tag.startswith('"' + sha256(SCRIPT).hexdigest()[:32])
        again = capture_server.get("/hatua.js", {"accept-encoding": accept, "if-none-match": f'"other", W/{tag}'})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        tags.append(tag)
    assert len(set(tags)) == 3
    other = capture_server.get("/hatua.js", {"accept-encoding": "gzip", "if-none-match": tags[0]})
    assert other.status == 200


def test_a_head_of_the_script_has_its_length_and_no_body(capture_server: CaptureServer) -> None:
    answer = capture_server.request("HEAD", "/hatua.js")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(SCRIPT))


def test_metrics_count_what_happened(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        project = server.project()
        twice = event()
        for body in (twice, [twice, event(), event(event_name=1)], b"oops", {"batch": [5]}):
            project.send(body)
        said = server.get("/metrics").body.decode().splitlines()
        for line in (
            'hatua_collector_events_total{outcome="accepted"} 2',
            'hatua_collector_events_total{outcome="duplicate"} 1',
            'hatua_collector_events_total{outcome="rejected"} 2',
            'hatua_collector_rejected_total{reason="invalid_type"} 1',
            'hatua_collector_rejected_total{reason="not_an_object"} 1',
            'hatua_collector_requests_total{status="200"} 2',
            'hatua_collector_requests_total{status="400"} 2',
            'hatua_collector_request_errors_total{code="invalid_json"} 1',
            'hatua_collector_request_seconds_bucket{le="+Inf"} 4',
            "hatua_collector_request_seconds_count 4",
        ):
            assert line in said
        metrics = server.collector.metrics
        assert (metrics.accepted, metrics.duplicate, metrics.rejected.total()) == (2, 1, 2)


def test_metrics_are_for_private_networks_only(tmp_path: Path) -> None:
    with serving(tmp_path, CollectorSettings(trusted_proxies="127.0.0.1")) as server:
        assert server.get("/metrics").status == 200
        assert server.get("/metrics", {"x-forwarded-for": "10.0.0.7"}).status == 200
        assert server.get("/metrics", {"x-forwarded-for": "41.90.1.1"}).status == 404


def test_metrics_are_not_for_what_an_unknown_proxy_forwards(capture_server: CaptureServer) -> None:
    assert capture_server.get("/metrics").status == 200
    assert capture_server.get("/metrics", {"x-forwarded-for": "10.0.0.7"}).status == 404


def test_metrics_can_be_closed_to_all(tmp_path: Path) -> None:
    with serving(tmp_path, CollectorSettings(metrics_networks="192.0.2.0/24")) as server:
        assert server.get("/metrics").status == 404


def test_a_project_is_served_while_its_metrics_are_read(project: Project) -> None:
    assert project.send(event()).status == 200
    assert project.server.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
