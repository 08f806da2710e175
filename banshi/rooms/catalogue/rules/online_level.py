"""实名等级: how whoever sends a matter online has to be known, and what to say where they are not. Pure."""

from __future__ import annotations

from typing import Final

from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refusal
from banshi.rooms.catalogue.rules.handling import OnlineLevel

EVIDENCE: Final[dict[OnlineLevel, Evidence]] = {
    "declared": Evidence.DECLARED, "vouched": Evidence.VOUCHED, "window": Evidence.WINDOW,
}  # fmt: skip
NAMES: Final[dict[OnlineLevel, tuple[str, str]]] = {
    "declared": ("自己填写", "As typed"),
    "vouched": ("实名核验", "Vouched for by a real-name service"),
    "window": ("现场核验", "Card seen at a window or kiosk"),
}
_HOW: Final[dict[OnlineLevel, tuple[str, str]]] = {
    "vouched": (
        "从核验过实名的渠道提交，或者带证件到{hall}的窗口、自助机核验一次本人和手机号码",
        "Send it from a service that checks real names, or have the document and the telephone checked once at a window or "
        "kiosk of {hall}",
    ),
    "window": (
        "带证件到{hall}的窗口、自助机核验一次本人和手机号码",
        "Have the document and the telephone checked once at a window or kiosk of {hall}",
    ),
}


def met(level: OnlineLevel, has: Evidence) -> bool:
    return has.rank >= EVIDENCE[level].rank


def how(level: OnlineLevel, *, hall: tuple[str, str]) -> tuple[str, str]:
    """How and where it is got, Chinese and English; "" where nothing is asked. :param hall: its name in both."""
    zh, en = _HOW.get(level, ("", ""))
    return zh.format(hall=hall[0]), en.format(hall=hall[1])


def refusal(level: OnlineLevel, has: Evidence, *, hall: tuple[str, str]) -> Refusal | None:
    """Why it is not sent online yet, or None. What was begun stays."""
    if met(level, has):
        return None
    (zh, en), (how_zh, how_en) = NAMES[level], how(level, hall=hall)
    reason = {
        "zh": f"网上提交需要{zh}的身份。{how_zh}，再来提交；填写的内容都留着。在窗口也可以直接办理。",
        "en": f"To send it online: {en[0].lower()}{en[1:]}. {how_en}, then send it; nothing is lost. A window takes it, too.",
    }
    return Refusal("identity-level", {"level": level, "reason": reason})
