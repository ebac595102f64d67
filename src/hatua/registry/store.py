"""The registry's door: every noun in one object."""

from hatua.base.clock import Clock, system_clock
from hatua.registry.accounts import Accounts
from hatua.registry.api_keys import ApiKeys
from hatua.registry.audit import AuditTrail
from hatua.registry.database import open_engine
from hatua.registry.deletions import Deletions
from hatua.registry.erasures import Erasures
from hatua.registry.funnels import Funnels
from hatua.registry.members import Members
from hatua.registry.migrate import apply_migrations, check_migrated
from hatua.registry.projects import Projects
from hatua.registry.resets import PasswordResets
from hatua.registry.salts import DailySalts
from hatua.registry.sealing import FindSecret, Sealer, no_secret
from hatua.registry.second_factor import SecondFactors
from hatua.registry.setup import Setup
from hatua.registry.sign_on import SignOn
from hatua.registry.tenants import Tenants
from hatua.registry.users import Users
from hatua.registry.write_keys import WriteKeys


class Registry(
    Tenants,
    Users,
    Members,
    Projects,
    WriteKeys,
    ApiKeys,
    Funnels,
    SignOn,
    SecondFactors,
    PasswordResets,
    Accounts,
    Setup,
    DailySalts,
    Erasures,
    Deletions,
    AuditTrail,
):
    """Metadata, blocking and safe from any thread; several processes may hold one database open.

    Any method raises RegistryUnavailable when the database cannot answer; then nothing was done."""

    @classmethod
    def open(
        cls, url: str, *, clock: Clock = system_clock, migrate: bool = True, secret: FindSecret = no_secret
    ) -> "Registry":
        """`sqlite:///file`, `postgresql://...`, or a path to a SQLite file (made when missing, with its folder).

        `migrate=False` only checks the schema and raises SchemaOutOfDate. `secret`: finds the installation's, under
        which second factors are sealed; asked when one is. Raises InvalidSetting for another URL."""
        registry = cls(open_engine(url), clock, Sealer(secret))
        try:
            if migrate:
                apply_migrations(registry)
            else:
                check_migrated(registry)
        except BaseException:
            registry.close()
            raise
        return registry
