"""`hatua rebuild` as an operator runs it: beside a server, after it was stopped, and against a ClickHouse server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hatua.base.errors import HatuaError
from hatua.cli.main import parser
from hatua.cli.settings import read_settings
from hatua.warehouse import rebuild
from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.cluster import an_event
from tests.fixtures.events import event
from tests.fixtures.server import HatuaServer

DAMAGE = """
import sys
from hatua.warehouse.client import Warehouse
from hatua.warehouse.settings import WarehouseSettings
with Warehouse.open(WarehouseSettings(path=sys.argv[1])) as warehouse:
    warehouse.execute("ALTER TABLE sessions UPDATE pageviews = 77 WHERE 1", settings={"mutations_sync": 2})
"""
"""In a process of its own: this one may have an engine open already, and has one at a time."""


def _run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatua.cli.main", "rebuild", *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_damaged_row_is_found_and_mended_while_the_server_is_stopped_and_refused_beside_it(tmp_path: Path) -> None:
    server = HatuaServer(tmp_path / "data")
    project = json.loads(server.cli("projects", "create", "Site", "--json"))
    server.start()
    batch = {"batch": [an_event(), an_event(), an_event()]}
    assert server.request("POST", "/v1/capture", batch, {"X-Write-Key": project["write_key"]})[0] == 200
    server.wait_until_stored()
    beside = _run(server.environ, "--verify")
    assert (beside.returncode, beside.stdout) == (1, "")
    assert "stop `hatua serve` first" in beside.stderr
    assert server.stop() == 0

    subprocess.run([sys.executable, "-c", DAMAGE, str(server.data_dir / "warehouse")], check=True, timeout=120)
    damaged = _run(server.environ, "--verify")
    assert damaged.returncode == 1
    assert damaged.stdout.startswith(f"DIFFERENT  {project['id']}  sessions  stored ")
    assert "1 differ; `hatua rebuild` mends them" in damaged.stderr

    mended = _run(server.environ)
    assert mended.returncode == 0, mended.stderr
    assert mended.stdout == damaged.stdout, "what is told is how it was before"
    assert "all are made anew" in mended.stderr
    sound = _run(server.environ, "--verify")
    assert sound.returncode == 0, sound.stderr
    assert sound.stderr.endswith("2 project tables compared, 0 differ\n")
    assert [line.split()[:3] for line in sound.stdout.splitlines()] == [
        ["same", project["id"], "sessions"],
        ["same", project["id"], "session_hours"],
    ]


def test_without_a_warehouse_there_is_nothing_to_rebuild(tmp_path: Path) -> None:
    settings = read_settings({"HATUA_DATA_DIR": str(tmp_path)})
    arguments = parser().parse_args(["rebuild", "--verify"])
    with pytest.raises(HatuaError, match="warehouse does not exist"):
        arguments.command(arguments, settings)


@pytest.mark.parametrize("warehouse_settings", ["server"], indirect=True)
def test_on_the_server_rung_it_runs_beside_everything_else(
    warehouse: Warehouse, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "LOOKS", 1)  # what is damaged stays so
    EventWriter(warehouse).write([event(event_id=f"e{n}", session_id=f"s{n % 3}") for n in range(6)])
    settings = msgspec.structs.replace(
        read_settings({"HATUA_DATA_DIR": str(tmp_path)}),
        warehouse=msgspec.structs.replace(warehouse.settings, database=warehouse.database),
    )

    def run(*said: str) -> tuple[int, list[dict[str, Any]]]:
        arguments = parser().parse_args(["rebuild", "--json", *said])
        code = arguments.command(arguments, settings)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    warehouse.execute("ALTER TABLE sessions DELETE WHERE session_id = 's1'", settings={"mutations_sync": 2})
    code, lines = run("--verify")
    sessions, hours = lines
    assert code == 1
    assert (sessions["stored_rows"], sessions["rebuilt_rows"], sessions["same"]) == (2, 3, False)
    assert (hours["table"], hours["same"]) == ("session_hours", True)
    assert run() == (0, lines)
    assert warehouse.rows("SELECT count() AS n FROM sessions FINAL") == [{"n": 3}]
