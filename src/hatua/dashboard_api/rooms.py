"""What every controller works with, handed in once by `app.py`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from litestar.connection import ASGIConnection
from litestar.types import Scope

from hatua.base.clock import Clock
from hatua.dashboard_api.asking import Askings, Engine
from hatua.dashboard_api.desk import Desk
from hatua.dashboard_api.doors import Doors
from hatua.dashboard_api.live import LiveHub
from hatua.dashboard_api.log_admin import LogAdmin
from hatua.dashboard_api.masking import Masker
from hatua.dashboard_api.rates import Rates
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.dashboard_api.site import Site
from hatua.privacy.people import People
from hatua.privacy.projects import ProjectDeleting
from hatua.registry.model import FunnelPreset
from hatua.registry.store import Registry

T = TypeVar("T")

MAX_SIGN_INS_AT_ONCE = 2
"""Each takes 64 MiB and 150 ms of CPU; a flood of them waits instead of taking the machine."""


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """Real things, built at the composition root."""

    settings: DashboardApiSettings
    registry: Registry
    warehouse: Engine
    clock: Clock
    client_address: Callable[[Scope], str]
    desk: Desk
    askings: Askings
    live: LiveHub
    site: Site
    signing_in: asyncio.Semaphore
    rates: Rates
    doors: Doors
    presets: tuple[FunnelPreset, ...] = ()
    log: LogAdmin | None = None
    people: People | None = None
    deleting: ProjectDeleting | None = None
    mailing: set[asyncio.Task[None]] = field(default_factory=set)
    maskers: dict[str, Masker] = field(default_factory=dict)

    async def in_thread(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """One blocking call of the registry, off the event loop."""
        return await asyncio.to_thread(call, *args, **kwargs)

    async def masker(self, tenant_id: str) -> Masker:
        """The tenant's one masker; its key never changes."""
        if tenant_id not in self.maskers:
            self.maskers[tenant_id] = Masker(await self.in_thread(self.registry.mask_key, tenant_id))
        return self.maskers[tenant_id]


def rooms_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Rooms:
    """The rooms of the application that serves this connection."""
    rooms: Rooms = connection.app.state.rooms
    return rooms


def socket_address(scope: Scope) -> str:
    """The peer's address: right without a proxy in front; behind one, the composition root passes a better answer."""
    client = scope.get("client")
    return client[0] if client else ""
