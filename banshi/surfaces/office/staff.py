"""Staff of a hall: create, deactivate, roles, departments. Nobody gives beyond their reach, nor to themselves."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, Who, door
from banshi.foundation.said import english
from banshi.foundation.words import words
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.staff.names import with_where
from banshi.frames.staff.words import ROLES
from banshi.frames.typed import clean, invalid
from banshi.journeys.hall import steer
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.office.frame import page

PERMISSION = "staff.manage"
HALL_ROLES = (
    "clerk", "senior_clerk", "guide", "pre_reviewer", "receiver", "reviewer", "approver", "head", "issue_clerk",
    "supervisor",
    "archivist", "video_agent", "hall_manager",
)  # fmt: skip
WIDE_ROLES = ("city_admin", "auditor")  # given by who manages staff everywhere
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no l, 1, o, 0, i: it is read from paper


def may_give(who: Who, role: str, scope_kind: str, scope: str) -> bool:
    """Whether this person may give (or end) this role there.

    A hall's manager gives the hall's roles inside the own hall, and never the city's.
    """
    everywhere = who.may(PERMISSION, "*")
    if role in WIDE_ROLES:
        return everywhere and scope_kind in ("all", "region")
    if role not in HALL_ROLES:
        return False
    if scope_kind == "hall":
        return who.may(PERMISSION, scope)
    return everywhere


def may_manage(who: Who, roles: list[Role]) -> bool:
    """Whether all that somebody holds lies within this person's reach: who deactivates ends all of it."""
    return all(may_give(who, held.role, held.scope_kind, held.scope) for held in roles)


def _of_hall(who: Who, hall: Hall) -> QuerySet[Staff]:
    wanted = Q(scope_kind="hall", scope=hall.code)
    if who.may(PERMISSION, "*"):
        wanted |= Q(scope_kind__in=["region", "all"])
    here = Q(pk__in=Role.objects.filter(wanted, ended_at=None).values("staff_id"))
    # Whose last role anywhere was in this hall: still found here, and given a role again.
    gone = Q(pk__in=Role.objects.filter(wanted).values("staff_id"))
    gone &= ~Q(pk__in=Role.objects.filter(ended_at=None).values("staff_id"))
    return Staff.objects.filter(here | gone)


@door(audience="staff", permission=PERMISSION)
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    q = clean(request.GET.get("q"), 40)
    found = _of_hall(request.who, place)
    if q:
        found = found.filter(Q(login__icontains=q) | Q(name_zh__icontains=q) | Q(name_en__icontains=q) | Q(badge=q))
    rows = paged(request, found.order_by("login"), 40)
    held: dict[int, list[tuple[Role, str]]] = {}
    for role, where in with_where(
        Role.objects.filter(staff__in=[each.pk for each in rows], ended_at=None).order_by("id")
    ):
        held.setdefault(role.staff_id, []).append((role, where))
    lines = [(each, held.get(each.pk, [])) for each in rows]
    return page(request, "office/staff.html", place, rows=rows, lines=lines, q=q, more=query_without_page(request))


class StaffForm(forms.Form):
    login = forms.CharField(
        label=gettext_lazy("Login"), max_length=40, help_text=gettext_lazy("Letters, digits and - _ . only")
    )
    name_zh = forms.CharField(label=gettext_lazy("Name, Chinese"), max_length=40)
    name_en = forms.CharField(label=gettext_lazy("Name, English"), max_length=60)
    badge = forms.CharField(label=gettext_lazy("Badge number"), max_length=20, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role in this hall"), choices=[(each, ROLES[each]) for each in HALL_ROLES]
    )


def _new_password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


