"""Settings of the processor: how much it takes at a time, how long it waits, where the GeoIP data is."""

from typing import Annotated

import msgspec

from hatua.base.settings import env


class ProcessorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One processor. Two numbers decide freshness against size of the inserts: `batch_size` and
    `flush_interval_ms`."""

    batch_size: Annotated[int, env("BATCH_SIZE"), msgspec.Meta(ge=1, le=100_000)] = 5_000
    """Events of one insert at most. Above some thousands an insert gains nothing and holds the interpreter longer."""

    flush_interval_ms: Annotated[int, env("FLUSH_INTERVAL_MS"), msgspec.Meta(ge=0, le=60_000)] = 500
    """Least time between two flushes. With 500 ms a busy log makes two inserts a second at most, an event after a
    quiet moment is visible in about 0.2 s, any other within a second; an idle log makes no inserts."""

    maxmind_db_path: Annotated[str, env("MAXMIND_DB_PATH")] = ""
    """A .mmdb file of cities, or a folder of them (one for IPv4 and one for IPv6, or one for both). Layouts of
    MaxMind GeoLite2/GeoIP2 City and of DB-IP Lite. Empty: the DB-IP files that `make` put into the assets, if any.
    With MAXMIND_LICENSE_KEY: where the fetched file is kept (default: `geoip` in the data folder)."""

    handshake_expiry_ms: Annotated[int, env("HATUA_HANDSHAKE_EXPIRY_MS"), msgspec.Meta(gt=0)] = 24 * 3_600_000
    """A token that is completed later than this after it was issued links nobody: an old link forwarded to a
    friend."""

    claim_idle_ms: Annotated[int, env("HATUA_CLAIM_IDLE_MS"), msgspec.Meta(ge=1_000)] = 60_000
    """Events that another processor read this long ago and did not acknowledge are taken over: it is dead or stuck.
    Longer than any healthy batch takes, so that two processors do not work on the same one."""

    halt_failure_share: Annotated[float, env("HATUA_HALT_FAILURE_SHARE"), msgspec.Meta(gt=0, le=1)] = 0.2
    """More failures than this share of the last 1,000 events stop the processor: then it is us, not the events."""

    halt_failures_in_a_row: Annotated[int, env("HATUA_HALT_FAILURES_IN_A_ROW"), msgspec.Meta(ge=1)] = 1_000
    """This many failures without one success between them stop the processor."""
