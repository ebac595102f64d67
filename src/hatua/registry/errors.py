"""What the registry can say no with. Each is a fact; the edge decides what status it becomes."""

from hatua.base.errors import HatuaError, Unavailable


class RegistryUnavailable(Unavailable):
    """The database cannot be reached, or stayed locked past the busy timeout: nothing was done."""


class SchemaOutOfDate(HatuaError):
    """The database has not been migrated to this version, or was migrated by a newer one."""


class InvalidField(HatuaError):
    """A value that the registry does not store. `field` names it; the text says the limit and the value."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class AlreadyExists(InvalidField):
    """A name or e-mail that must be unique is taken."""


class UnknownRecord(HatuaError):
    """No such tenant, user, project or key (or one of another tenant, which is the same answer)."""


class TenantNotChosen(HatuaError):
    """Several tenants exist and none was named."""


class InvalidSetupToken(HatuaError):
    """The set-up token is unknown, expired or used."""


class SetupAlreadyDone(HatuaError):
    """The first user exists; set-up never runs twice."""


class WrongCredentials(HatuaError):
    """E-mail or password is wrong. Which of the two is not said, in words or in time taken."""


class SignInDelayed(HatuaError):
    """Too many failed sign-ins; the next attempt is looked at after `retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many failed sign-ins; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class SecondFactorNeeded(HatuaError):
    """The password is right; a code of the authenticator app, or a recovery code, must come with it."""


class WrongCode(HatuaError):
    """The code is wrong, out of its time, or was used before."""


class SealedOtherwise(Unavailable):
    """A second factor cannot be read with the secret that this process has. Recovery codes still work."""


class InvalidLink(HatuaError):
    """An invitation or a password reset that is unknown, expired, withdrawn or used."""


class LastAdmin(HatuaError):
    """An organisation keeps at least one admin."""


class BelongsElsewhere(HatuaError):
    """The person is a member of other organisations too, so no admin of one may reset their account."""


class NotInvited(HatuaError):
    """Single sign-on vouches for this person, but no organisation here has invited them."""


class SecondFactorOn(HatuaError):
    """The second factor is on already, or is not on yet, or was not begun: what was asked does not fit."""
