"""`hatua ledger`, `hatua deadletters` and `hatua doctor` on the embedded rung, beside the running server or not."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hatua.contract.record import Delivery, Envelope, Tally
from hatua.streams.sqlite_log import SqliteLog
from tests.fixtures.cluster import an_event
from tests.fixtures.server import HatuaServer

DELETE_ONE = """
import sys
from hatua.warehouse.client import Warehouse
from hatua.warehouse.settings import WarehouseSettings
with Warehouse.open(WarehouseSettings(path=sys.argv[1])) as warehouse:
    (row,) = warehouse.rows("SELECT event_id FROM events LIMIT 1")
    warehouse.execute(
        "ALTER TABLE events DELETE WHERE event_id = {event:String} SETTINGS mutations_sync = 2",
        {"event": row["event_id"]},
    )
"""
"""In a process of its own: this one may have an engine open already, and has one at a time."""


def _run(server: HatuaServer, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatua.cli.main", *arguments],
        env={**server.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _wait_stored(server: HatuaServer, project: dict[str, Any], api_key: str, count: int) -> dict[str, Any]:
    began = time.monotonic()
    totals: dict[str, Any] = {}
    while time.monotonic() - began < 60:
        status, found = server.request(
            "GET", f"/api/dashboard/ledger?project={project['id']}", headers={"Authorization": f"Bearer {api_key}"}
        )
        assert status == 200, found
        totals = found["totals"]
        if totals["stored"] == count and not totals["pending"]:
            return totals
        time.sleep(0.1)
    raise AssertionError(f"{count} events were not stored: {totals}")


def test_the_ledger_is_verified_beside_the_running_server_and_without_it_and_a_lost_row_is_found(
    tmp_path: Path,
) -> None:
    server = HatuaServer(tmp_path / "data")
    project = json.loads(server.cli("projects", "create", "Site", "--json"))
    api_key = server.cli("keys", "create", "--project", "Site")
    server.start()
    batch = {"batch": [an_event(), an_event(), an_event(), {"event_name": "", "anonymous_id": "a"}]}
    assert server.request("POST", "/v1/capture", batch, {"X-Write-Key": project["write_key"]})[0] == 200
    totals = _wait_stored(server, project, api_key, 3)
    assert sum(totals["rejected"].values()) == 1

    beside = _run(server, "ledger", "verify")
    assert (beside.returncode, beside.stdout) == (0, ""), beside.stderr
    assert "received 4 = stored 3 + duplicate 0 + rejected 1 + pending 0 + dead 0 +" in beside.stderr
    assert "+ gap 0; 0 of " in beside.stderr
    wrong_port = _run(server, "ledger", "verify", PORT="1")
    assert wrong_port.returncode == 1
    assert "set PORT to its port" in wrong_port.stderr

    assert server.stop() == 0
    lines = [json.loads(line) for line in _run(server, "ledger", "verify", "--json").stdout.splitlines()]
    assert sum(line["stored"] for line in lines) == 3

    folder = server.data_dir / "warehouse"
    subprocess.run([sys.executable, "-c", DELETE_ONE, str(folder)], env=server.environ, check=True, timeout=120)
    short = _run(server, "ledger", "verify")
    assert short.returncode == 1
    assert [json.loads(line)["gap"] for line in short.stdout.splitlines()] == [1]
    server.start()
    beside = _run(server, "ledger", "verify", "--project", project["id"])
    assert (beside.returncode, json.loads(beside.stdout)["gap"]) == (1, 1)
    assert server.stop() == 0


@pytest.fixture
def with_letters(tmp_path: Path) -> HatuaServer:
    """A data folder whose log has three dead letters of a defect that this build does not have; not running."""
    server = HatuaServer(tmp_path / "data")
    project = json.loads(server.cli("projects", "create", "Site", "--json"))
    log = SqliteLog.open(server.data_dir / "log.db")
    now = int(time.time() * 1000)
    bodies = [json.dumps(_raw(project["id"], n, now)).encode() for n in range(3)]
    envelopes = [Envelope(project["id"], f"e{n}", "a1", now, body) for n, body in enumerate(bodies)]

    async def append() -> None:
        await log.writer().append(envelopes, [Tally(project["id"], now // 60_000, 3)])

    asyncio.run(append())
    reader = log.reader("broken build")
    letters: list[tuple[Delivery, str, str]] = [
        (one, "step_failed", "put_geo: KeyError: 'country'") for one in reader.read(10, 0)
    ]
    reader.dead_letter(letters)
    reader.close()
    log.close()
    return server


def _raw(project_id: str, number: int, now: int) -> dict[str, Any]:
    return {
        "tenant_id": "t",
        "project_id": project_id,
        "event_id": f"e{number}",
        "event_name": "return_filed",
        "event_type": "track",
        "received_at": now,
        "anonymous_id": "a1",
    }


def test_dead_letters_are_listed_exported_and_replayed_beside_the_running_server(with_letters: HatuaServer) -> None:
    server = with_letters
    (project,) = json.loads(server.cli("projects", "list", "--json"))
    api_key = server.cli("keys", "create", "--project", "Site")
    server.start()
    listed = _run(server, "deadletters", "list")
    assert listed.stdout.count("step_failed  put_geo: KeyError: 'country'") == 3
    assert listed.stderr == "3 dead letters\n"
    exported = [json.loads(line) for line in _run(server, "deadletters", "export").stdout.splitlines()]
    assert [json.loads(one["body"])["event_id"] for one in exported] == ["e0", "e1", "e2"]
    assert "dead letters; see `hatua deadletters list`" in _run(server, "doctor").stdout

    first = exported[0]["letter_id"]
    assert _run(server, "deadletters", "replay", first, first).stdout == "1 put back into the log\n"
    assert _wait_stored(server, project, api_key, 1)["dead"] == 2
    assert _run(server, "deadletters", "replay", first).stdout == "0 put back into the log\n"
    assert _run(server, "deadletters", "purge", exported[1]["letter_id"]).stdout == "1 deleted\n"
    assert _run(server, "deadletters", "replay", "--all").stdout == "1 put back into the log\n"
    totals = _wait_stored(server, project, api_key, 2)
    assert (totals["received"], totals["dead"], totals["gap"]) == (3, 1, 0)
    assert _run(server, "ledger", "verify").returncode == 0
    assert server.stop() == 0


def test_all_and_ids_together_or_neither_are_refused(with_letters: HatuaServer) -> None:
    for arguments in (["--all", "1"], []):
        done = _run(with_letters, "deadletters", "purge", *arguments)
        assert (done.returncode, "say which" in done.stderr) == (1, True)
    assert _run(with_letters, "deadletters", "list").stderr == "3 dead letters\n"


def test_a_letter_of_another_project_is_not_touched_when_a_project_is_named(with_letters: HatuaServer) -> None:
    letter = json.loads(_run(with_letters, "deadletters", "export").stdout.splitlines()[0])["letter_id"]
    other = _run(with_letters, "deadletters", "purge", letter, "--project", "prj_other")
    assert other.stdout == "0 deleted\n"


def test_the_doctor_names_what_is_there_and_what_is_not_yet(tmp_path: Path) -> None:
    server = HatuaServer(tmp_path / "data")
    before = _run(server, "doctor")
    assert before.returncode == 1  # no registry: nothing has ever run here
    server.cli("projects", "create", "Site")
    fresh = _run(server, "doctor")
    assert (fresh.returncode, fresh.stdout.count("does not exist yet")) == (0, 2), fresh.stdout
    no_assets = _run(server, "doctor", HATUA_ASSETS_DIR=str(tmp_path))
    assert (no_assets.returncode, "FAILED   assets" in no_assets.stdout) == (1, True)
    server.start()
    running = _run(server, "doctor")
    assert (running.returncode, "FAILED" in running.stdout) == (0, False), running.stdout
    assert "1 projects, schema up to date" in running.stdout
    assert "not opened" in running.stdout
    assert server.stop() == 0
