"""Mail: by the server that TINGJIAN_WEB_SMTP_URL names; encrypted wherever the server offers it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 10.0
HERE = {"localhost", "127.0.0.1", "::1"}  # what stays on this machine needs no encryption
PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; without a user nobody logs in."""

    host: str
    port: int
    tls: bool  # from the first byte; else STARTTLS where it is offered
    user: str
    password: str


def server(url: str) -> Server:
    """Return the server of smtp://user:password@host:port or smtps://…; raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("TINGJIAN_WEB_SMTP_URL must be smtp://… or smtps://… with a host")
    return Server(
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def message(sender: str, to: str, subject: str, text: str, html: str) -> EmailMessage:
    """Return a mail of plain text with the same as HTML beside it."""
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, sender, to
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    made.set_content(text)
    made.add_alternative(html, subtype="html")
    return made


@contextmanager
def connection(to: Server) -> Iterator[smtplib.SMTP]:
    """Give a connection, ready to send. Raises OSError or smtplib.SMTPException."""
    context = ssl.create_default_context()
    opened = (
        smtplib.SMTP_SSL(to.host, to.port, timeout=TIMEOUT_S, context=context)
        if to.tls
        else smtplib.SMTP(to.host, to.port, timeout=TIMEOUT_S)
    )
    with opened as smtp:
        smtp.ehlo()
        if not to.tls and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        elif to.user and not to.tls and to.host not in HERE:
            raise smtplib.SMTPNotSupportedError(f"{to.host} offers no encryption: the password is not sent in clear")
        if to.user:
            smtp.login(to.user, to.password)
        yield smtp
