"""Every metric that a process renders is in docs/operations.md, and every alert stands on metrics that exist and leads
to a paragraph that says what to do."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from hatua.base.errors import Unavailable
from hatua.cli.metrics import LedgerWatch, RequestCounts, build_info, log_depth, processor_counts, rendered
from hatua.collector.metrics import CollectorMetrics
from hatua.contract.ledger import LedgerLine
from hatua.contract.record import Envelope, LogDepth, Tally
from hatua.processor.counters import Counters

ROOT = Path(__file__).resolve().parents[3]
DOCS = (ROOT / "docs" / "operations.md").read_text()
ALERTS: list[dict[str, Any]] = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"][0][
    "rules"
]
NOW_MS = 1_773_403_200_000


class Log:
    """The writer's side (LogWriter) of a log with a known depth; None: it is away."""

    def __init__(self, depth: LogDepth | None) -> None:
        self._depth = depth

    async def append(self, envelopes: Sequence[Envelope], tallies: Sequence[Tally]) -> list[bool]:
        raise AssertionError("metrics append nothing")

    async def depth(self) -> LogDepth:
        if self._depth is None:
            raise Unavailable("away")
        return self._depth

    async def close(self) -> None:
        """Nothing to close."""


def _everything() -> str:
    async def render() -> bytes:
        line = LedgerLine("p", 1, 5, 3, 0, {}, 0, 0, 2)
        watch = LedgerWatch(lambda _from, _to: [line], lambda: NOW_MS)
        await watch()
        await watch.settle()
        api = RequestCounts("hatua_api")
        api.answered(200, 0.02)
        depth = log_depth(Log(LogDepth(7, NOW_MS - 1_500, 2)), lambda: NOW_MS)
        counts = processor_counts(Counters(inserted=4, lag_ms=250), lambda: True)
        return CollectorMetrics().render() + await rendered([build_info("serve"), depth, counts, watch, api])

    return asyncio.run(render()).decode()


def _names() -> set[str]:
    return set(re.findall(r"^# TYPE (\w+) ", _everything(), re.M))


def test_every_metric_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"^\| `(hatua_\w+)", DOCS, re.M))
    assert len(_names()) > 15
    assert documented == _names()


def test_the_text_is_what_prometheus_reads() -> None:
    number = r"-?\d+(\.\d+)?(e[+-]?\d+)?"
    for line in _everything().splitlines():
        assert re.fullmatch(
            rf'# TYPE \w+ (counter|gauge|histogram)|\w+(\{{\w+="[^"]*"(,\w+="[^"]*")*\}})? {number}', line
        ), line
    samples = _everything().splitlines()
    assert "hatua_log_waiting_events 7" in samples
    assert "hatua_log_oldest_event_age_seconds 1.5" in samples
    assert "hatua_ledger_gap_events 2" in samples
    assert 'hatua_api_request_seconds_bucket{le="0.025"} 1' in samples


def test_a_log_that_is_away_is_said_and_nothing_else_is_claimed_of_it() -> None:
    said = asyncio.run(rendered([log_depth(Log(None), lambda: NOW_MS)]))
    assert said == b"# TYPE hatua_log_up gauge\nhatua_log_up 0\n"


def test_a_processor_whose_thread_died_counts_as_halted() -> None:
    said = asyncio.run(rendered([processor_counts(Counters(), lambda: False)]))
    assert b"\nhatua_processor_halted 1\n" in said


def test_every_alert_stands_on_metrics_that_exist() -> None:
    names = _names() | {f"{name}_bucket" for name in _names()}
    for alert in ALERTS:
        used = set(re.findall(r"\bhatua_\w+", alert["expr"]))
        assert used, alert["alert"]
        assert used <= names, alert["alert"]


def test_every_alert_says_how_bad_it_is_and_leads_to_what_to_do() -> None:
    headings = {line.removeprefix("### ").strip() for line in DOCS.splitlines() if line.startswith("### ")}
    for alert in ALERTS:
        assert alert["labels"]["severity"] in ("warning", "critical")
        assert alert["annotations"]["summary"]
        assert alert["alert"] in headings
        assert alert["annotations"]["runbook"] == f"docs/operations.md#{alert['alert'].lower()}"


def test_the_customers_own_limits_are_among_the_alerts() -> None:
    rules = {alert["alert"]: alert["expr"] for alert in ALERTS}
    assert rules["HatuaLogBacklog"] == "max(hatua_log_waiting_events) >= 10000"
    assert rules["HatuaProcessingLag"] == "max(hatua_log_oldest_event_age_seconds) >= 30"
    assert {"HatuaProcessorHalted", "HatuaLedgerGap"} <= set(rules)
