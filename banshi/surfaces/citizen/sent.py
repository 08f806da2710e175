"""A form that was refused: what is wrong stands at its field, and what was typed is there again.

One way for every form of these pages. The door (doors.py) keeps a refused form sealed in the session; the page that shows
the form asks for it, so that it is filled alike after a language switch, Back or a reload. Once carried out it is forgotten.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

import orjson
from django import forms
from django.http import QueryDict

from banshi.foundation import clock, kept
from banshi.foundation.crypto import Unreadable, decrypt, encrypt
from banshi.foundation.said import english
from banshi.foundation.words import words
from banshi.kernel.refusals import SLUGS, Refused

NAME, PLACE = "refused_form", "session.refused_form"
LASTS = timedelta(minutes=15)
MOST_BYTES = 16 * 1024
# Refusals about what stands in one field; others name theirs as the fact `field`.
AT_FIELD = {"identity-invalid": "id_number", "phone-invalid": "phone", "code-wrong": "code"}

F = TypeVar("F", bound=forms.Form)


def field_of(refused: Refused) -> str:
    return str(refused.facts.get("field") or AT_FIELD.get(refused.slug, ""))


def beside(form: forms.Form, refused: Refused) -> bool:
    """Put a refusal that is about one field of the form beside it; whether it is such a one."""
    name = field_of(refused)
    if not form.is_bound or name not in form.fields:
        return False
    title, detail = words(refused.refusal)
    if not form.has_error(name):
        told = detail if refused.slug == "invalid" else f"{title}. {detail}" if english() else f"{title}：{detail}"
        form.add_error(name, told)
    return True


def again(request: Any, form_class: type[F], path: str = "", *, within: str = "", **more: Any) -> F:
    """The form as it was refused at `path` (this page's own, unless said) a moment ago; else an empty one.

    :param within: what was typed on a page under this address fills it, too, without what was wrong there.
    """
    found = _kept(request, path or request.path)
    if found is None:
        typed = _kept(request, within, under=True) if within else None
        return form_class(initial=typed[0].dict(), **more) if typed else form_class(**more)
    data, refused = found
    form = form_class(data, **more)
    form.is_valid()
    if refused is not None:
        beside(form, refused)
    return form


def note(request: Any, response: Any) -> None:
    """After a form was answered: keep what was refused, forget what was carried out."""
    if not kept.fields_of(request) or getattr(request, "typed", False):
        return
    refused = getattr(request, "refused", None)
    if refused is not None:
        _keep(request, refused)
    elif response.status_code < 400:
        forget(request)


def keep(request: Any) -> None:
    """What was typed so far, by somebody who leaves the page for a moment."""
    request.typed = True
    _keep(request, None)


def spare(request: Any) -> None:
    """A form beside it was sent: what was typed before stays."""
    request.typed = True


def forget(request: Any) -> None:
    request.session.pop(NAME, None)


def _keep(request: Any, refused: Refused | None) -> None:
    fields = kept.fields_of(request)
    about = _portable(refused) if refused is not None else None
    said = {"path": request.path, "fields": fields, "at": clock.wall(), "refused": about}
    text = orjson.dumps(said)
    if len(text) <= MOST_BYTES:
        request.session[NAME] = encrypt(text.decode(), place=PLACE)


def _portable(refused: Refused) -> tuple[str, dict[str, Any]] | None:
    """Only what is about a field is said again: whether the rest still holds, the next try will tell."""
    if not field_of(refused):
        return None
    return refused.slug, {name: fact for name, fact in refused.facts.items() if isinstance(fact, (str, int, dict))}


def _kept(request: Any, path: str, *, under: bool = False) -> tuple[QueryDict, Refused | None] | None:
    sealed = request.session.get(NAME)
    if not sealed:
        return None
    try:
        said = orjson.loads(decrypt(str(sealed), place=PLACE))
    except Unreadable:
        return None
    there = said["path"].startswith(path) if under else said["path"] == path
    if not there or clock.wall() - datetime.fromisoformat(said["at"]) > LASTS:
        return None
    data = QueryDict(mutable=True)
    for name, value in said["fields"]:
        data.appendlist(name, value)
    refused = said["refused"]
    return data, Refused(refused[0], facts=refused[1]) if refused and refused[0] in SLUGS else None