@sensitive_variables("password")
@door(audience="staff", permission=PERMISSION)
@require_http_methods(["GET", "POST"])
def create(request: Asked, hall: str) -> HttpResponseBase:
    """A new member of staff with a first role here. The password is shown once, on the answer to the POST."""
    place = places.hall_by_code(hall)
    form = StaffForm(request.POST if request.method == "POST" else None)
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        said, password, by, now = form.cleaned_data, _new_password(), acting(request, place), clock.now()
        try:
            with transaction.atomic():
                made = identity.create_staff(
                    login=said["login"], password=password, name_zh=said["name_zh"], name_en=said["name_en"],
                    badge=said["badge"], by=by, now=now,
                )  # fmt: skip
                identity.give_role(staff=made, role=said["role"], scope_kind="hall", scope=place.code, by=by, now=now)
        except Refused as wrong:
            field, (_title, detail) = str(wrong.facts.get("field", "")), words(wrong.refusal)
            if field in form.fields:
                form.add_error(field, detail)
            else:
                refused = wrong
        else:
            return page(request, "office/staff_password.html", place, staff=made, password=password, fresh=True)
    status = status_of(refused) if refused else 422 if form.errors else 200
    return page(request, "office/staff_new.html", place, form=form, refused=refused, status=status)


def _staff(request: Asked, hall: Hall, staff_id: int) -> Staff:
    found = _of_hall(request.who, hall).filter(id=staff_id).first()
    if found is None:
        raise Refused("nothing-found", facts={"staff": staff_id})
    return found


