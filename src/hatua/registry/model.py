"""What the registry hands out: frozen values, never database rows. Times are Unix milliseconds, UTC."""

from typing import Any, Literal

import msgspec

Role = Literal["admin", "analyst", "viewer"]
Scope = Literal["read", "export", "manage"]
KeepIp = Literal["none", "truncated", "full"]
HonourGpc = Literal["no", "cookieless", "drop"]
"""What becomes of requests that carry `Sec-GPC: 1` or `DNT: 1`: nothing special; stored without identity; refused."""
Cookieless = Literal["off", "when_missing", "always"]
"""Which events get the visitor's name of the day instead of an identity of their own: none; those that name nobody;
all."""
ActorKind = Literal["user", "api_key", "cli", "system"]

SCOPES: tuple[Scope, ...] = ("read", "export", "manage")
ROLES: tuple[Role, ...] = ("admin", "analyst", "viewer")


class Actor(msgspec.Struct, frozen=True):
    """Who does an administrative act, for the audit trail.

    `id`: a user's, an API key's, or a login name. `address`: the client's, where the act came over the network."""

    kind: ActorKind
    id: str = ""
    address: str = ""


SYSTEM = Actor("system")


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation: owns projects and users."""

    id: str
    name: str
    created_at: int


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person who can sign in. `email` is lower case. The password hash never leaves the registry."""

    id: str
    email: str
    name: str
    created_at: int
    disabled_at: int | None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A user in one tenant."""

    user_id: str
    email: str
    name: str
    role: Role
    tenant_id: str
    tenant_name: str


class MemberRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A member as admins see them. `last_sign_in_at`: of the sessions that are still live."""

    user_id: str
    email: str
    name: str
    role: Role
    joined_at: int
    second_factor: bool
    last_sign_in_at: int | None


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as one of its members sees it."""

    id: str
    name: str
    role: Role


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An open invitation. Its token is shown once, when it is made."""

    id: str
    tenant_id: str
    tenant_name: str
    email: str
    role: Role
    created_at: int
    expires_at: int


class InvitationSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What the bearer of an invitation is told. `known`: the e-mail has an account, whose password joins it."""

    email: str
    tenant_name: str
    role: Role
    known: bool
    expires_at: int


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A live session as its owner sees it. `how`: password, link, set-up, invitation or sso."""

    id: str
    tenant_id: str
    created_at: int
    expires_at: int
    how: str
    address: str
    agent: str


class AccountRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How a person's account is guarded."""

    has_password: bool
    second_factor_since: int | None
    recovery_codes_left: int


class WriteKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key that lets a client send events to one project. Revoked keys stay listed. `revoked_at` of a key that
    was replaced lies ahead: until then it still works."""

    id: str
    project_id: str
    key: str
    name: str
    created_at: int
    revoked_at: int | None


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """One application's events, as people administer it.

    `allowed_origins`: `scheme://host[:port]`; `https://*.example.com` is any subdomain; empty means any
    origin. `retention_days`: 0 keeps for ever.
    """

    id: str
    tenant_id: str
    name: str
    timezone: str
    default_goal: str
    allowed_origins: tuple[str, ...]
    retention_days: int
    keep_ip: KeepIp
    hash_phones: bool
    created_at: int
    honour_gpc: HonourGpc = "no"
    cookieless: Cookieless = "off"
    write_keys: tuple[WriteKey, ...] = ()


class ProjectAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What the collector and the processor need to know of a project. Fields mean the same as in `Project`."""

    tenant_id: str
    project_id: str
    name: str
    timezone: str
    default_goal: str
    allowed_origins: tuple[str, ...]
    retention_days: int
    keep_ip: KeepIp
    hash_phones: bool
    honour_gpc: HonourGpc = "no"
    cookieless: Cookieless = "off"


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A secret key for scripts, of one project. Only `prefix` of it can be shown again."""

    id: str
    project_id: str
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_at: int
    last_used_at: int | None
    revoked_at: int | None


class ApiKeyAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What a presented API key is good for."""

    key_id: str
    tenant_id: str
    project_id: str
    scopes: tuple[Scope, ...]


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session just opened: `token` goes into the cookie and is not stored; `csrf` is echoed in a header."""

    token: str
    csrf: str
    expires_at: int
    member: Member


class SessionAccess(msgspec.Struct, frozen=True, kw_only=True):
    """A live session and the member behind it."""

    id: str
    member: Member
    csrf: str
    expires_at: int


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """What first-run set-up made: the first admin, signed in, and a project with one write key."""

    session: NewSession
    project: Project


class FunnelPreset(msgspec.Struct, frozen=True, kw_only=True):
    """A funnel that an integration brings along. `definition`: JSON, opaque to the registry."""

    key: str
    name: str
    description: str
    definition: dict[str, Any]


class SavedFunnel(msgspec.Struct, frozen=True, kw_only=True):
    """`preset`: the key of the preset it was installed from; `edited`: changed by somebody since, so that a newer
    version of the preset leaves it alone. `created_by`: id of the user or key, "" for the program."""

    id: str
    project_id: str
    name: str
    description: str
    definition: dict[str, Any]
    preset: str | None
    edited: bool
    created_by: str
    created_at: int
    updated_at: int


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One administrative act. `details` holds what changed; never a secret. `address`: from where, "" for what did not
    come over the network. `actor_name`: the e-mail of a user or the name of a key, while there is one.
    `subject_name`: the e-mail of the person that it was done to."""

    id: int
    at: int
    tenant_id: str
    project_id: str
    actor_kind: ActorKind
    actor_id: str
    action: str
    subject_id: str
    details: dict[str, object]
    address: str
    actor_name: str | None
    subject_name: str | None


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """One person's erasure. Their events up to `erased_at` are gone, or not stored when they come. `receipt`: counts
    before and after, by store; empty while `finished_at` is None."""

    id: str
    project_id: str
    tenant_id: str
    erased_at: int
    finished_at: int | None
    receipt: dict[str, Any]


class ProjectDeletion(msgspec.Struct, frozen=True, kw_only=True):
    """A project that was deleted, as it was when it was."""

    project_id: str
    tenant_id: str
    name: str
    deleted_at: int


class ErasedId(msgspec.Struct, frozen=True):
    """`id_hash` was made under the secret that `key_check` tells."""

    project_id: str
    id_hash: str
    erased_at: int
    key_check: str
