"""The ledger from both stores; on the embedded rung, where one process owns the warehouse, by asking that process."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from hatua.base.errors import HatuaError, InvalidSetting
from hatua.cli.http import local_url
from hatua.cli.settings import Settings
from hatua.cli.stores import log_admin, opened_registry, opened_warehouse
from hatua.contract.ledger import LedgerLine, join, settled
from hatua.registry.model import Actor
from hatua.streams.port import LogAdmin
from hatua.warehouse.client import Warehouse
from hatua.warehouse.ledger import counts_by_minute

LOOKS = 6
"""An event that moves between the two counts shows as a gap once; it is a gap when it shows at every look."""

SETTLE_S = 1.0
BY = Actor("cli", "ledger verify")


def recounted(
    admin: LogAdmin, warehouse: Warehouse, project_id: str | None, from_minute: int, to_minute: int
) -> list[LedgerLine]:
    """Minutes [from, to) of one project or of all (None), from both stores; looks up to LOOKS times while there is a
    gap. Raises HatuaError when a store cannot be asked."""

    def look() -> list[LedgerLine]:
        of_log = admin.ledger(project_id, from_minute, to_minute)
        stored = counts_by_minute(warehouse, project_id, from_minute * 60_000, to_minute * 60_000)
        return join(of_log, stored)

    return settled(_repeated(look))


def ledger_lines(
    settings: Settings, data: Path, project_id: str | None, from_minute: int, to_minute: int
) -> list[LedgerLine]:
    """The same from the settings' own stores, or from the server that has them open."""
    admin = log_admin(settings, data)
    try:
        with opened_warehouse(settings, data) as warehouse:
            return recounted(admin, warehouse, project_id, from_minute, to_minute)
    except InvalidSetting:
        if settings.warehouse.host:
            raise
    finally:
        admin.close()
    return settled(_repeated(lambda: _asked(settings, data, project_id, from_minute, to_minute)))


def _repeated(look: Callable[[], list[LedgerLine]]) -> Iterator[list[LedgerLine]]:
    for number in range(LOOKS):
        if number:
            time.sleep(SETTLE_S)
        yield look()


def _asked(
    settings: Settings, data: Path, project_id: str | None, from_minute: int, to_minute: int
) -> list[LedgerLine]:
    """The running server's answer, project by project, with a key that lives as long as the question."""
    lines: list[LedgerLine] = []
    with opened_registry(settings, data) as registry:
        for project in registry.projects():
            if project_id not in (None, project.id):
                continue
            record, plain = registry.create_api_key(project.id, ("read",), "ledger verify", by=BY)
            try:
                lines += _ask(local_url(settings.process), plain, project.id, from_minute, to_minute)
            finally:
                registry.revoke_api_key(record.id, by=BY)
    return sorted(lines, key=lambda line: (line.minute, line.project_id))


def _ask(url: str, key: str, project_id: str, from_minute: int, to_minute: int) -> list[LedgerLine]:
    query = urlencode({"project": project_id, "from_minute": from_minute, "to_minute": to_minute})
    request = urllib.request.Request(  # noqa: S310 - our own server's address, http
        f"{url}/api/dashboard/ledger?{query}", headers={"Authorization": f"Bearer {key}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return msgspec.convert(json.load(answer)["minutes"], list[LedgerLine])
    except urllib.error.HTTPError as refused:
        with refused:
            raise HatuaError(f"the server at {url} answered {refused.code} to the ledger question") from None
    except OSError as problem:
        raise HatuaError(
            f"another process owns the data folder, but no server answers at {url} (set PORT to its port): {problem}"
        ) from None
