"""Ways in besides the password form, as the composition root hands them over: e-mail, single sign-on, the address."""

from dataclasses import dataclass
from typing import Protocol

from hatua.dashboard_api.provider import Provider


class Mailer(Protocol):
    """Sends one message of plain text."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Blocking. Raises Unavailable when the message was not taken."""


@dataclass(frozen=True, kw_only=True)
class Doors:
    """`public_url`: the address that people use, without a slash at its end; links in mails begin with it, and never
    with what a request says its host is. `mailer`: only with a public_url."""

    public_url: str = ""
    mailer: Mailer | None = None
    provider: Provider | None = None
