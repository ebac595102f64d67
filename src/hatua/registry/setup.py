"""First-run set-up: whoever can read the server's output becomes the first admin."""

from sqlalchemy import select

from hatua.registry import fields
from hatua.registry.database import Database
from hatua.registry.errors import InvalidSetupToken, SetupAlreadyDone
from hatua.registry.model import Actor, Installation, Member
from hatua.registry.passwords import hash_password
from hatua.registry.projects import DEFAULT_TIMEZONE, add_project, one_project
from hatua.registry.sessions import open_session
from hatua.registry.tables import projects, setup_tokens, tenants
from hatua.registry.tenants import add_tenant, rename_tenant
from hatua.registry.tokens import digest, new_token, plausible
from hatua.registry.users import add_user, has_users
from hatua.registry.write_keys import add_write_key

SETUP_TOKEN_MS = 7 * 86_400_000
"""Time to get round to it; every start of the server prints a new one."""


class Setup(Database):
    """Issuing the token and spending it."""

    def issue_setup_token(self) -> str | None:
        """A token that lets its bearer set this installation up; None once a user exists.

        Earlier ones stay valid, since several API processes may each have printed one."""
        token = new_token()
        with self.writing() as connection:
            if has_users(connection):
                return None
            now = self._now()
            connection.execute(setup_tokens.delete().where(setup_tokens.c.expires_at <= now))
            connection.execute(
                setup_tokens.insert().values(token_hash=digest(token), created_at=now, expires_at=now + SETUP_TOKEN_MS)
            )
        return token

    def set_up(
        self,
        setup_token: str,
        *,
        email: str,
        name: str,
        password: str,
        organisation: str,
        project_name: str,
        timezone: str = DEFAULT_TIMEZONE,
    ) -> Installation:
        """Makes the organisation, its first admin (signed in), and a project with a write key, all or nothing.

        A tenant or a project of that name that the command line made before is taken over, not doubled.
        Raises SetupAlreadyDone, InvalidSetupToken, InvalidField."""
        if self._already_done():
            raise SetupAlreadyDone("this installation is set up; sign in instead")
        if not self._valid(setup_token):
            raise InvalidSetupToken(
                "the set-up token is unknown or expired; the server prints a new one at every start"
            )
        fields.timezone(timezone)
        project_name = fields.name(project_name, "project_name")
        organisation = fields.name(organisation, "organisation")
        hashed = hash_password(password)
        with self.alone() as connection:
            now = self._now()
            if has_users(connection):
                raise SetupAlreadyDone("this installation is set up; sign in instead")
            by = Actor("system", "set-up")
            known = connection.execute(select(tenants.c.id).order_by(tenants.c.created_at)).scalars().first()
            if known is None:
                tenant_id = add_tenant(connection, now, organisation, by).id
            else:
                tenant_id = known
                rename_tenant(connection, now, tenant_id, organisation, by)
            user = add_user(
                connection,
                now,
                tenant_id=tenant_id,
                email=email,
                name=name,
                password_hash=hashed,
                role="admin",
                by=by,
            )
            by = Actor("user", user.id)
            existing = connection.execute(
                select(projects.c.id).where(projects.c.tenant_id == tenant_id, projects.c.name == project_name)
            ).scalar()
            project_id = existing or add_project(connection, now, tenant_id, project_name, by, timezone=timezone).id
            project = one_project(connection, project_id, tenant_id)
            if project is not None and not any(key.revoked_at is None for key in project.write_keys):
                add_write_key(connection, now, project, "default", by)
                project = one_project(connection, project_id, tenant_id)
            connection.execute(setup_tokens.delete())
            member = Member(
                user_id=user.id,
                email=user.email,
                name=user.name,
                role="admin",
                tenant_id=tenant_id,
                tenant_name=organisation,
            )
            session = open_session(connection, now, member, "set-up")
        if project is None:
            raise AssertionError("the project was made in this very transaction")
        return Installation(session=session, project=project)

    def _already_done(self) -> bool:
        with self.reading() as connection:
            return has_users(connection)

    def _valid(self, token: str) -> bool:
        if not plausible(token):
            return False
        query = select(setup_tokens.c.token_hash).where(
            setup_tokens.c.token_hash == digest(token), setup_tokens.c.expires_at > self._now()
        )
        with self.reading() as connection:
            return connection.execute(query).first() is not None
