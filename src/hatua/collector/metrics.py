"""What the collector counts of itself, in plain memory; the text form is Prometheus'."""

from bisect import bisect_left
from collections import Counter

import msgspec

LATENCY_BUCKETS_MS = (0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
"""Upper bounds, inclusive; 100 ms is the promised p95."""


class CollectorMetrics(msgspec.Struct):
    """Counters since the process began. Only the event loop's thread writes; reading from others is safe."""

    accepted: int = 0
    duplicate: int = 0
    rejected: Counter[str] = msgspec.field(default_factory=Counter)
    """Events by RejectReason."""
    requests: Counter[int] = msgspec.field(default_factory=Counter)
    """Capture requests by status."""
    errors: Counter[str] = msgspec.field(default_factory=Counter)
    """Refused requests by RequestError."""
    latency_buckets: list[int] = msgspec.field(default_factory=lambda: [0] * (len(LATENCY_BUCKETS_MS) + 1))
    """Capture requests by time from the first byte to the answer; not cumulative, the last one is the rest."""
    latency_sum_ms: float = 0.0

    def answered(self, status: int, took_ms: float) -> None:
        """Counts one capture request."""
        self.requests[status] += 1
        self.latency_buckets[bisect_left(LATENCY_BUCKETS_MS, took_ms)] += 1
        self.latency_sum_ms += took_ms

    def render(self) -> bytes:
        """Prometheus text format."""
        lines = [
            "# TYPE hatua_collector_events_total counter",
            f'hatua_collector_events_total{{outcome="accepted"}} {self.accepted}',
            f'hatua_collector_events_total{{outcome="duplicate"}} {self.duplicate}',
            f'hatua_collector_events_total{{outcome="rejected"}} {sum(self.rejected.values())}',
            "# TYPE hatua_collector_rejected_total counter",
            *(f'hatua_collector_rejected_total{{reason="{r}"}} {n}' for r, n in sorted(self.rejected.items())),
            "# TYPE hatua_collector_requests_total counter",
            *(f'hatua_collector_requests_total{{status="{s}"}} {n}' for s, n in sorted(self.requests.items())),
            "# TYPE hatua_collector_request_errors_total counter",
            *(f'hatua_collector_request_errors_total{{code="{c}"}} {n}' for c, n in sorted(self.errors.items())),
            "# TYPE hatua_collector_request_seconds histogram",
        ]
        total = 0
        for bound, count in zip(LATENCY_BUCKETS_MS, self.latency_buckets, strict=False):
            total += count
            lines.append(f'hatua_collector_request_seconds_bucket{{le="{bound / 1000:g}"}} {total}')
        total += self.latency_buckets[-1]
        lines.append(f'hatua_collector_request_seconds_bucket{{le="+Inf"}} {total}')
        lines.append(f"hatua_collector_request_seconds_sum {self.latency_sum_ms / 1000:.6f}")
        lines.append(f"hatua_collector_request_seconds_count {total}")
        return ("\n".join(lines) + "\n").encode()
