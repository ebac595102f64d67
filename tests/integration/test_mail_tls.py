"""E-mail under TLS: to the server whose certificate is right, and not a word of a password or a mail to any other."""

from pathlib import Path
from typing import Literal

import pytest

from hatua.mail.smtp import MailRefused, SmtpMailer
from tests.fixtures.certificates import Authority
from tests.fixtures.smtp import PASSWORD, MailBox, running_box

WAYS: tuple[Literal["starttls", "tls"], ...] = ("starttls", "tls")
both_ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """As an operator trusts a certificate of their own: by SSL_CERT_FILE."""
    authority = Authority(tmp_path, "ours")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


def send(box: MailBox, way: Literal["starttls", "tls", "none"], host: str = "127.0.0.1") -> None:
    SmtpMailer(box.reached_by(way, host)).send("otieno@example.org", "Join us", "the link")


@both_ways
def test_a_mail_goes_under_tls_to_the_server_that_shows_a_trusted_certificate(
    trusted: Authority, way: Literal["starttls", "tls"]
) -> None:
    with running_box(MailBox(trusted.server("127.0.0.1"), at_once=way == "tls")) as box:
        send(box, way)
        [mail] = box.wait(1)
        assert (mail["to"], mail.get_content().strip()) == ("otieno@example.org", "the link")
        assert [verb for verb in box.heard if verb in ("AUTH", "DATA")] == ["AUTH", "DATA"]
        in_clear = [verb for verb in box.heard if verb.endswith("in clear")]
        assert in_clear == (["EHLO in clear", "STARTTLS in clear"] if way == "starttls" else [])


@both_ways
@pytest.mark.parametrize("wrong", ["unknown authority", "over", "another address"])
def test_a_wrong_certificate_is_refused_before_anything_is_said(
    trusted: Authority, tmp_path: Path, way: Literal["starttls", "tls"], wrong: str
) -> None:
    shown = {
        "unknown authority": lambda: Authority(tmp_path, "theirs").server("127.0.0.1"),
        "over": lambda: trusted.server("127.0.0.1", days=-1),
        "another address": lambda: trusted.server("127.0.0.2"),
    }[wrong]()
    with running_box(MailBox(shown, at_once=way == "tls")) as box:
        with pytest.raises(MailRefused, match=r"(?i)certificate") as refused:
            send(box, way)
        assert PASSWORD not in str(refused.value)
        assert set(box.heard) <= {"EHLO in clear", "STARTTLS in clear"}
        assert box.messages == []


def test_a_server_that_offers_no_tls_is_not_told_the_password(trusted: Authority) -> None:
    with running_box(MailBox()) as box:
        with pytest.raises(MailRefused, match="SMTPNotSupportedError"):
            send(box, "starttls")
        assert set(box.heard) <= {"EHLO in clear", "QUIT in clear"}
        assert box.messages == []
