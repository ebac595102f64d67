"""`hatua people`: find, export and erase a person. On the embedded rung, where the server owns the stores, by asking
it."""

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from hatua.base.errors import HatuaError, InvalidSetting
from hatua.cli.administer import find_project
from hatua.cli.http import local_url
from hatua.cli.privacy import people
from hatua.cli.settings import Settings
from hatua.cli.stores import log_admin, opened_registry, opened_warehouse
from hatua.registry.model import Actor, Project, Scope
from hatua.registry.store import Registry

BY = Actor("cli", "people")
ERASE_TIMEOUT_S = 3_600


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the commands of this file."""
    persons = commands.add_parser("people", help="find, export and erase a person").add_subparsers(required=True)
    for name, text, command in (
        ("find", "everything by which a person is known, as JSON", _find),
        ("export", "everything of a person, as JSON lines", _export),
        ("erase", "delete a person from every store; prints the receipt", _erase),
    ):
        part = persons.add_parser(name, help=text)
        part.add_argument("id", help="a user id (PIN), a phone number, an e-mail address, a browser's id")
        part.add_argument("--project", required=True, help="name or id")
        if name == "erase":
            part.add_argument("--yes", action="store_true", help="do not ask; there is no way back")
        part.set_defaults(command=command)


def _find(arguments: argparse.Namespace, settings: Settings) -> int:
    with _Door(settings, arguments.project) as door:
        print(json.dumps(door.find(arguments.id), indent=2, ensure_ascii=False))
    return 0


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    with _Door(settings, arguments.project) as door:
        for part in door.export(arguments.id):
            sys.stdout.buffer.write(part)
    sys.stdout.flush()
    return 0


def _erase(arguments: argparse.Namespace, settings: Settings) -> int:
    with _Door(settings, arguments.project) as door:
        if not arguments.yes:
            found = door.find(arguments.id)
            print(json.dumps(found, indent=2, ensure_ascii=False), file=sys.stderr)
            print("Erase this person? There is no way back. Type the id again: ", file=sys.stderr, end="", flush=True)
            if sys.stdin.readline().strip() != arguments.id:
                raise HatuaError("not the same id; nothing was erased")
        print(json.dumps(door.erase(arguments.id), indent=2))
    return 0


class _Door:
    """The stores themselves where they can be opened, else the running server, with a key that lives as long as the
    question."""

    def __init__(self, settings: Settings, project: str) -> None:
        self._settings = settings
        self._data: Path = settings.data()
        self._named = project

    def __enter__(self) -> "_Door":
        self._opened = opened_registry(self._settings, self._data)
        self._registry: Registry = self._opened.__enter__()
        try:
            self._project: Project = find_project(self._registry, self._named)
        except BaseException:
            self._opened.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *problem: Any) -> None:
        self._opened.__exit__(*problem)

    def find(self, asked: str) -> Any:
        """Of the person behind an id."""
        try:
            with opened_warehouse(self._settings, self._data) as warehouse:
                admin = log_admin(self._settings, self._data)
                room = people(self._settings, self._data, warehouse, admin, self._registry)
                return msgspec.to_builtins(room.find(self._project.id, asked))
        except InvalidSetting:
            if self._settings.warehouse.host:
                raise
        query = urlencode({"project": self._project.id, "id": asked})
        return json.loads(b"".join(self._asked("GET", f"/api/dashboard/people/find?{query}", "export")))

    def export(self, asked: str) -> Iterator[bytes]:
        """JSON lines."""
        try:
            with opened_warehouse(self._settings, self._data) as warehouse:
                admin = log_admin(self._settings, self._data)
                room = people(self._settings, self._data, warehouse, admin, self._registry)
                yield from room.export(self._project.id, asked)
                self._registry.note(
                    BY, "person.exported", tenant_id=self._project.tenant_id, project_id=self._project.id
                )
                return
        except InvalidSetting:
            if self._settings.warehouse.host:
                raise
        query = urlencode({"project": self._project.id, "id": asked})
        yield from self._asked("GET", f"/api/dashboard/people/export?{query}", "export")

    def erase(self, asked: str) -> Any:
        """The receipt."""
        try:
            with opened_warehouse(self._settings, self._data) as warehouse:
                admin = log_admin(self._settings, self._data)
                room = people(self._settings, self._data, warehouse, admin, self._registry)
                return msgspec.to_builtins(room.erase(self._project.id, asked, by=BY))
        except InvalidSetting:
            if self._settings.warehouse.host:
                raise
        body = json.dumps({"project": self._project.id, "id": asked}).encode()
        return json.loads(b"".join(self._asked("POST", "/api/dashboard/people/erase", "manage", body)))

    def _asked(self, method: str, path: str, scope: Scope, body: bytes | None = None) -> Iterator[bytes]:
        record, plain = self._registry.create_api_key(self._project.id, (scope,), "people", by=BY)
        url = local_url(self._settings.process)
        request = urllib.request.Request(  # noqa: S310 - our own server's address, http
            url + path,
            body,
            {"Authorization": f"Bearer {plain}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=ERASE_TIMEOUT_S) as answer:  # noqa: S310
                while part := answer.read(65_536):
                    yield part
        except urllib.error.HTTPError as refused:
            with refused:
                raise HatuaError(_told(refused)) from None
        except OSError as problem:
            raise HatuaError(
                f"another process owns the data folder, but no server answers at {url} (set PORT to its port):"
                f" {problem}"
            ) from None
        finally:
            self._registry.revoke_api_key(record.id, by=BY)


def _told(refused: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(refused)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {refused.code}"
