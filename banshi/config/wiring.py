"""Ports ← gateways: the only importer of gateways. Without settings, every channel is the built-in outbox; in production
that would say "sent" and send nothing, so there WeChat and e-mail are off and SMS waits for a gateway.

- `BANSHI_SMS=outbox` or `http:<url>`, with `BANSHI_SMS_KEY` and `BANSHI_SMS_SECRET`;
- `BANSHI_WECHAT=outbox`, `off`, or `api` / `api:<base url>`, with `BANSHI_WECHAT_APP_ID`, `BANSHI_WECHAT_SECRET` and
  `BANSHI_WECHAT_TEMPLATES` (JSON: message key → template id, `*` for the rest);
- `BANSHI_EMAIL=outbox`, `off`, or `smtp://…`, `smtp+tls://…`, `smtps://…`, with `BANSHI_EMAIL_FROM`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from banshi.gateways.outbox import Nowhere, Outbox
from banshi.gateways.sms_http import SmsHttp
from banshi.gateways.smtp import Smtp
from banshi.gateways.wechat import LIVE, Wechat
from banshi.journeys.hall import day_sheet
from banshi.rooms.messaging.ports import Channel, Enclosing

ENCLOSURES: Mapping[str, Enclosing] = {"day_sheet": day_sheet.attachment}  # what goes with an e-mail, by key


@lru_cache(maxsize=1)
def channels() -> dict[str, Channel]:
    """Adapter by channel name, as the environment says; kept, with its connections, for the life of the process.

    :raises ImproperlyConfigured: with what to set.
    """
    return wired(os.environ)


def wired(env: Mapping[str, str]) -> dict[str, Channel]:
    """The adapters that an environment asks for.

    :raises ImproperlyConfigured: with what to set.
    """
    found = (_sms(env), _wechat(env), _email(env))
    return {channel.name: channel for channel in found if channel is not None}


def make_demo_authority(*, now: datetime) -> None:
    """The authority that vouches for a demo's seals, where papers are sealed by it; made once, at set-up."""
    if settings.BANSHI_SIGNER == "banshi.gateways.seals.DemoAuthority":
        from banshi.gateways.seals import authority  # brings what draws seals

        authority.make_root(at=now)


def sms_leads_nowhere(env: Mapping[str, str]) -> bool:
    """Whether this installation serves people and has no way to reach their phones: everybody must be told."""
    return _is_real(env) and env.get("BANSHI_SMS", "outbox") == "outbox"


def warnings(env: Mapping[str, str]) -> list[str]:
    """What an operator must know: ways to people that lead nowhere."""
    said = "no SMS gateway is set: messages and sign-in codes wait and reach nobody. Set BANSHI_SMS (docs/operate.md)"
    return [said] if sms_leads_nowhere(env) else []


def _is_real(env: Mapping[str, str]) -> bool:
    return env.get("BANSHI_MODE") == "production"


def _sms(env: Mapping[str, str]) -> Channel:
    kind, _, rest = env.get("BANSHI_SMS", "outbox").partition(":")
    if kind == "outbox":
        return Nowhere("sms", "no SMS gateway is set (BANSHI_SMS)") if _is_real(env) else Outbox("sms")
    if kind == "http" and rest.startswith(("http://", "https://")):
        return SmsHttp(base_url=rest, key=_need(env, "BANSHI_SMS_KEY"), secret=_need(env, "BANSHI_SMS_SECRET"))
    raise ImproperlyConfigured("BANSHI_SMS is outbox, or http:https://address-of-the-gateway")


def _wechat(env: Mapping[str, str]) -> Channel | None:
    kind, _, rest = env.get("BANSHI_WECHAT", "outbox").partition(":")
    if kind == "off" or (kind == "outbox" and _is_real(env)):
        return None
    if kind == "outbox":
        return Outbox("wechat")
    if kind != "api":
        raise ImproperlyConfigured("BANSHI_WECHAT is outbox, off, api, or api:https://address")
    try:
        templates = json.loads(_need(env, "BANSHI_WECHAT_TEMPLATES"))
    except ValueError:
        templates = None
    if not isinstance(templates, dict):
        raise ImproperlyConfigured('BANSHI_WECHAT_TEMPLATES is JSON: {"confirmation": "template id", "*": "another"}')
    return Wechat(
        app_id=_need(env, "BANSHI_WECHAT_APP_ID"),
        secret=_need(env, "BANSHI_WECHAT_SECRET"),
        templates={str(key): str(value) for key, value in templates.items()},
        base_url=rest or LIVE,
    )


def _email(env: Mapping[str, str]) -> Channel | None:
    said = env.get("BANSHI_EMAIL", "outbox")
    if said == "off" or (said == "outbox" and _is_real(env)):
        return None
    if said == "outbox":
        return Outbox("email")
    if not said.startswith(("smtp://", "smtp+tls://", "smtps://")):
        raise ImproperlyConfigured(
            "BANSHI_EMAIL is outbox, off, smtp://, smtp+tls:// or smtps://user:password@host:port"
        )
    return Smtp(url=said, sender=_need(env, "BANSHI_EMAIL_FROM"))


def _need(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        raise ImproperlyConfigured(f"set {name} (see docs/operate.md)")
    return env[name]
