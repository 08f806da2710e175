"""WeChat template messages (模板消息) of an official account, on httpx; the address can be set, so a fake can stand in.

Error codes: https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import httpx

from banshi.foundation import clock
from banshi.rooms.messaging.ports import Final, Passing

LIVE = "https://api.weixin.qq.com"
TOKEN_OVER = frozenset({40001, 40014, 42001})  # invalid or expired access token: fetch a fresh one, once
PASSING = {
    -1: "WeChat is busy",
    45009: "the daily quota of calls is used up",
    45011: "too many calls a minute",
    50002: "WeChat is busy",
}
FINAL = {
    40003: "the openid is not of this account",
    40013: "the app id is wrong",
    40037: "the template id is wrong",
    40125: "the app secret is wrong",
    40164: "this server's address is not on the account's list",
    43004: "the person does not follow the account",
    43101: "the person refused messages",
    47003: "the template's values do not fit",
    48001: "the account may not send template messages",
}
LEAD_S = 300.0  # a token is given up this long before it expires


class Wechat:
    """Sends to the openid bound to a number. `templates`: message key → template id of the account.

    A template's fields are filled by name from the values of the message (`{{when.DATA}}`), `text` with all of it.
    """

    name = "wechat"
    needs_address = True

    def __init__(
        self, *, app_id: str, secret: str, templates: Mapping[str, str], base_url: str = LIVE, timeout: float = 8.0
    ) -> None:
        self._app_id, self._secret, self._templates = app_id, secret, dict(templates)
        self._client = httpx.Client(base_url=base_url, timeout=timeout)
        self._lock = threading.Lock()
        self._token = ""
        self._token_until = 0.0  # monotonic seconds

    def send(self, to: str, text: str, *, template: str, params: Mapping[str, Any], idempotency: str) -> str:
        """:raises Passing: network, busy, quota. :raises Final: no such template, refused, not following."""
        template_id = self._templates.get(template) or self._templates.get("*")
        if template_id is None:
            raise Final(f"the account has no template for “{template}”")
        message = {
            "touser": to,
            "template_id": template_id,
            "url": str(params.get("link", "")),
            # WeChat's own guard against sending twice (防重入 id); it holds for ten minutes.
            "client_msg_id": idempotency,
            "data": {key: {"value": str(value)} for key, value in {**params, "text": text}.items()},
        }
        token = self._access_token()
        answer = self._post("/cgi-bin/message/template/send", message, token=token)
        if answer.get("errcode") in TOKEN_OVER:
            answer = self._post("/cgi-bin/message/template/send", message, token=self._access_token(instead_of=token))
        self._check(answer)
        return f"wechat:{answer.get('msgid', '')}"

    def _access_token(self, *, instead_of: str = "") -> str:
        """The account's stable token; every process is given the same one, so they do not end each other's."""
        with self._lock:
            if self._token and self._token != instead_of and clock.monotonic() < self._token_until:
                return self._token
            asked = {
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._secret,
                "force_refresh": bool(instead_of),
            }
            answer = self._post("/cgi-bin/stable_token", asked)
            self._check(answer)
            self._token = str(answer.get("access_token", ""))
            self._token_until = clock.monotonic() + max(0.0, float(answer.get("expires_in", 7200)) - LEAD_S)
            return self._token

    def _post(self, path: str, content: Mapping[str, Any], *, token: str = "") -> dict[str, Any]:
        try:
            answer = self._client.post(path, json=content, params={"access_token": token} if token else None)
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as trouble:
            raise Passing(f"WeChat cannot be reached: {type(trouble).__name__}") from None
        return found if isinstance(found, dict) else {}

    @staticmethod
    def _check(answer: Mapping[str, Any]) -> None:
        code = int(answer.get("errcode") or 0)
        if code == 0:
            return
        if code in PASSING or code in TOKEN_OVER:
            raise Passing(f"{code}: {PASSING.get(code, 'the access token was refused')}")
        raise Final(f"{code}: {FINAL.get(code, answer.get('errmsg', 'refused'))}")
