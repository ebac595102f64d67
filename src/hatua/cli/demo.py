"""`hatua demo seed`: plausible traffic through the front door of a running server."""

import argparse
from collections.abc import Callable

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hatua.base.clock import system_clock
from hatua.base.errors import HatuaError
from hatua.cli.settings import Settings
from hatua.cli.stores import opened_registry
from hatua.integrations.taxapp.seed import SeedReport, seed


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the commands of this file."""
    demo = commands.add_parser("demo", help="demo data").add_subparsers(required=True)
    back_fill = demo.add_parser("seed", help="back-fill traffic of the Tax App through POST /v1/capture")
    back_fill.add_argument("--days", type=int, default=30)
    back_fill.add_argument("--visitors", type=int, default=5000)
    back_fill.add_argument("--seed", type=int, default=1, help="same seed, same visitors (default: 1)")
    back_fill.add_argument("--url", default=None, help="the server (default: http://127.0.0.1:PORT)")
    back_fill.add_argument("--write-key", default=None, help="default: that of the first project")
    back_fill.set_defaults(command=_seed)


def _seed(arguments: argparse.Namespace, settings: Settings) -> int:
    key = arguments.write_key or _first_write_key(settings)
    url = arguments.url or f"http://127.0.0.1:{settings.process.port}"
    report = seed_with_progress(url, key, arguments.days, arguments.visitors, arguments.seed)
    print(f"{report.accepted:,} events accepted, {report.duplicate:,} duplicates, {report.rejected:,} rejected")
    return 0 if report.rejected == 0 else 1


class SeedingStopped(HatuaError):
    """Asked to stop in the middle; what was sent stays, and the same seed sends the rest another time."""


def seed_with_progress(
    url: str,
    write_key: str,
    days: int,
    visitors: int,
    seed_number: int = 1,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> SeedReport:
    """Seeds with a progress bar on a terminal; blocking. Raises SeedingStopped soon after `stopped()` turns true."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(f"visitors over {days} days", total=visitors)

        def progress(done: int) -> None:
            if stopped():
                raise SeedingStopped("back-fill stopped")
            bar.update(task, completed=done)

        return seed(
            url,
            write_key,
            days=days,
            visitors=visitors,
            seed=seed_number,
            progress=progress,
            now=system_clock(),
        )


def _first_write_key(settings: Settings) -> str:
    with opened_registry(settings) as registry:
        for project in registry.projects():
            for key in project.write_keys:
                if key.revoked_at is None:
                    return key.key
    raise HatuaError("no project with a write key yet: `hatua projects create NAME`, or say --write-key")
