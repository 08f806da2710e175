"""Answers, free of any framework: a status, bytes and headers; refusals and bad input as problem+json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from banshi.foundation.problem import MEDIA_TYPE, problem
from banshi.kernel.refusals import Refusal, Refused

JSON = "application/json"

RETRY_AFTER_S = 5  # with every 503
# What HTTP itself refuses, beside the slugs of kernel/refusals.py: type → (status, zh, en).
HTTP_PROBLEMS: dict[str, tuple[int, str, str]] = {
    "bad-request": (400, "请求读不懂", "The request cannot be read"),
    "method-not-allowed": (405, "这个地址不支持这种请求方法", "This address does not answer to that method"),
    "too-large": (413, "请求内容过大", "The request body is too large"),
    "address-too-long": (414, "地址太长", "The address is too long"),
    "unsupported-media-type": (415, "请求内容须为 application/json", "The body must be application/json"),
    "too-slow": (408, "请求内容没有按时传完，什么都没有办理", "The body did not arrive in time; nothing was done"),
    "busy": (
        503,
        "现在人太多，稍等几秒再试，什么都没有办理",
        "Too busy now; try again in a few seconds, nothing was done",
    ),
    "unavailable": (
        503,
        "暂时连不上数据库，稍后再试，什么都没有保存",
        "The database is away; try again soon, nothing was saved",
    ),
    "broken": (500, "出错了，没有保存任何内容", "Something broke; nothing was saved"),
}


@dataclass(frozen=True)
class Answer:
    """What goes back to the caller. `headers` include Content-Type where there is a body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(status: int, content: Any = None, **headers: str) -> Answer:
    """A JSON answer; no content means no body."""
    if content is None:
        return Answer(status, b"", headers)
    return Answer(status, orjson.dumps(content), {"Content-Type": JSON, **headers})


def refused(refusal: Refusal, language: str) -> Answer:
    """The refusal as a problem, in the asked language."""
    with translation.override(language):
        content = problem(refusal)
    headers = {"Content-Type": MEDIA_TYPE, "Content-Language": _tag(language)}
    if refusal.slug == "rate-limited":
        headers["Retry-After"] = str(refusal.facts.get("wait_s", 1))
    if refusal.slug == "unauthenticated":
        headers["WWW-Authenticate"] = 'Bearer realm="banshi"'
    return Answer(content["status"], orjson.dumps(content, default=str), headers)


def http_problem(slug: str, language: str, **headers: str) -> Answer:
    """A problem of HTTP itself (`HTTP_PROBLEMS`)."""
    status, zh, en = HTTP_PROBLEMS[slug]
    if status == 503:
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    words = zh if language.startswith("zh") else en
    content = {"type": slug, "title": words, "detail": words, "status": status, "rule": slug, "facts": {}, "next": None}
    return Answer(
        status, orjson.dumps(content), {"Content-Type": MEDIA_TYPE, "Content-Language": _tag(language), **headers}
    )


def _tag(language: str) -> str:
    return "zh-CN" if language.startswith("zh") else "en"


@lru_cache(maxsize=512)
def language_of(accept_language: str) -> str:
    """`zh-hans` or `en`, by an Accept-Language header; Chinese where nothing else is asked."""
    for tag, quality in parse_accept_lang_header(accept_language.lower()):
        if quality <= 0:
            continue
        if tag == "en" or tag.startswith("en-"):
            return "en"
        if tag == "zh" or tag.startswith("zh-") or tag == "*":
            return "zh-hans"
    return "zh-hans"


def response_of(done: Answer) -> HttpResponse:
    """The same answer as a Django response."""
    response = HttpResponse(done.body, status=done.status)
    del response["Content-Type"]
    for name, value in done.headers.items():
        response[name] = value
    return response


# pydantic's error types → what a developer reads in Chinese; English is pydantic's own message.
_WRONG_ZH = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识这一项",
    "json_invalid": "不是有效的 JSON",
    "string_type": "应为文字",
    "string_too_long": "文字过长",
    "string_too_short": "文字过短",
    "string_pattern_mismatch": "含有不允许的字符或格式不对",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字过大",
    "bool_type": "应为 true 或 false",
    "list_type": "应为列表",
    "too_long": "列表过长",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "literal_error": "不在允许的取值之内",
    "greater_than_equal": "小于允许的最小值",
    "less_than_equal": "大于允许的最大值",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
}


def invalid(zh: str, en: str, *, errors: Sequence[Mapping[str, Any]] = ()) -> Refused:
    """422 `invalid` with a reason in both languages; `errors` name the fields."""
    facts: dict[str, Any] = {"reason": {"zh": zh, "en": en}}
    if errors:
        facts["errors"] = list(errors)
    return Refused("invalid", facts=facts)


def invalid_fields(errors: Iterable[Mapping[str, Any]], *, strip: int = 0) -> Refused:
    """422 `invalid` from pydantic's errors. What was sent is never repeated: it may be personal data.

    :param strip: leading parts of each location that belong to the framework.
    """
    listed = []
    for wrong in list(errors)[:20]:
        place = ".".join(_safe(part) for part in wrong["loc"][strip:]) or "body"
        context = wrong.get("ctx") or {}
        en = str(context.get("en") or wrong["msg"])[:200] if "zh" in context else _english(wrong)
        zh = str(context.get("zh") or _WRONG_ZH.get(str(wrong["type"]), "格式不对"))
        listed.append({"field": place, "reason": {"zh": zh, "en": en}})
    first = listed[0] if listed else {"field": "body", "reason": {"zh": "格式不对", "en": "Not right"}}
    reason: Any = first["reason"]
    return invalid(f"{first['field']}：{reason['zh']}", f"{first['field']}: {reason['en']}", errors=listed)


def _safe(part: object) -> str:
    return "".join(c for c in str(part)[:60] if c.isprintable())


def _english(wrong: Mapping[str, Any]) -> str:
    message = str(wrong["msg"])
    return message.removeprefix("Value error, ")[:200]
