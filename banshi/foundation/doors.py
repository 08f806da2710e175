"""Doors: every view says for whom it is and what it needs; a house test refuses views that do not.

`request.who` is set by config/middleware.py. Staff permissions are named in rooms/identity/rules.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from banshi.foundation import kept
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import holds, must_hold

P = ParamSpec("P")

PASSWORD_PAGE = "/staff/me"  # noqa: S105 – all that is open to whoever has a password that somebody else knows
AUDIENCES = ("public", "citizen", "staff", "hall-device", "key", "demo")


@dataclass(frozen=True)
class Who:
    """Who is asking. `grants` maps a permission to the hall codes it holds in; "*" = every hall. `department`: code of the one
    whose cases alone a member of staff sees; "" where they belong to none.
    """

    actor: Actor | None = None
    name: str = ""
    login: str = ""
    account_id: int | None = None
    staff_id: int | None = None
    department: str = ""
    roles: tuple[str, ...] = ()
    must_change_password: bool = False
    grants: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_staff(self) -> bool:
        return self.staff_id is not None

    @property
    def is_citizen(self) -> bool:
        return self.account_id is not None

    def may(self, permission: str, hall: str | None = None) -> bool:
        """Whether the permission is held: in this hall, or (hall None) anywhere at all."""
        return holds(self.grants, permission, hall)

    @property
    def by(self) -> Actor:
        """The actor to pass to actions. :raises Refused: unauthenticated."""
        if self.actor is None:
            raise Refused("unauthenticated")
        return self.actor


NOBODY = Who()


class Asked(HttpRequest):
    """A request with who is asking (typing only)."""

    who: Who
    htmx: Any


View = Callable[Concatenate[Any, P], HttpResponseBase]


AGAIN = "/again"  # shows a form that was kept (config/again.py)


def _path_of(address: str) -> str:
    """The path of an address a browser told; "/" where it is none: a header is anybody's to write."""
    try:
        return urlsplit(address).path or "/"
    except ValueError:
        return "/"


def to_sign_in(request: Any, door_of: str) -> HttpResponseBase:
    """Sign in first, then go on: to the page asked for, or with the form that was sent, which is kept until then."""
    onward = request.get_full_path()
    if request.headers.get("HX-Request") == "true":
        onward = _path_of(request.headers.get("HX-Current-URL", "")[:2000])
        # A script cannot show a whole page inside a part: the browser goes there.
        return HttpResponse(status=204, headers={"HX-Redirect": f"{door_of}?next={quote(onward)}&ended=1"})
    if request.method == "POST" and kept.keep(request):
        onward = AGAIN
    return redirect(f"{door_of}?next={quote(onward)}")


def door(*, audience: str, permission: str | None = None) -> Callable[[View[P]], View[P]]:
    """State a view's audience and permission, and check them.

    A view with a `hall` argument is checked for that hall. Staff views always name a permission.

    :raises Refused: not-allowed / not-your-hall / unauthenticated – turned into a page or problem by middleware.
    """
    if audience not in AUDIENCES:
        raise ValueError(audience)
    if audience == "staff" and permission is None:
        raise ValueError("staff views name a permission")

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            who: Who = request.who
            if audience == "demo" and not settings.BANSHI_VIRTUAL_CLOCK:
                raise Refused("nothing-found")
            if audience == "staff":
                if not who.is_staff:
                    return to_sign_in(request, "/staff/sign-in")
                if who.must_change_password and request.path != PASSWORD_PAGE:
                    return redirect(PASSWORD_PAGE)
                hall = kwargs.get("hall")
                assert permission is not None
                must_hold(who.grants, permission, hall if isinstance(hall, str) else None)
            if audience == "citizen" and not who.is_citizen:
                return to_sign_in(request, "/sign-in")
            return view(request, *args, **kwargs)

        guarded.audience = audience  # type: ignore[attr-defined]
        guarded.permission = permission  # type: ignore[attr-defined]
        return cast("View[P]", guarded)

    return wrap
