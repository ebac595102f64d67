"""The command line as an operator meets it: real processes, a real data folder."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.server import HatuaServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HatuaServer]:
    server = HatuaServer(tmp_path_factory.mktemp("cli") / "data")
    server.cli("projects", "create", "Before", "--timezone", "Africa/Nairobi")
    server.start()
    yield server
    assert server.stop() == 0


def _hatua(server: HatuaServer, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatua.cli.main", *arguments],
        env={**server.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _event(name: str = "click") -> dict[str, object]:
    return {"event_id": str(uuid.uuid4()), "event_name": name, "event_type": "track", "anonymous_id": "visitor-1"}


def test_a_key_made_before_the_server_started_takes_events(server: HatuaServer) -> None:
    (project,) = [p for p in json.loads(server.cli("projects", "list", "--json")) if p["name"] == "Before"]
    status, answer = server.request(
        "POST", "/v1/capture", {"batch": [_event()]}, {"X-Write-Key": project["write_keys"][0]}
    )
    assert (status, answer["accepted"]) == (200, 1)


def test_a_key_made_while_the_server_runs_takes_events_and_an_api_key_reads_them(server: HatuaServer) -> None:
    made = json.loads(server.cli("projects", "create", "During", "--json"))
    api_key = server.cli("keys", "create", "--project", "During", "--scope", "read")
    status, answer = server.request("POST", "/v1/capture", _event("seen_by_api"), {"X-Write-Key": made["write_key"]})
    assert (status, answer["accepted"]) == (200, 1)
    names: list[str] = []
    for _ in range(100):
        status, answer = server.request(
            "GET",
            f"/api/dashboard/events?project={made['id']}&from=2020-01-01&to=2099-01-01",
            headers={"Authorization": f"Bearer {api_key}"},
        )
        assert status == 200, answer
        names = [event["event_name"] for event in answer["events"]]
        if names:
            break
    assert names == ["seen_by_api"]


def test_an_api_key_does_not_open_another_project(server: HatuaServer) -> None:
    server.cli("projects", "create", "Mine")
    other = json.loads(server.cli("projects", "create", "Other", "--json"))
    api_key = server.cli("keys", "create", "--project", "Mine", "--scope", "read")
    status, _ = server.request(
        "GET",
        f"/api/dashboard/events?project={other['id']}&from=2020-01-01&to=2099-01-01",
        headers={"Authorization": f"Bearer {api_key}"},
    )
    assert status == 404


def test_the_first_run_set_up_link_is_printed_and_leads_to_an_account(server: HatuaServer) -> None:
    line = server.wait_for_line("First-run set-up:")
    token = line.rsplit("token=", 1)[1].strip()
    body = {
        "setup_token": token,
        "email": "wanjiku@example.org",
        "name": "Wanjiku",
        "password": "a long enough passphrase",
        "organisation": "Example",
        "project_name": "Website",
    }
    status, answer = server.request("POST", "/api/auth/setup", body)
    assert status == 201, answer
    assert answer["user"]["role"] == "admin"
    status, _ = server.request("POST", "/api/auth/setup", body)
    assert status in (403, 404, 409)


def test_a_second_server_on_the_same_data_folder_is_refused_with_the_reason(
    server: HatuaServer, tmp_path: Path
) -> None:
    done = _hatua(server, "serve", PORT="0")
    assert done.returncode == 1
    assert "log.db" in done.stderr
    assert str(server.process.pid if server.process else "") in done.stderr


def test_a_taken_port_is_said_before_anything_starts(server: HatuaServer, tmp_path: Path) -> None:
    done = _hatua(server, "serve", HATUA_DATA_DIR=str(tmp_path / "other"))
    assert done.returncode == 1
    assert f"127.0.0.1:{server.port}" in done.stderr
    assert "PORT" in done.stderr


def test_a_misspelt_setting_is_refused(server: HatuaServer) -> None:
    done = _hatua(server, "projects", "list", HATUA_DATADIR="/nowhere")
    assert done.returncode == 1
    assert "HATUA_DATADIR" in done.stderr


def test_an_unknown_project_is_named_and_the_known_ones_are_listed(server: HatuaServer) -> None:
    done = _hatua(server, "keys", "create", "--project", "Nope")
    assert done.returncode == 1
    assert "'Nope'" in done.stderr
    assert "Before" in done.stderr


def _funnels(server: HatuaServer, project: str) -> list[dict[str, object]]:
    key = server.cli("keys", "create", "--project", project, "--scope", "read")
    status, answer = server.request(
        "GET", f"/api/dashboard/funnels?project={project}", headers={"Authorization": f"Bearer {key}"}
    )
    assert status == 200, answer
    found: list[dict[str, object]] = answer["funnels"]
    return found


def test_a_project_made_on_the_command_line_has_the_presets_and_can_be_given_them_again(server: HatuaServer) -> None:
    made = json.loads(server.cli("projects", "create", "With presets", "--json"))
    names = ["MRI: File & Pay Monthly Rental Income", "TOT: File & Pay Turnover Tax"]
    assert [str(each["name"])[:3] for each in _funnels(server, made["id"])] == ["MRI", "TOT", "NIL"]
    bare = _hatua(server, "projects", "create", "Without presets", "--json", HATUA_PRESETS="none")
    project = json.loads(bare.stdout)["id"]
    assert _funnels(server, project) == []
    printed = server.cli("projects", "install-presets", "taxapp", "--project", "Without presets").splitlines()
    assert [line.split("  ")[1] for line in printed][:2] == names
    assert [each["preset"] for each in _funnels(server, project)] == [True, True, True]
    unknown = _hatua(server, "projects", "create", "Never", HATUA_PRESETS="taxapp, weather")
    assert (unknown.returncode, "names weather; there are taxapp, or none" in unknown.stderr) == (1, True)
    assert "Never" not in server.cli("projects", "list")
