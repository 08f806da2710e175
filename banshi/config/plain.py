"""Answers that need nothing: no template, no database, no Django request. For troubles before or below any view."""

from __future__ import annotations

from html import escape

from banshi.surfaces.api.answers import HTTP_PROBLEMS, RETRY_AFTER_S, Answer, http_problem, language_of

PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{again}
<title>{zh}</title>
<style>body{{font:1.125rem/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:36rem;margin:15vh auto 0;padding:0 1.5rem;
color:#1b1f24}}h1{{font-size:1.5rem;line-height:1.4}}.en,small{{color:#57606a}}a{{color:#0b57d0}}</style>
<h1>{zh}</h1>
<p class="en" lang="en">{en}.</p>
<p><a href="">再试一次 · <span lang="en">Try again</span></a></p>
{trace}</html>
"""

AGAIN = f'\n<meta http-equiv="refresh" content="{RETRY_AFTER_S}">'


def plain(slug: str, *, path: str, accept_language: str = "", request_id: str = "", method: str = "") -> Answer:
    """A problem for machines, a page in both languages for people. One that was only looked at asks again by itself, until the
    server is back; what was sent is not sent twice.

    :param slug: one of HTTP_PROBLEMS.
    :param request_id: shown to the person, to find the request in the log; "" shows none.
    """
    if path.startswith(("/api/", "/live/")):
        return http_problem(slug, language_of(accept_language))
    status, zh, en = HTTP_PROBLEMS[slug]
    trace = f"<p><small>编号 · No. <code>{escape(request_id)}</code></small></p>\n" if request_id else ""
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    again = AGAIN if status == 503 and method == "GET" else ""
    return Answer(status, PAGE.format(zh=zh, en=en, trace=trace, again=again).encode(), headers)
