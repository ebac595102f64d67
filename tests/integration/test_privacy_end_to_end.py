"""Privacy through the front door of a real server: what a project decides is what is stored; who is erased stays so."""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.server import HatuaServer

PHONE_UA = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HatuaServer]:
    server = HatuaServer(tmp_path_factory.mktemp("privacy") / "data", environ={"HATUA_TRUSTED_PROXIES": "127.0.0.0/8"})
    server.start()
    yield server
    assert server.stop() == 0


class Tax:
    """One project, as its clients and its administrator meet it."""

    def __init__(self, server: HatuaServer, **privacy: Any) -> None:
        self.server = server
        made = json.loads(server.cli("projects", "create", f"Tax {secrets.token_hex(4)}", "--json"))
        self.id, self.write_key = made["id"], made["write_key"]
        key = server.cli("keys", "create", "--project", self.id, "--scope", "export", "--scope", "manage")
        self.admin = {"Authorization": f"Bearer {key}"}
        if privacy:
            status, said = server.request("PATCH", f"/api/dashboard/projects/{self.id}", privacy, self.admin)
            assert status == 200, said

    def send(self, *events: dict[str, Any], ip: str = "41.90.64.77", **headers: str) -> tuple[int, Any]:
        said = {"X-Write-Key": self.write_key, "X-Forwarded-For": ip, "User-Agent": PHONE_UA}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.server.request("POST", "/v1/capture", {"batch": list(events)}, said)

    def export(self, asked: str) -> list[dict[str, Any]]:
        return [
            json.loads(line) for line in self.server.cli("people", "export", asked, "--project", self.id).splitlines()
        ]

    def stored(self, asked: str, events: int = 1) -> list[dict[str, Any]]:
        """The exported events of a person, once there are so many."""
        deadline = time.monotonic() + 20
        while True:
            found = [line for line in self.export(asked) if line["kind"] == "event"]
            if len(found) >= events:
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.1)


def click(**fields: Any) -> dict[str, Any]:
    return {"event_id": secrets.token_hex(8), "event_name": "click", "anonymous_id": "browser-1", **fields}


@pytest.mark.parametrize(("keep", "kept"), [("none", ""), ("truncated", "41.90.64.0"), ("full", "41.90.64.77")])
def test_the_ip_is_kept_as_the_project_says(server: HatuaServer, keep: str, kept: str) -> None:
    tax = Tax(server, keep_ip=keep)
    assert tax.send(click())[0] == 200
    [event] = tax.stored("browser-1")
    assert event["ip"] == kept
    if not kept:
        assert "41.90.64.77" not in json.dumps(event)


def test_phone_numbers_in_properties_are_hashed_where_the_project_says(server: HatuaServer) -> None:
    tax = Tax(server, hash_phones=True)
    tax.send(click(properties={"phone": "+254 712 345678", "nested": {"msisdn": "254712345678"}, "amount": 500}))
    [event] = tax.stored("browser-1")
    hashed = event["properties"]["phone"]
    assert hashed.startswith("ph_")
    assert event["properties"] == {"phone": hashed, "nested": {"msisdn": hashed}, "amount": 500}


def test_a_project_that_counts_without_cookies_stores_nobody_and_still_counts_visitors(server: HatuaServer) -> None:
    tax = Tax(server, cookieless="always", keep_ip="full")
    for ip, agent in (("41.90.64.1", PHONE_UA), ("41.90.64.1", PHONE_UA), ("41.90.64.2", PHONE_UA)):
        status, said = tax.send(
            click(user_id="A012345678X", session_id="tab", properties={"phone": "254712345678"}),
            ip=ip,
            User_Agent=agent,
        )
        assert (status, said["accepted"]) == (200, 1), said
    asks = f"/api/dashboard/events?project={tax.id}&from=2020-01-01&to=2099-01-01"
    deadline = time.monotonic() + 20
    while len(events := server.request("GET", asks, headers=tax.admin)[1]["events"]) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len({one["anonymous_id"] for one in events}) == 2
    assert len({one["session_id"] for one in events}) == 2
    text = json.dumps(events)
    for personal in ("browser-1", "A012345678X", "254712345678", "41.90.64.1", '"tab"'):
        assert personal not in text


