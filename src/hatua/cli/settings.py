"""Settings of the process itself, and the one place where every room's settings are read from the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from hatua.base.outgoing import OutgoingSettings
from hatua.base.settings import Secret, env, load, refuse_unknown, variables
from hatua.collector.settings import CollectorSettings
from hatua.dashboard_api.provider import OidcSettings
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.mail.settings import MailSettings
from hatua.processor.maxmind import MaxMindSettings
from hatua.processor.settings import ProcessorSettings
from hatua.streams.settings import StreamsSettings
from hatua.warehouse.settings import WarehouseSettings

PACKAGE = Path(__file__).resolve().parent.parent


class ProcessSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the process listens, where it keeps its data, and what it says."""

    host: Annotated[str, env("HATUA_HOST")] = "127.0.0.1"
    """Address to listen on. Loopback by default: put a TLS proxy in front, or set 0.0.0.0 in a container."""
    port: Annotated[int, env("PORT"), msgspec.Meta(ge=0, le=65535)] = 8000
    """TCP port; one for everything on the embedded rung."""
    header_timeout_ms: Annotated[int, env("HATUA_HTTP_HEADER_TIMEOUT_MS"), msgspec.Meta(ge=100)] = 65_000
    """Longest wait for a request's headers, and for the next request on an open connection. A little longer than the
    60 s for which proxies keep connections, so that it is not us who closes one that they are about to use."""
    stall_timeout_ms: Annotated[int, env("HATUA_HTTP_STALL_TIMEOUT_MS"), msgspec.Meta(ge=1_000)] = 60_000
    """A connection whose client takes no byte of its answer for so long is ended (on Linux)."""
    max_connections: Annotated[int, env("HATUA_HTTP_MAX_CONNECTIONS"), msgspec.Meta(ge=1)] = 10_000
    """Clients connected at once; further ones wait to be accepted. Fewer when the process may open fewer files."""
    data_dir: Annotated[str, env("HATUA_DATA_DIR")] = ""
    """Folder of the log, the warehouse and the registry. Default: `hatua-data`, with --demo `hatua-demo-data`."""
    assets_dir: Annotated[str, env("HATUA_ASSETS_DIR")] = ""
    """Folder of the built dashboard, SDK and GeoIP files. Default: inside the package, where `make` puts them."""
    public_url: Annotated[str, env("HATUA_PUBLIC_URL")] = ""
    """The address people use, when a proxy stands in front. Default: http://localhost:PORT."""
    database_url: Annotated[Secret, env("DATABASE_URL")] = Secret("")
    """PostgreSQL for the metadata. Default: SQLite in the data folder."""
    secret: Annotated[Secret, env("JWT_SECRET")] = Secret("")
    """Secret of this installation: phone numbers and erased ids are hashed with it, second factors sealed under it.
    Keep it; all processes need the same. Default: a random one kept in the data folder."""
    consumer: Annotated[str, env("HATUA_CONSUMER"), msgspec.Meta(pattern=r"^\S{0,128}$")] = ""
    """Name of this processor in the consumer group. Default: host name and process id. Each processor needs its
    own. What one that was killed had in hand is taken over when its lease ends (HATUA_REDIS_LEASE_MS)."""
    presets: Annotated[str, env("HATUA_PRESETS")] = "taxapp"
    """Integrations whose preset funnels a new project starts with, comma-separated; `none` for none."""
    log_level: Annotated[str, env("LOG_LEVEL")] = "info"
    """debug, info, warning or error."""
    log_json: Annotated[bool | None, env("HATUA_LOG_JSON")] = None
    """JSON log lines. Default: unless standard error is a terminal."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every room's settings, read once."""

    process: ProcessSettings
    collector: CollectorSettings
    streams: StreamsSettings
    processor: ProcessorSettings
    maxmind: MaxMindSettings
    warehouse: WarehouseSettings
    dashboard_api: DashboardApiSettings
    mail: MailSettings
    oidc: OidcSettings
    outgoing: OutgoingSettings

    @property
    def assets(self) -> Path:
        """Folder of the built assets."""
        return Path(self.process.assets_dir) if self.process.assets_dir else PACKAGE / "_assets"

    def data(self, *, demo: bool = False) -> Path:
        """The data folder, made when missing, readable by its owner only."""
        path = Path(self.process.data_dir or ("hatua-demo-data" if demo else "hatua-data")).absolute()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path


SECTIONS: dict[str, type[msgspec.Struct]] = {
    "process": ProcessSettings,
    "collector": CollectorSettings,
    "streams": StreamsSettings,
    "processor": ProcessorSettings,
    "maxmind": MaxMindSettings,
    "warehouse": WarehouseSettings,
    "dashboard_api": DashboardApiSettings,
    "mail": MailSettings,
    "oidc": OidcSettings,
    "outgoing": OutgoingSettings,
}


def all_variables() -> dict[str, tuple[str, str]]:
    """Environment variable -> (section, field), for every room."""
    return {name: (section, field) for section, kind in SECTIONS.items() for field, name in variables(kind).items()}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Reads and checks every setting; InvalidSetting names the variable that is wrong, or unknown."""
    refuse_unknown(environ, all_variables())
    return Settings(**{section: load(kind, environ) for section, kind in SECTIONS.items()})  # type: ignore[arg-type]
