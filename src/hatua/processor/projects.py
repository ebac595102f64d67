"""What the processor must know of a project, asked of the metadata store four times a minute at most."""

from collections.abc import Callable

from hatua.base.clock import Clock
from hatua.registry.model import ProjectAccess

FRESH_FOR_MS = 15_000
"""How long a change of a project's privacy or retention may take to reach the next event."""

DEFAULT_RETENTION_DAYS = 730


class Projects:
    """Remembers each project for 15 seconds. `find` is `Registry.project`; what it raises (Unavailable) goes
    through."""

    def __init__(self, find: Callable[[str], ProjectAccess | None], clock: Clock) -> None:
        self._find = find
        self._clock = clock
        self._known: dict[str, tuple[int, ProjectAccess]] = {}

    def get(self, tenant_id: str, project_id: str) -> ProjectAccess:
        """The project; for one that was deleted while its events waited, the strictest privacy and two years. (Such
        events are not stored: see `erased.py`.)"""
        now = self._clock()
        known = self._known.get(project_id)
        if known is not None and now - known[0] < FRESH_FOR_MS:
            return known[1]
        access = self._find(project_id) or _deleted(tenant_id, project_id)
        self._known[project_id] = now, access
        return access


def _deleted(tenant_id: str, project_id: str) -> ProjectAccess:
    return ProjectAccess(
        tenant_id=tenant_id,
        project_id=project_id,
        name="",
        timezone="UTC",
        default_goal="",
        allowed_origins=(),
        retention_days=DEFAULT_RETENTION_DAYS,
        keep_ip="none",
        hash_phones=True,
    )
