"""Where the warehouse is and what one question may cost. `host` empty: ClickHouse runs inside this process
(chDB)."""

from typing import Annotated

import msgspec

from hatua.base.settings import Secret, env


class WarehouseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One ClickHouse: a server when CLICKHOUSE_HOST is set, else an engine in this process that owns
    `path`."""

    path: str = ""
    """Folder of the in-process engine; the composition root derives it from HATUA_DATA_DIR. One process at a
    time."""

    host: Annotated[str, env("CLICKHOUSE_HOST")] = ""
    """A host name, or a URL (`https://ch.example.org:8443`), whose scheme and port then count. Of several servers
    behind one address, the requests of one connection must reach the same."""

    port: Annotated[int, env("CLICKHOUSE_PORT"), msgspec.Meta(ge=0, le=65_535)] = 0
    """0: 8443 with TLS, else 8123, ClickHouse's own defaults for HTTP."""

    database: Annotated[str, env("CLICKHOUSE_DATABASE"), msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")] = (
        "hatua"
    )
    """Database of Hatua's tables; made when missing."""
    user: Annotated[str, env("CLICKHOUSE_USER")] = "default"
    """User of the server; needs CREATE, SELECT, INSERT and ALTER on the database, and CREATE TEMPORARY TABLE."""
    password: Annotated[Secret, env("CLICKHOUSE_PASSWORD")] = Secret("")
    """Password of that user."""

    cluster: Annotated[str, env("HATUA_CLICKHOUSE_CLUSTER"), msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    """Name of the ClickHouse cluster. Set: tables are ReplicatedMergeTree behind Distributed, made ON
    CLUSTER."""

    clients: Annotated[int, env("HATUA_WAREHOUSE_CLIENTS"), msgspec.Meta(ge=1, le=64)] = 6
    """Statements at once. More than cores + a few only makes each slower; a busy pool makes callers wait."""

    wait_for_client_ms: Annotated[int, env("HATUA_WAREHOUSE_WAIT_MS"), msgspec.Meta(ge=0)] = 15_000
    """How long a caller waits for a free client before WarehouseBusy; the dashboard's own time-out is 30
    s."""

    query_timeout_ms: Annotated[int, env("HATUA_QUERY_TIMEOUT_MS"), msgspec.Meta(ge=100)] = 30_000
    """Time limit of one question; the dashboard gives up then."""

    query_memory_bytes: Annotated[int, env("HATUA_QUERY_MEMORY_BYTES"), msgspec.Meta(ge=16_000_000)] = 2_000_000_000
    """Memory limit of one question, so that one heavy funnel cannot push the whole process out of memory."""
