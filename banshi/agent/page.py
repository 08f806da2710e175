"""The page of a machine whose line is down: large keys, one a category, in two languages. It needs nothing from elsewhere.

Kept apart from the server's pages on purpose: those cannot be had now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from banshi.agent.numbers import Category, Hall

AGAIN_S: Final = 5  # the page asks again by itself, and leads back to the server once that answers
WHYS: Final[Mapping[str, tuple[str, str]]] = {
    "online": ("网络已恢复", "The line is back"),
    "closed": ("现在不取号", "No numbers are given now"),
    "nothing-found": ("现在不取号", "No numbers are given now"),
    "used-up": ("离线号已用完，找工作人员", "The offline numbers are used up. Ask a member of staff"),
    "too-often": ("取号太快，稍等片刻", "Too many numbers at once. Wait a moment"),
}
NOT_PRINTED: Final = ("没有打印出来，找工作人员", "Nothing was printed. Ask a member of staff")
STYLE: Final = """
body { margin: 0; padding: 5vh 6vw; font: 1.6rem/1.6 system-ui, sans-serif; color: #1a1f26; background: #fff }
h1 { font-size: 2.4rem; margin: 0 } p { margin: .6rem 0 } strong { font-size: 5rem; display: block }
form { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.2rem; margin-top: 2rem }
button { min-height: 6rem; font: inherit; font-weight: 600; color: #fff; background: #0b5cad; border: 0; border-radius: .8rem }
small { display: block; font-weight: 400; font-size: 1.2rem }
"""


def choosing(hall: Hall | None, categories: Sequence[Category], *, press: str, why: str = "") -> str:
    """What the person sees first; `why`: of the press before, as in `NoNumber`."""
    zh, en = WHYS.get(why, NOT_PRINTED)
    said = f'<p role="alert">{zh}<small lang="en">{en}</small></p>' if why else ""
    keys = "".join(
        f'<button name="category" value="{escape(each.code)}">{escape(each.name)}<small lang="en">{escape(each.name_en)}'
        "</small></button>"
        for each in categories
    )
    none = '<p>现在不取号，找工作人员<small lang="en">No numbers are given now. Ask a member of staff</small></p>'
    form = f'<form method="post" action="/numbers"><input type="hidden" name="press" value="{press}">{keys}</form>'
    return _page(
        hall,
        '<p>网络暂时中断，可以先取离线号。<small lang="en">The line is down for now. Take an offline number.</small></p>'
        f"{said}{form if keys else none}",
        after_s=AGAIN_S,
    )


def given(hall: Hall | None, number: str) -> str:
    """The number that was printed."""
    return _page(
        hall,
        f'<p>号码<small lang="en">Your number</small><strong>{escape(number)}</strong></p>'
        '<p>拿好号票，听叫号。<small lang="en">Take the slip and listen for the number.</small></p>'
        '<p><a href="/">返回<small lang="en">Back</small></a></p>',
        after_s=AGAIN_S * 2,
    )


def _page(hall: Hall | None, body: str, *, after_s: int) -> str:
    title = f'<h1>{escape(hall.name)}<small lang="en">{escape(hall.name_en)}</small></h1>' if hall else ""
    return (
        '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>离线取号 · Offline numbers</title>'
        f'<meta http-equiv="refresh" content="{after_s}; url=/"><link rel="stylesheet" href="/style.css">{title}{body}</html>'
    )
