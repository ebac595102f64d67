"""What `hatua serve --demo` adds: a project, a signed-in link, back-filled traffic, a live trickle, the demo site."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from hatua.cli.demo import SeedingStopped, seed_with_progress
from hatua.cli.presets import pack
from hatua.cli.router import AsgiApp
from hatua.collector.settings import CollectorSettings
from hatua.integrations.taxapp.live import run_live
from hatua.integrations.taxapp.site import make_demo_site
from hatua.registry.model import Actor, Project
from hatua.registry.store import Registry

log = logging.getLogger("hatua.demo")

PROJECT = "Tax App (demo)"
TENANT = "Demo Tax Authority"
EMAIL = "demo@hatua.example"
BY = Actor("system", "demo")


class DemoRun:
    """State of one demo. The demo user has no password: they sign in by the printed link only."""

    def __init__(self, *, days: int, visitors: int, live: bool) -> None:
        self._days = days
        self._visitors = visitors
        self._live = live
        self._write_key = ""
        self._user_id = ""

    def trusting_loopback(self, collector: CollectorSettings) -> CollectorSettings:
        """The generator says its visitors' addresses in X-Forwarded-For, from this machine only."""
        proxies = ",".join(filter(None, (collector.trusted_proxies, "127.0.0.0/8,::1/128")))
        return msgspec.structs.replace(collector, trusted_proxies=proxies)

    def prepare(self, registry: Registry) -> AsgiApp:
        """Makes the demo organisation, its project and its admin once; returns the demo site."""
        tenant = next((t for t in registry.tenants() if t.name == TENANT), None) or registry.create_tenant(
            TENANT, by=BY
        )
        project = registry.find_project(PROJECT, tenant.id) or registry.create_project(
            PROJECT, tenant.id, timezone="Africa/Nairobi", by=BY
        )
        registry.install_presets(project.id, pack("taxapp"), by=BY)
        user = registry.user_by_email(EMAIL) or registry.create_user(tenant.id, EMAIL, "Demo", None, "admin", by=BY)
        self._user_id = user.id
        self._write_key = _write_key(registry, project)
        return make_demo_site(self._write_key)

    def sign_in_url(self, registry: Registry, url: str) -> str:
        """A fresh one-time link."""
        return f"{url}/auth/open?token={registry.create_sign_in_link(self._user_id, by=BY)}"

    async def back_fill(self, url: str, data: Path, stop: asyncio.Event) -> None:
        """Past traffic through the front door, once per data folder. Cut short when `stop` is set; ids are the same in
        every run, so the next start goes on where this one ended."""
        done = data / "demo-seeded"
        if self._visitors == 0 or done.exists():
            return
        with contextlib.suppress(SeedingStopped):
            report = await asyncio.to_thread(
                seed_with_progress, url, self._write_key, self._days, self._visitors, stopped=stop.is_set
            )
            done.write_text(f"{report.accepted}\n")

    @contextlib.asynccontextmanager
    async def traffic(self, url: str) -> AsyncIterator[None]:
        """A gentle trickle of live visitors while the context is open."""
        if not self._live:
            yield
            return
        stop = asyncio.Event()
        task = asyncio.create_task(run_live(url, self._write_key, stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(task, return_exceptions=True)


def _write_key(registry: Registry, project: Project) -> str:
    live = next((k for k in registry.write_keys(project.id) if k.revoked_at is None), None)
    return (live or registry.create_write_key(project.id, "demo", by=BY)).key
