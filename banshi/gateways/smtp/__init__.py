"""E-mail through Django's mail backend."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlparse

from django.core.mail import EmailMessage, get_connection

from banshi.rooms.messaging.ports import Attachment, Final, Passing


class Smtp:
    """The first sentence is the subject. The Message-ID stays the same over all tries, so mailboxes can tell."""

    name = "email"
    needs_address = False

    def __init__(self, *, url: str, sender: str, backend: str | None = None, timeout: float = 8.0) -> None:
        """:param url: `smtp://user:password@host:port`, `smtp+tls://…` (STARTTLS) or `smtps://…`."""
        parts = urlparse(url)
        self._sender = sender
        self._backend = backend or "django.core.mail.backends.smtp.EmailBackend"
        self._options: dict[str, Any] = {
            "host": parts.hostname or "localhost",
            "port": parts.port or (465 if parts.scheme == "smtps" else 25),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": timeout,
        }

    def send(
        self,
        to: str,
        text: str,
        *,
        template: str,
        params: Mapping[str, Any],
        idempotency: str,
        attachments: Sequence[Attachment] = (),
    ) -> str:
        """:raises Passing: network, 4xx answers, a wrong password. :raises Final: 5xx answers, a broken address."""
        message_id = f"<{idempotency}@{self._sender.rpartition('@')[2].strip('> ') or 'banshi'}>"
        message = EmailMessage(
            subject=_subject(text),
            body=text,
            from_email=self._sender,
            to=[to],
            headers={"Message-ID": message_id},
            connection=get_connection(self._backend, **self._options),
        )
        for each in attachments:
            message.attach(each.name, each.content, each.kind)
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as refused:
            code = max((code for code, _ in refused.recipients.values()), default=550)
            raise _by_code(code, "the recipient was refused") from None
        except smtplib.SMTPAuthenticationError as refused:
            raise Passing(f"the mail server does not know us: {refused.smtp_code}") from None  # its operator mends it
        except smtplib.SMTPResponseException as refused:
            raise _by_code(refused.smtp_code, "the mail server refused") from None
        except (OSError, smtplib.SMTPException) as trouble:
            raise Passing(f"the mail server cannot be reached: {type(trouble).__name__}") from trouble
        except ValueError as broken:
            raise Final(f"not an address to send to: {type(broken).__name__}") from broken
        return message_id


def _by_code(code: int, what: str) -> Passing | Final:
    return Final(f"{what}: {code}") if code >= 500 else Passing(f"{what}: {code}")


def _subject(text: str) -> str:
    first = text.replace("\n", " ").split("。")[0].split(". ")[0]
    return first if len(first) <= 60 else f"{first[:59]}…"
