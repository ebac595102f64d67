"""The e-mails, word for word."""

from typing import NamedTuple


class Letter(NamedTuple):
    """Subject and plain text."""

    subject: str
    text: str


def invitation(organisation: str, role: str, inviter: str, url: str) -> Letter:
    """`url`: opens the page where the invitation is accepted."""
    return Letter(
        f"Join {organisation} on Hatua",
        f"{inviter} invites you to the analytics of {organisation}, as {_article(role)} {role}.\n\n"
        f"Accept within seven days:\n{url}\n\n"
        "The link is for you alone and works once. If you expected no invitation, ignore this message.\n",
    )


def password_reset(url: str) -> Letter:
    """`url`: opens the page where a new password is set."""
    return Letter(
        "Set a new password for Hatua",
        f"Somebody, probably you, asked for a new password. Set it within an hour:\n{url}\n\n"
        "The link works once. If it was not you, ignore this message: your password stays as it is.\n",
    )


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"
