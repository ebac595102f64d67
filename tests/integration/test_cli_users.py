"""`hatua users` as an operator meets it: real processes over a real data folder, with no server running."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hatua.registry.store import Registry
from tests.fixtures.server import HatuaServer

PASSWORD = "correct horse battery"


@pytest.fixture
def folder(tmp_path: Path) -> HatuaServer:
    """A data folder with commands, whose server is not started."""
    return HatuaServer(tmp_path / "data", environ={"HATUA_PUBLIC_URL": "https://hatua.example.org/"})


def run(folder: HatuaServer, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatua.cli.main", "users", *arguments],
        env=folder.environ,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_first_one_is_an_admin_and_sets_the_password_by_the_printed_link(folder: HatuaServer) -> None:
    link = folder.cli("users", "create", "Asha@example.org", "--organisation", "Revenue")
    address, _, token = link.partition("#token=")
    assert address == "https://hatua.example.org/reset/"
    registry = Registry.open(str(folder.data_dir / "registry.db"))
    assert registry.issue_setup_token() is None, "set-up is done"
    registry.reset_password(token, PASSWORD)
    session = registry.sign_in("asha@example.org", PASSWORD)
    assert (session.member.role, session.member.tenant_name) == ("admin", "Revenue")
    assert {entry.actor_kind for entry in registry.audit(session.member.tenant_id, action="user.created")} == {"cli"}
    registry.close()


def test_people_are_made_listed_and_given_roles(folder: HatuaServer) -> None:
    made = run(folder, "create", "asha@example.org", "--password-stdin", typed=PASSWORD + "\n")
    assert (made.returncode, made.stdout) == (0, "")
    folder.cli("users", "create", "otieno@example.org", "--name", "Otieno")
    folder.cli("users", "set-role", "otieno@example.org", "analyst")
    listed = json.loads(folder.cli("users", "list", "--json"))
    assert [(each["email"], each["role"], each["name"]) for each in listed] == [
        ("asha@example.org", "admin", "asha"),
        ("otieno@example.org", "analyst", "Otieno"),
    ]
    assert folder.cli("users", "reset-link", "otieno@example.org").startswith("https://hatua.example.org/reset/#token=")


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("set-role", "asha@example.org", "viewer"), "", "last admin"),
        (("create", "asha@example.org"), "", "exists"),
        (("create", "nobody"), "", "not an e-mail address"),
        (("create", "b@example.org", "--password-stdin"), "short\n", "5 characters"),
        (("reset-link", "nobody@example.org"), "", "nobody here has the e-mail"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    folder: HatuaServer, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    folder.cli("users", "create", "asha@example.org")
    refused = run(folder, *arguments, typed=typed)
    assert refused.returncode == 1
    assert refused.stderr.startswith("hatua: ")
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
