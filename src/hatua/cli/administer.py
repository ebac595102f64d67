"""`hatua projects` and `hatua keys`: metadata from the command line, before the server runs or beside it."""

import argparse
import json
import sys
from typing import Any

import msgspec

from hatua.base.errors import HatuaError, InvalidSetting
from hatua.cli.presets import PACKS, pack, presets_for_new_projects
from hatua.cli.settings import Settings
from hatua.cli.stores import log_admin, opened_registry, opened_warehouse
from hatua.dashboard_api.saved_funnels import presets_of
from hatua.privacy.projects import ProjectDeleting
from hatua.registry.model import SCOPES, Actor, Project
from hatua.registry.store import Registry

BY = Actor("cli")


class UnknownProject(HatuaError):
    """No project has this name or id."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the commands of this file."""
    projects = commands.add_parser("projects", help="create and list projects").add_subparsers(required=True)
    create = projects.add_parser("create", help="create a project; prints its write key")
    create.add_argument("name")
    create.add_argument("--timezone", default=None, help="IANA name, such as Africa/Nairobi (default: UTC)")
    create.add_argument("--json", action="store_true", help="print id, name and write key as JSON")
    create.set_defaults(command=_create_project)
    install = projects.add_parser("install-presets", help="add an integration's preset funnels, or renew them")
    install.add_argument("integration", choices=sorted(PACKS))
    install.add_argument("--project", required=True, help="name or id")
    install.set_defaults(command=_install_presets)
    deletion = projects.add_parser("delete", help="delete a project with everything in it; asks for its name first")
    deletion.add_argument("project", help="name or id")
    deletion.add_argument("--yes", action="store_true", help="do not ask; there is no way back")
    deletion.set_defaults(command=_delete_project)
    listing = projects.add_parser("list", help="list projects and their write keys")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(command=_list_projects)

    keys = commands.add_parser("keys", help="create API keys and write keys").add_subparsers(required=True)
    key = keys.add_parser("create", help="create an API key; prints it once")
    key.add_argument("--project", required=True, help="name or id")
    key.add_argument("--scope", action="append", choices=SCOPES, help="may be repeated (default: read)")
    key.add_argument("--name", default="command line")
    key.set_defaults(command=_create_api_key)
    write_key = keys.add_parser("create-write-key", help="one more write key for a project; prints it")
    write_key.add_argument("--project", required=True, help="name or id")
    write_key.add_argument("--name", default="command line")
    write_key.set_defaults(command=_create_write_key)


def _create_project(arguments: argparse.Namespace, settings: Settings) -> int:
    presets = presets_of(presets_for_new_projects(settings))
    with opened_registry(settings) as registry:
        options: dict[str, Any] = {"timezone": arguments.timezone} if arguments.timezone else {}
        project = registry.create_project(arguments.name, by=BY, **options)
        key = next((k for k in project.write_keys if k.revoked_at is None), None)
        shown = key or registry.create_write_key(project.id, by=BY)
        registry.install_presets(project.id, presets, by=BY)
    if arguments.json:
        print(json.dumps({"id": project.id, "name": project.name, "write_key": shown.key}))
    else:
        print(shown.key)
    return 0


def _delete_project(arguments: argparse.Namespace, settings: Settings) -> int:
    data = settings.data()
    with opened_registry(settings, data) as registry:
        project = find_project(registry, arguments.project)
        name = project.name if arguments.yes else _typed_name(project)
        begun = registry.begin_project_deletion(project.id, name, by=BY)
        try:
            with opened_warehouse(settings, data) as warehouse:
                admin = log_admin(settings, data)
                try:
                    receipt = ProjectDeleting(warehouse, admin, registry).finish(begun, by=BY)
                finally:
                    admin.close()
        except InvalidSetting:
            if settings.warehouse.host:
                raise
            print(f"deleted {project.id}; the running server deletes its events within five minutes", file=sys.stderr)
            return 0
    print(json.dumps(msgspec.to_builtins(receipt), indent=2))
    return 0


def _typed_name(project: Project) -> str:
    print(f"Delete {project.id} with all its events? There is no way back.", file=sys.stderr)
    print(f"Type its name, {project.name!r}, to go on: ", file=sys.stderr, end="", flush=True)
    return sys.stdin.readline().rstrip("\n")


def _install_presets(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened_registry(settings) as registry:
        project = find_project(registry, arguments.project)
        installed = registry.install_presets(project.id, pack(arguments.integration), by=BY)
    for funnel in installed:
        print(f"{funnel.id}  {funnel.name}{'  (edited: left as it is)' if funnel.edited else ''}")
    return 0


def _list_projects(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened_registry(settings) as registry:
        found = registry.projects()
    if arguments.json:
        print(json.dumps([_as_json(project) for project in found]))
    else:
        for project in found:
            keys = " ".join(k.key for k in project.write_keys if k.revoked_at is None)
            print(f"{project.id}  {project.name}  {project.timezone}  {keys}")
    return 0


def _as_json(project: Project) -> dict[str, Any]:
    keys = [k.key for k in project.write_keys if k.revoked_at is None]
    return {"id": project.id, "name": project.name, "timezone": project.timezone, "write_keys": keys}


def _create_api_key(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened_registry(settings) as registry:
        project = find_project(registry, arguments.project)
        _, plain = registry.create_api_key(
            project.id, tuple(dict.fromkeys(arguments.scope or ["read"])), arguments.name, by=BY
        )
    print(plain)
    return 0


def _create_write_key(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened_registry(settings) as registry:
        key = registry.create_write_key(find_project(registry, arguments.project).id, arguments.name, by=BY)
    print(key.key)
    return 0


def find_project(registry: Registry, name_or_id: str) -> Project:
    """By name or id. Raises UnknownProject, which names the known ones."""
    project = registry.find_project(name_or_id)
    if project is None:
        known = ", ".join(p.name for p in registry.projects()) or "none yet"
        raise UnknownProject(f"no project is named {name_or_id!r}; projects: {known}")
    return project
