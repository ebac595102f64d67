"""What a campaign needs of a rung: something to post to, faults, and a way to look at the stores at the end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from hatua.registry.model import Actor
from hatua.registry.store import Registry
from hatua.streams.redis_admin import RedisAdmin
from hatua.streams.sqlite_admin import SqliteAdmin
from tests.torture.client import Project
from tests.torture.judge import Evidence
from tests.torture.schedule import Kind

BY = Actor("cli", "torture")

QUIET = {"RATE_LIMIT_MAX_REQUESTS": "0", "HATUA_RATE_LIMIT_PROJECT_MAX_REQUESTS": "0", "JWT_SECRET": "torture"}
"""Every client has one address, and is in a hurry."""

BATCH_SIZES = (150, 40, 400)
"""Of the processors, another with each start: what a dead one has left is delivered again in other batches."""


class Rung(Protocol):
    """One installation in a folder of its own."""

    projects: Sequence[Project]

    @property
    def ports(self) -> Sequence[int]:
        """Where events are taken, on 127.0.0.1."""

    @property
    def faults(self) -> Mapping[str, Kind]:
        """What can go wrong with it."""

    def start(self) -> None:
        """Everything, with the poisoned step; returns when it is ready."""

    def mend(self) -> list[str]:
        """Restarts what processes events without the poisoned step. Says what was wrong with how it stopped."""

    def waiting(self) -> int:
        """Events that the log holds."""

    def admin(self) -> SqliteAdmin | RedisAdmin:
        """The operator's side of the log; the caller closes it."""

    def finish(self) -> list[str]:
        """Stops what can be stopped, gently; what was wrong with that."""

    def evidence(self) -> Evidence:
        """After `finish`."""

    def close(self) -> None:
        """Ends whatever is left."""

    def said(self) -> str:
        """The last words of every process, for a run that failed."""


def made_projects(database_url: str) -> list[Project]:
    """A registry with two projects; their write keys."""
    registry = Registry.open(database_url)
    try:
        made = [registry.create_project(name, by=BY) for name in ("Torture A", "Torture B")]
        return [Project(one.id, registry.create_write_key(one.id, by=BY).key) for one in made]
    finally:
        registry.close()


def last_words(outputs: Sequence[Path], characters: int = 3_000) -> str:
    """The ends of log files."""
    return "\n".join(f"== {o.name}\n{o.read_text(errors='replace')[-characters:]}" for o in outputs if o.exists())