def _one(request: Asked, hall: Hall, staff_id: int, refused: Refused | None = None) -> HttpResponseBase:
    found = _staff(request, hall, staff_id)
    roles = list(Role.objects.filter(staff=found).order_by("ended_at", "-id"))
    live = [each for each in roles if each.ended_at is None]
    held = with_where(roles)
    who = request.who
    myself = found.pk == who.staff_id
    offered = [("hall", hall.code, each) for each in HALL_ROLES] + [("all", "*", each) for each in WIDE_ROLES]
    departments = catalogue.departments()
    return page(
        request,
        "office/staff_one.html",
        hall,
        staff=found,
        live=[
            (each, where, may_give(who, each.role, each.scope_kind, each.scope) and not myself)
            for each, where in held
            if each.ended_at is None
        ],
        ended=[(each, where) for each, where in held if each.ended_at is not None][:20],
        givable=[
            (kind, scope, role) for kind, scope, role in offered if not myself and may_give(who, role, kind, scope)
        ],
        departments=departments,
        department=next((each for each in departments if each.code == found.department), None),
        manageable=may_manage(who, live),
        myself=myself,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


@door(audience="staff", permission=PERMISSION)
@require_GET
def one(request: Asked, hall: str, staff_id: int) -> HttpResponseBase:
    return _one(request, places.hall_by_code(hall), staff_id)


def _left_at_window(found: Staff) -> str:
    """Who is at the window of somebody who is about to work no more, and what becomes of the number."""
    ticket = tickets.desk(found.pk, clock.now()).ticket
    if ticket is None:
        return ""
    gap = " " if english() else ""
    if ticket.state == "serving":
        return gap + _("%(n)s is on hold now: any window takes it up.") % {"n": ticket.number}
    return gap + _("%(n)s is called again next.") % {"n": ticket.number}


def _must_manage(request: Asked, found: Staff) -> None:
    """:raises Refused: not-allowed – this member of staff also holds roles beyond the asker's reach."""
    if not may_manage(request.who, list(Role.objects.filter(staff=found, ended_at=None).order_by("id"))):
        raise Refused("not-allowed", facts={"permission": PERMISSION})


@door(audience="staff", permission=PERMISSION)
@require_POST
def active(request: Asked, hall: str, staff_id: int) -> HttpResponseBase:
    """Let somebody sign in no more, or again."""
    place = places.hall_by_code(hall)
    found = _staff(request, place, staff_id)
    _must_manage(request, found)
    wanted = request.POST.get("active") == "1"
    if found.pk == request.who.staff_id:
        return _one(request, place, staff_id, invalid("active", _("Nobody deactivates themselves. Ask somebody else.")))
    if wanted:
        identity.set_active(staff=found, active=True, by=acting(request, place), now=clock.now())
        messages.success(request, _("Can sign in again."))
    else:
        left = _left_at_window(found)
        steer.deactivate(staff=found, by=acting(request, place), now=clock.now())
        messages.success(request, _("Can no longer sign in.") + left)
    return redirect("office:staff_one", hall=hall, staff_id=staff_id)


@sensitive_variables("secret")
@door(audience="staff", permission=PERMISSION)
@require_POST
def password(request: Asked, hall: str, staff_id: int) -> HttpResponseBase:
    """A new first password for somebody who lost theirs; shown once. Their sessions end."""
    place = places.hall_by_code(hall)
    found: Any = _staff(request, place, staff_id)
    _must_manage(request, found)
    secret = _new_password()
    form = SetPasswordForm(found, {"new_password1": secret, "new_password2": secret})
    if not form.is_valid():
        raise invalid("password", _("That did not work. Try once more."))
    identity.reset_password(staff=found, password=secret, by=acting(request, place), now=clock.now())
    return page(request, "office/staff_password.html", place, staff=found, password=secret, fresh=False)


@door(audience="staff", permission=PERMISSION)
@require_POST
def give_role(request: Asked, hall: str, staff_id: int) -> HttpResponseBase:
    """Give a role: `what` = `<scope kind>:<scope>:<role>` from the list offered."""
    place = places.hall_by_code(hall)
    found = _staff(request, place, staff_id)
    kind, _colon, rest = clean(request.POST.get("what"), 120).partition(":")
    scope, _colon, role = rest.partition(":")
    if (
        not may_give(request.who, role, kind, scope)
        or (kind == "hall" and scope != place.code)
        or (kind == "all" and scope != "*")
    ):
        raise Refused("not-allowed", facts={"permission": PERMISSION})
    if found.pk == request.who.staff_id:
        return _one(request, place, staff_id, invalid("what", _("Nobody gives themselves a role. Ask somebody else.")))
    identity.give_role(staff=found, role=role, scope_kind=kind, scope=scope, by=acting(request, place), now=clock.now())
    messages.success(request, _("The role is given."))
    return redirect("office:staff_one", hall=hall, staff_id=staff_id)


@door(audience="staff", permission=PERMISSION)
@require_POST
def department(request: Asked, hall: str, staff_id: int) -> HttpResponseBase:
    """Say whose cases somebody works: a code of the catalogue, or none."""
    place = places.hall_by_code(hall)
    found = _staff(request, place, staff_id)
    _must_manage(request, found)
    code = clean(request.POST.get("department"), 40)
    if code and code not in {each.code for each in catalogue.departments()}:
        return _one(request, place, staff_id, invalid("department", _("There is no such department.")))
    if found.pk == request.who.staff_id:
        return _one(
            request, place, staff_id, invalid("department", _("Nobody sets their own department. Ask somebody else."))
        )
    identity.set_department(staff=found, department=code, by=acting(request, place), now=clock.now())
    messages.success(request, _("Saved."))
    return redirect("office:staff_one", hall=hall, staff_id=staff_id)


@door(audience="staff", permission=PERMISSION)
@require_POST
def end_role(request: Asked, hall: str, staff_id: int, role_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    found = _staff(request, place, staff_id)
    held = Role.objects.filter(id=role_id, staff=found, ended_at=None).first()
    if held is None:
        raise Refused("nothing-found", facts={"role": role_id})
    if not may_give(request.who, held.role, held.scope_kind, held.scope):
        raise Refused("not-allowed", facts={"permission": PERMISSION})
    if found.pk == request.who.staff_id:
        return _one(request, place, staff_id, invalid("role", _("Nobody ends their own role. Ask somebody else.")))
    left = _left_at_window(found)
    steer.end_role(role=held, by=acting(request, place), now=clock.now())
    freed = tickets.desk(found.pk, clock.now()).state == "signed_out"
    messages.success(request, _("The role is ended.") + (left if freed else ""))
    if _of_hall(request.who, place).filter(id=staff_id).exists():
        return redirect("office:staff_one", hall=hall, staff_id=staff_id)
    return redirect("office:staff", hall=hall)
