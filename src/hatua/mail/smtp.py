"""One message at a time over a connection of its own: mails are rare, and an idle connection is one that breaks."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr

from hatua.base.errors import InvalidSetting, Unavailable
from hatua.mail.settings import MailSettings

TIMEOUT_S = 15


class MailRefused(Unavailable):
    """The SMTP server cannot be reached, or did not take the message. The text holds no password."""


class SmtpMailer:
    """Blocking; safe from any thread."""

    def __init__(self, settings: MailSettings) -> None:
        """Raises InvalidSetting when there is no address to send from."""
        self._settings = settings
        self._sender = settings.sender or settings.user
        if "@" not in parseaddr(self._sender)[1]:
            raise InvalidSetting("HATUA_SMTP_FROM is not an e-mail address; mails must come from somewhere")

    def send(self, to: str, subject: str, text: str) -> None:
        """Plain text. Returns when the server has taken it. Raises MailRefused."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = " ".join(subject.split())
        message["Message-ID"] = make_msgid(domain=parseaddr(self._sender)[1].rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            with self._connected() as server:
                if self._settings.user:
                    server.login(self._settings.user, self._settings.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as problem:
            raise MailRefused(f"the SMTP server did not take the message: {_told(problem)}") from None

    def _connected(self) -> smtplib.SMTP:
        chosen = self._settings
        if chosen.security == "tls":
            return smtplib.SMTP_SSL(chosen.host, chosen.port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        server = smtplib.SMTP(chosen.host, chosen.port, timeout=TIMEOUT_S)
        if chosen.security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def _told(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{type(problem).__name__} {problem.smtp_code}"  # its text may repeat what we sent
    if isinstance(problem, smtplib.SMTPException):
        return type(problem).__name__
    return str(problem) or type(problem).__name__
