"""Where e-mail is handed over."""

from typing import Annotated, Literal

import msgspec

from hatua.base.settings import Secret, env


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """An SMTP server. Without one, invitations and resets are links that an admin hands over."""

    host: Annotated[str, env("HATUA_SMTP_HOST")] = ""
    """SMTP server for invitations and password resets; needs HATUA_PUBLIC_URL. Default: no e-mail is sent."""
    port: Annotated[int, env("HATUA_SMTP_PORT"), msgspec.Meta(ge=1, le=65535)] = 587
    """Its port: 587 for STARTTLS, 465 for TLS from the start."""
    security: Annotated[Literal["starttls", "tls", "none"], env("HATUA_SMTP_SECURITY")] = "starttls"
    """starttls, tls, or none (a relay on this machine). Certificates are checked."""
    user: Annotated[str, env("HATUA_SMTP_USER")] = ""
    """User name at the SMTP server; empty: no login."""
    password: Annotated[Secret, env("HATUA_SMTP_PASSWORD")] = Secret("")
    """Password of that user."""
    sender: Annotated[str, env("HATUA_SMTP_FROM")] = ""
    """The address that e-mails come from: `Hatua <hatua@example.org>`. Default: HATUA_SMTP_USER."""
