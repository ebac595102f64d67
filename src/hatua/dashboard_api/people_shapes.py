"""What the API takes and gives about people: members, invitations, accounts, the audit trail."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hatua.analytics.timerange import iso_utc
from hatua.dashboard_api.shapes import Line, User
from hatua.registry import model
from hatua.registry.model import ActorKind, Role


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """One that the signed-in person belongs to."""

    id: str
    name: str
    role: Role


class SignOnOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Single sign-on: the button's name, and where it leads."""

    name: str
    path: str


class AuthState(msgspec.Struct, frozen=True, kw_only=True):
    """`csrf`: to be sent as X-Hatua-Csrf with every request that changes something; null when nobody is signed in.
    `organisations`: all that the person belongs to. `mail`: a forgotten password can be reset by e-mail."""

    setup_needed: bool
    user: User | None
    csrf: str | None
    version: str
    organisations: list[Organisation]
    mail: bool
    sign_on: SignOnOffer | None


class ChosenOrganisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tenant_id: Line


class ResetRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Line


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`token`: as it stands in the link."""

    token: Line
    password: Line


class InvitationToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Line


class InvitationSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`known`: the address has an account, whose password (and code) joins; else name and password make one."""

    email: str
    organisation: str
    role: Role
    known: bool
    expires_at: str


class AcceptInvitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Line
    password: Line
    name: Line = ""
    code: Line = ""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """`last_sign_in_at`: of the sessions that are still live."""

    id: str
    email: str
    name: str
    role: Role
    joined_at: str
    second_factor: bool
    last_sign_in_at: str | None


class Members(msgspec.Struct, frozen=True, kw_only=True):
    members: list[Member]


class MemberChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    role: Role


class ResetLink(msgspec.Struct, frozen=True, kw_only=True):
    """`path`: after this dashboard's address; shown once."""

    path: str


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    email: str
    role: Role
    created_at: str
    expires_at: str


class Invitations(msgspec.Struct, frozen=True, kw_only=True):
    invitations: list[Invitation]


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Line
    role: Role


class CreatedInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """`path`: after this dashboard's address; shown once. `mailed`: the link went out by e-mail too."""

    invitation: Invitation
    path: str
    mailed: bool


class SignedInBrowser(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in. `how`: password, link, set-up, invitation or sso."""

    id: str
    current: bool
    created_at: str
    expires_at: str
    how: str
    address: str
    agent: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """`second_factor_since`: null while it is off."""

    user: User
    has_password: bool
    second_factor_since: str | None
    recovery_codes_left: int
    sessions: list[SignedInBrowser]


class AccountChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Line | UnsetType = UNSET


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`current_password`: "" for an account that has none yet."""

    password: Line
    current_password: Line = ""


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That it is really you: your password, and a code where the second factor is on."""

    password: Line
    code: Line = ""


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Line


class NewSecondFactor(msgspec.Struct, frozen=True, kw_only=True):
    """`qr`: the rows of the QR code of `uri`, 1 for dark."""

    secret: str
    uri: str
    qr: list[str]


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Each works once, in the place of a code. Shown here and never again."""

    codes: list[str]


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One administrative act: who, what, from where, when. `actor_name`: e-mail of a user, name of a key.
    `subject_name`: e-mail of the person that it was done to."""

    id: str
    at: str
    actor_kind: ActorKind
    actor_id: str
    actor_name: str | None
    subject_name: str | None
    action: str
    project_id: str
    subject_id: str
    address: str
    details: dict[str, object]


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    entries: list[AuditEntry]
    next_cursor: str | None


class RotateKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`overlap_hours`: how long the old key goes on working, at most 720."""

    overlap_hours: Annotated[int, Meta(ge=0, le=720)] = 24


def member_of(record: model.MemberRecord) -> Member:
    """A member as the wire shows them."""
    return Member(
        id=record.user_id,
        email=record.email,
        name=record.name,
        role=record.role,
        joined_at=iso_utc(record.joined_at),
        second_factor=record.second_factor,
        last_sign_in_at=None if record.last_sign_in_at is None else iso_utc(record.last_sign_in_at),
    )


def invitation_of(record: model.Invitation) -> Invitation:
    """An open invitation as the wire shows it."""
    return Invitation(
        id=record.id,
        email=record.email,
        role=record.role,
        created_at=iso_utc(record.created_at),
        expires_at=iso_utc(record.expires_at),
    )


def session_of(record: model.SessionRecord, current: str) -> SignedInBrowser:
    """A session as the wire shows it."""
    return SignedInBrowser(
        id=record.id,
        current=record.id == current,
        created_at=iso_utc(record.created_at),
        expires_at=iso_utc(record.expires_at),
        how=record.how,
        address=record.address,
        agent=record.agent,
    )


def entry_of(record: model.AuditEntry) -> AuditEntry:
    """A line of the trail as the wire shows it."""
    return AuditEntry(
        id=str(record.id),
        at=iso_utc(record.at),
        actor_kind=record.actor_kind,
        actor_id=record.actor_id,
        actor_name=record.actor_name,
        subject_name=record.subject_name,
        action=record.action,
        project_id=record.project_id,
        subject_id=record.subject_id,
        address=record.address,
        details=record.details,
    )
