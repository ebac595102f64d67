"""Who may do what: one row per route. A route that is not here answers 404, and a test fails.

Admins may everything. Analysts see every view, with personal data masked, and export nothing. Viewers see the overview
and funnels, without single events and without people. API keys reach one project: `read` asks what an analyst may ask,
`export` sees personal data too, `manage` changes the project itself.
"""

import msgspec

from hatua.registry.model import Role, Scope


class Rule(msgspec.Struct, frozen=True):
    """`public`: also without being anybody. Else one of the roles, or a key with one of the scopes."""

    roles: frozenset[Role] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    public: bool = False


EVERYBODY = Rule(public=True)
SIGNED_IN = Rule(roles=frozenset(("admin", "analyst", "viewer")))
OVERVIEW = Rule(roles=frozenset(("admin", "analyst", "viewer")), scopes=frozenset(("read", "export", "manage")))
ANALYSIS = Rule(roles=frozenset(("admin", "analyst")), scopes=frozenset(("read", "export", "manage")))
SAVING = Rule(roles=frozenset(("admin", "analyst")), scopes=frozenset(("manage",)))
MANAGING = Rule(roles=frozenset(("admin",)), scopes=frozenset(("manage",)))
EXPORTING = Rule(roles=frozenset(("admin",)), scopes=frozenset(("export",)))
ADMINISTERING = Rule(roles=frozenset(("admin",)))

