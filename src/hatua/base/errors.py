"""The two failure words of the pipeline. Everything else a room raises is a fact of its own, under `HatuaError`."""


class HatuaError(Exception):
    """Root of every error we raise on purpose. The text names thing, fact, limit and value; never a secret."""


class Unavailable(HatuaError):
    """A store cannot take work now (down, full, busy): slow down and try again. Nothing was done."""

    retry_after_s: int = 5


class InvalidSetting(HatuaError):
    """A setting is unknown, malformed or contradicts another one. Said at boot, before anything starts."""
