"""E-mail and single sign-on, as the settings name them."""

from hatua.base.clock import system_clock
from hatua.base.errors import InvalidSetting
from hatua.cli.settings import Settings
from hatua.dashboard_api.doors import Doors
from hatua.dashboard_api.provider import Provider
from hatua.mail.smtp import SmtpMailer


def doors(settings: Settings) -> Doors:
    """Raises InvalidSetting when what belongs together is not set together."""
    url = settings.process.public_url.rstrip("/")
    if settings.mail.host and not url:
        raise InvalidSetting("HATUA_SMTP_HOST is set, so HATUA_PUBLIC_URL is needed too: mails carry links")
    return Doors(
        public_url=url,
        mailer=SmtpMailer(settings.mail) if settings.mail.host else None,
        provider=Provider(settings.oidc, url, system_clock) if settings.oidc.issuer else None,
    )


def link(settings: Settings, path: str) -> str:
    """An address for people, on the command line: HATUA_PUBLIC_URL, else this machine's."""
    url = settings.process.public_url.rstrip("/") or f"http://localhost:{settings.process.port}"
    return url + path
