"""What auth, projects and keys look like on the wire. Times are ISO 8601 UTC with milliseconds. Requests are strict:
a field we do not know is refused, since one that silently does nothing is worse."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hatua.analytics.timerange import iso_utc
from hatua.registry import model
from hatua.registry.model import Cookieless, HonourGpc, KeepIp, Role, Scope

Line = Annotated[str, Meta(max_length=1_000)]
"""The registry knows the real limits and says them; this one only keeps nonsense out."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    email: str
    name: str
    role: Role
    tenant_id: str
    tenant_name: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    user: User
    csrf: str


class LoginRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code`: of the authenticator app, or a recovery code; asked for with `second_factor_needed`."""

    email: Line
    password: Line
    code: Line = ""


class SetupRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`setup_token`: as the server printed it at start."""

    setup_token: Line
    email: Line
    name: Line
    password: Line
    organisation: Line
    project_name: Line
    timezone: Line = "UTC"


class WriteKey(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    key: str
    name: str
    created_at: str
    revoked_at: str | None


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """`retention_days`: 0 keeps for ever. `allowed_origins`: empty allows any. `write_keys`: none for viewers."""

    id: str
    name: str
    timezone: str
    created_at: str
    default_goal: str
    allowed_origins: list[str]
    retention_days: int
    keep_ip: KeepIp
    hash_phones: bool
    honour_gpc: HonourGpc
    cookieless: Cookieless
    write_keys: list[WriteKey]


class SetupDone(msgspec.Struct, frozen=True, kw_only=True):
    user: User
    csrf: str
    project: Project


class Projects(msgspec.Struct, frozen=True, kw_only=True):
    projects: list[Project]


class NewProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Line
    timezone: Line = "UTC"


class ProjectChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Line | UnsetType = UNSET
    timezone: Line | UnsetType = UNSET
    allowed_origins: list[Line] | UnsetType = UNSET
    default_goal: Line | UnsetType = UNSET
    retention_days: int | UnsetType = UNSET
    keep_ip: KeepIp | UnsetType = UNSET
    hash_phones: bool | UnsetType = UNSET
    honour_gpc: HonourGpc | UnsetType = UNSET
    cookieless: Cookieless | UnsetType = UNSET


class DeleteProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`name`: the project's own, typed by whoever means it. There is no way back."""

    name: Line


class NewWriteKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Line = "default"


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """`prefix`: how the key begins; the rest is not stored."""

    id: str
    project_id: str
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: str
    last_used_at: str | None


class ApiKeys(msgspec.Struct, frozen=True, kw_only=True):
    api_keys: list[ApiKey]


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    project_id: Line
    name: Line
    scopes: Annotated[list[Scope], Meta(max_length=10)] = msgspec.field(default_factory=lambda: ["read"])


class CreatedApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is shown here and never again."""

    id: str
    name: str
    key: str
    prefix: str
    scopes: list[Scope]
    project_id: str
    created_at: str


class FirstEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether anything has arrived yet, and what came first by event time."""

    received: bool
    event_name: str | None = None
    timestamp: str | None = None
    library: str | None = None


def user_of(member: model.Member) -> User:
    """A member as the wire shows it."""
    return User(
        id=member.user_id,
        email=member.email,
        name=member.name,
        role=member.role,
        tenant_id=member.tenant_id,
        tenant_name=member.tenant_name,
    )


def write_key_of(key: model.WriteKey) -> WriteKey:
    """A write key as the wire shows it."""
    return WriteKey(
        id=key.id,
        key=key.key,
        name=key.name,
        created_at=iso_utc(key.created_at),
        revoked_at=None if key.revoked_at is None else iso_utc(key.revoked_at),
    )


def project_of(project: model.Project, *, with_keys: bool = True) -> Project:
    """A project as the wire shows it."""
    return Project(
        id=project.id,
        name=project.name,
        timezone=project.timezone,
        created_at=iso_utc(project.created_at),
        default_goal=project.default_goal,
        allowed_origins=list(project.allowed_origins),
        retention_days=project.retention_days,
        keep_ip=project.keep_ip,
        hash_phones=project.hash_phones,
        honour_gpc=project.honour_gpc,
        cookieless=project.cookieless,
        write_keys=[write_key_of(key) for key in project.write_keys] if with_keys else [],
    )


def api_key_of(key: model.ApiKey) -> ApiKey:
    """An API key as the wire shows it."""
    return ApiKey(
        id=key.id,
        project_id=key.project_id,
        name=key.name,
        prefix=key.prefix,
        scopes=list(key.scopes),
        created_at=iso_utc(key.created_at),
        last_used_at=None if key.last_used_at is None else iso_utc(key.last_used_at),
    )