def test_who_opted_out_is_counted_in_the_ledger_and_nowhere_else(server: HatuaServer) -> None:
    tax = Tax(server, honour_gpc="drop")
    assert tax.send(click(), Sec_GPC="1") == (
        200,
        {"status": "success", "accepted": 0, "duplicate": 0, "rejected": tax.send(click(), Sec_GPC="1")[1]["rejected"]},
    )
    _, ledger = server.request("GET", f"/api/dashboard/ledger?project={tax.id}", headers=tax.admin)
    assert (ledger["balanced"], ledger["totals"]["rejected"]) == (True, {"opted_out": 2})


def test_a_person_is_erased_beside_the_running_server_and_the_ledger_still_adds_up(server: HatuaServer) -> None:
    tax = Tax(server)
    mine = [click(user_id="A012345678X", session_id="s") for _ in range(3)]
    tax.send(*mine, click(user_id="V", anonymous_id="other", session_id="s"))
    tax.stored("A012345678X", 3)
    found = json.loads(server.cli("people", "find", "A012345678X", "--project", tax.id))
    assert (found["user_ids"], found["anonymous_ids"], found["events"]) == (["A012345678X"], ["browser-1"], 3)

    receipt = json.loads(server.cli("people", "erase", "A012345678X", "--project", tax.id, "--yes"))
    assert receipt["events"] == {"before": 3, "after": 0}

    before = {**click(user_id="A012345678X"), "timestamp": receipt["erased_at"] - 60_000}
    assert tax.send(before)[1]["accepted"] == 1, "a client that kept it"
    again = {**click(user_id="V", anonymous_id="other"), "event_id": "after"}
    tax.send(again)
    assert {one["event_id"] for one in tax.stored("V", 2)} >= {"after"}
    assert json.loads(server.cli("people", "find", "A012345678X", "--project", tax.id))["events"] == 0
    server.cli("ledger", "verify", "--project", tax.id)
    status, ledger = server.request("GET", f"/api/dashboard/ledger?project={tax.id}", headers=tax.admin)
    assert status == 200
    assert (ledger["balanced"], ledger["totals"]["received"], ledger["totals"]["erased"]) == (True, 6, 4)


def test_erasing_from_the_command_line_without_a_server_does_the_same(tmp_path: Path) -> None:
    server = HatuaServer(tmp_path / "data")
    server.start()
    tax = Tax(server)
    tax.send(click(user_id="A012345678X"))
    tax.stored("A012345678X")
    assert server.stop() == 0
    receipt = json.loads(server.cli("people", "erase", "A012345678X", "--project", tax.id, "--yes"))
    assert receipt["events"] == {"before": 1, "after": 0}
    server.cli("ledger", "verify", "--project", tax.id)


def test_a_project_deleted_beside_the_running_server_is_gone_at_once_for_everybody(server: HatuaServer) -> None:
    tax = Tax(server)
    tax.send(click(user_id="U"))
    tax.stored("U")
    asking = [sys.executable, "-m", "hatua.cli.main", "projects", "delete", tax.id]
    refused = subprocess.run(
        asking, env=server.environ, input="another\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert (refused.returncode, "not the project's name" in refused.stderr) == (1, True)
    assert server.request("GET", f"/api/dashboard/ledger?project={tax.id}", headers=tax.admin)[0] == 200
    server.cli("projects", "delete", tax.id, "--yes")
    assert server.request("GET", f"/api/dashboard/ledger?project={tax.id}", headers=tax.admin)[0] == 401
    assert tax.id not in server.cli("projects", "list")


def test_a_project_is_deleted_from_the_command_line_without_a_server(tmp_path: Path) -> None:
    server = HatuaServer(tmp_path / "data")
    server.start()
    tax = Tax(server)
    tax.send(click(user_id="U", session_id="s"), click(user_id="V", session_id="t"))
    tax.stored("U")
    tax.stored("V")
    assert server.stop() == 0
    receipt = json.loads(server.cli("projects", "delete", tax.id, "--yes"))
    assert (receipt["events"], receipt["sessions"], receipt["links"]) == (2, 2, 2)
    server.cli("ledger", "verify")
