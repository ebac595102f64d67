"""`hatua users`: people from the command line, before the server runs or beside it."""

import argparse
import getpass
import json
import sys

from hatua.base.errors import HatuaError
from hatua.cli.administer import BY
from hatua.cli.doors import link
from hatua.cli.settings import Settings
from hatua.cli.stores import opened_registry
from hatua.registry.model import ROLES, Member, Role, Tenant, User
from hatua.registry.store import Registry


class UnknownUser(HatuaError):
    """No user has this e-mail address."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the commands of this file."""
    users = commands.add_parser("users", help="create and list people, change roles, make reset links").add_subparsers(
        required=True
    )
    create = users.add_parser("create", help="an account and its role; prints a link that sets the first password")
    create.add_argument("email")
    create.add_argument("--name", default=None, help="default: the part before the @")
    create.add_argument("--role", choices=ROLES, default=None, help="default: admin for the first one, else viewer")
    create.add_argument("--organisation", default=None, help="name or id; made when there is none yet")
    create.add_argument("--password-stdin", action="store_true", help="read the password from standard input instead")
    create.set_defaults(command=_create)
    listing = users.add_parser("list", help="everybody, by organisation")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(command=_list)
    role = users.add_parser("set-role", help="give another role; holds from their next request on")
    role.add_argument("email")
    role.add_argument("role", choices=ROLES)
    role.add_argument("--organisation", default=None, help="name or id, when there are several")
    role.set_defaults(command=_set_role)
    reset = users.add_parser("reset-link", help="print a link that sets a new password, once, within 24 hours")
    reset.add_argument("email")
    reset.add_argument("--remove-second-factor", action="store_true", help="for a lost phone; ask who it really is")
    reset.set_defaults(command=_reset_link)


def _create(arguments: argparse.Namespace, settings: Settings) -> int:
    password = _read_password() if arguments.password_stdin else None
    with opened_registry(settings) as registry:
        tenant = _tenant_to_join(registry, arguments.organisation)
        role: Role = arguments.role or ("viewer" if registry.members(tenant.id) else "admin")
        name = arguments.name or arguments.email.partition("@")[0]
        user = registry.create_user(tenant.id, arguments.email, name, password, role, by=BY)
        print(f"{user.email} is {role} of {tenant.name}", file=sys.stderr)
        if password is None:
            print(link(settings, f"/reset/#token={registry.create_password_reset(user.id, by=BY)}"))
    return 0


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened_registry(settings) as registry:
        members = [member for tenant in registry.tenants() for member in registry.members(tenant.id)]
    if arguments.json:
        print(json.dumps([_as_json(member) for member in members]))
        return 0
    for member in members:
        print(f"{member.email}  {member.role}  {member.tenant_name}  {member.name}")
    return 0


def _set_role(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened_registry(settings) as registry:
        user = _user(registry, arguments.email)
        tenant_id = _tenant_of(registry, user, arguments.organisation)
        registry.set_role(tenant_id, user.id, arguments.role, by=BY)
    print(f"{user.email} is {arguments.role}", file=sys.stderr)
    return 0


def _reset_link(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened_registry(settings) as registry:
        user = _user(registry, arguments.email)
        if arguments.remove_second_factor:
            registry.remove_second_factor(user.id, by=BY)
        print(link(settings, f"/reset/#token={registry.create_password_reset(user.id, by=BY)}"))
    return 0


def _read_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")


def _tenant_to_join(registry: Registry, wanted: str | None) -> Tenant:
    known = registry.tenants()
    found = [each for each in known if wanted in (None, each.id, each.name)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{each.name} ({each.id})" for each in found)
        raise HatuaError(f"several organisations; say --organisation: {names}")
    return registry.create_tenant(wanted or "My organisation", by=BY)


def _tenant_of(registry: Registry, user: User, wanted: str | None) -> str:
    known = registry.organisations(user.id)
    mine = [each for each in known if wanted in (None, each.id, each.name)]
    if len(mine) != 1:
        names = ", ".join(f"{each.name} ({each.id})" for each in known) or "none"
        raise HatuaError(f"say --organisation; {user.email} belongs to: {names}")
    return mine[0].id


def _user(registry: Registry, email: str) -> User:
    user = registry.user_by_email(email)
    if user is None:
        raise UnknownUser(f"nobody here has the e-mail {email!r}")
    return user


def _as_json(member: Member) -> dict[str, str]:
    return {
        "id": member.user_id,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "organisation": member.tenant_name,
        "organisation_id": member.tenant_id,
    }