PERMISSIONS: dict[tuple[str, str], Rule] = {
    ("GET", "/api/schema"): EVERYBODY,
    ("GET", "/api/schema/openapi.json"): EVERYBODY,
    ("GET", "/api/auth/state"): EVERYBODY,
    ("POST", "/api/auth/setup"): EVERYBODY,
    ("POST", "/api/auth/login"): EVERYBODY,
    ("POST", "/api/auth/logout"): SIGNED_IN,
    ("POST", "/api/auth/organisation"): SIGNED_IN,
    ("POST", "/api/auth/invitation"): EVERYBODY,
    ("POST", "/api/auth/invitation/accept"): EVERYBODY,
    ("POST", "/api/auth/reset-request"): EVERYBODY,
    ("POST", "/api/auth/reset"): EVERYBODY,
    ("GET", "/auth/open"): EVERYBODY,
    ("GET", "/auth/sso"): EVERYBODY,
    ("GET", "/auth/sso/callback"): EVERYBODY,
    ("GET", "/api/account"): SIGNED_IN,
    ("PATCH", "/api/account"): SIGNED_IN,
    ("POST", "/api/account/password"): SIGNED_IN,
    ("POST", "/api/account/sign-out-everywhere"): SIGNED_IN,
    ("DELETE", "/api/account/sessions/{session_id}"): SIGNED_IN,
    ("POST", "/api/account/second-factor"): SIGNED_IN,
    ("POST", "/api/account/second-factor/confirm"): SIGNED_IN,
    ("POST", "/api/account/second-factor/recovery-codes"): SIGNED_IN,
    ("POST", "/api/account/second-factor/remove"): SIGNED_IN,
    ("GET", "/api/dashboard/members"): ADMINISTERING,
    ("PATCH", "/api/dashboard/members/{user_id}"): ADMINISTERING,
    ("DELETE", "/api/dashboard/members/{user_id}"): ADMINISTERING,
    ("POST", "/api/dashboard/members/{user_id}/reset-link"): ADMINISTERING,
    ("DELETE", "/api/dashboard/members/{user_id}/second-factor"): ADMINISTERING,
    ("GET", "/api/dashboard/invitations"): ADMINISTERING,
    ("POST", "/api/dashboard/invitations"): ADMINISTERING,
    ("DELETE", "/api/dashboard/invitations/{invitation_id}"): ADMINISTERING,
    ("GET", "/api/dashboard/audit"): ADMINISTERING,
    ("GET", "/api/dashboard/projects"): OVERVIEW,
    ("POST", "/api/dashboard/projects"): ADMINISTERING,
    ("PATCH", "/api/dashboard/projects/{project_id}"): MANAGING,
    ("POST", "/api/dashboard/projects/{project_id}/delete"): ADMINISTERING,
    ("POST", "/api/dashboard/projects/{project_id}/write-keys"): MANAGING,
    ("DELETE", "/api/dashboard/projects/{project_id}/write-keys/{key_id}"): MANAGING,
    ("POST", "/api/dashboard/projects/{project_id}/write-keys/{key_id}/rotate"): MANAGING,
    ("GET", "/api/dashboard/projects/{project_id}/first-event"): ANALYSIS,
    ("GET", "/api/dashboard/api-keys"): ADMINISTERING,
    ("POST", "/api/dashboard/api-keys"): ADMINISTERING,
    ("DELETE", "/api/dashboard/api-keys/{key_id}"): ADMINISTERING,
    ("GET", "/api/dashboard/definitions"): OVERVIEW,
    ("GET", "/api/dashboard/overview"): OVERVIEW,
    ("GET", "/api/dashboard/timeseries"): OVERVIEW,
    ("GET", "/api/dashboard/breakdown"): OVERVIEW,
    ("GET", "/api/dashboard/heatmap"): OVERVIEW,
    ("GET", "/api/dashboard/dimension-values"): OVERVIEW,
    ("GET", "/api/dashboard/events"): ANALYSIS,
    ("GET", "/api/dashboard/realtime"): ANALYSIS,
    ("GET", "/api/dashboard/live"): ANALYSIS,
    ("POST", "/api/dashboard/funnel"): OVERVIEW,
    ("POST", "/api/dashboard/funnel/people"): ANALYSIS,
    ("GET", "/api/dashboard/funnels"): OVERVIEW,
    ("POST", "/api/dashboard/funnels"): SAVING,
    ("PATCH", "/api/dashboard/funnels/{funnel_id}"): SAVING,
    ("DELETE", "/api/dashboard/funnels/{funnel_id}"): SAVING,
    ("GET", "/api/dashboard/retention"): ANALYSIS,
    ("GET", "/api/dashboard/retention/people"): ANALYSIS,
    ("GET", "/api/dashboard/lifecycle"): ANALYSIS,
    ("GET", "/api/dashboard/lifecycle/people"): ANALYSIS,
    ("GET", "/api/dashboard/stickiness"): ANALYSIS,
    ("GET", "/api/dashboard/stickiness/people"): ANALYSIS,
    ("GET", "/api/dashboard/paths"): ANALYSIS,
    ("GET", "/api/dashboard/paths/sessions"): ANALYSIS,
    ("GET", "/api/dashboard/paths/reach"): ANALYSIS,
    ("GET", "/api/dashboard/paths/reach/sessions"): ANALYSIS,
    ("GET", "/api/dashboard/journeys"): ANALYSIS,
    ("GET", "/api/dashboard/journeys/list"): ANALYSIS,
    ("GET", "/api/dashboard/sessions"): ANALYSIS,
    ("GET", "/api/dashboard/sessions/{session_id}"): ANALYSIS,
    ("GET", "/api/dashboard/people"): ANALYSIS,
    ("GET", "/api/dashboard/people/{person}"): ANALYSIS,
    ("GET", "/api/dashboard/people/{person}/events"): ANALYSIS,
    ("GET", "/api/dashboard/errors"): ANALYSIS,
    ("POST", "/api/query"): OVERVIEW,
    ("POST", "/api/query/batch"): OVERVIEW,
    ("GET", "/api/dashboard/ledger"): ANALYSIS,
    ("GET", "/api/dashboard/dead-letters"): ADMINISTERING,
    ("POST", "/api/dashboard/dead-letters/replay"): ADMINISTERING,
    ("POST", "/api/dashboard/dead-letters/purge"): ADMINISTERING,
    ("GET", "/api/dashboard/people/find"): EXPORTING,
    ("GET", "/api/dashboard/people/export"): EXPORTING,
    ("POST", "/api/dashboard/people/erase"): MANAGING,
    ("GET", "/api/dashboard/erasures"): ADMINISTERING,
    ("GET", "/"): EVERYBODY,
    ("GET", "/{path}"): EVERYBODY,
    ("HEAD", "/"): EVERYBODY,
    ("HEAD", "/{path}"): EVERYBODY,
}

_OPEN_TO_VIEWERS = frozenset(
    ("overview", "timeseries", "breakdown", "combined", "heatmap", "dimension_values", "funnel")
)


def rule_of_question(name: str) -> Rule:
    """Who may ask this kind of question by name (`POST /api/query`, alone or in a batch): whoever may ask it at its own
    address."""
    return OVERVIEW if name in _OPEN_TO_VIEWERS else ANALYSIS
