"""Staff sign in, sign out, change their password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.doors import Asked, door
from banshi.frames.staff import throttle
from banshi.frames.staff.frame import Frame, status_of
from banshi.frames.staff.names import with_where
from banshi.frames.staff.words import ROLES
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity import queries as identity

DESK_ROLES = {"clerk", "senior_clerk"}
CASE_ROLES = {"pre_reviewer", "receiver", "reviewer", "approver", "head", "issue_clerk", "supervisor"}


class SignInForm(forms.Form):
    login = forms.CharField(
        label=pgettext_lazy("staff", "Login"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=pgettext_lazy("staff", "Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@sensitive_post_parameters("password")
@door(audience="public")
@require_http_methods(["GET", "POST"])
def sign_in(request: Asked) -> HttpResponseBase:
    after = request.POST.get("next") or request.GET.get("next") or ""
    if (
        not url_has_allowed_host_and_scheme(after, allowed_hosts=None)
        or not after.startswith("/")
        or after.startswith("/staff/")
    ):
        after = ""
    if request.method == "GET":
        if request.who.is_staff:
            return redirect(after or _first_page(request.who.roles))
        ended = request.GET.get("ended") == "1"  # a page that was open noticed that the session is over
        return _sign_in_page(request, form=SignInForm(), after=after, ended=ended)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form=form, after=after, status=422)
    try:
        user = _known(request, form.cleaned_data["login"].strip().lower(), form.cleaned_data["password"])
    except Refused as refused:
        return _sign_in_page(request, form=form, after=after, refused=refused, status=status_of(refused))
    if user is None:
        # The same words for an unknown login, a wrong password and a deactivated account: nobody learns which it was.
        wrong = _("Login and password do not match.")
        return _sign_in_page(request, form=form, after=after, wrong=wrong, status=422)
    login(request, user)  # gives the session a new key
    answer = redirect(after or _first_page(tuple(held.role for held in identity.roles_of(user.id))))
    throttle.remember(request, answer, user.login)
    return answer


def _sign_in_page(request: Asked, *, status: int = 200, **context: Any) -> HttpResponseBase:
    return render(request, "staff/sign_in.html", context, status=status)


def _known(request: Asked, name: str, password: str) -> Any:
    """The member of staff, or None.

    :raises Refused: rate-limited: too many tries for this login, or from this address.
    """
    subject = f"sign-in:{throttle.login_index(name)}"
    counted = throttle.tries_of(request, name)
    for tries in counted:
        tries.one()
    user: Any = authenticate(request, username=name, password=password)
    if user is None:
        audit.record(action="sign-in-failed", subject=subject, by=Actor(ActorKind.SYSTEM), now=clock.now())
    else:
        pair, *patterns = counted
        pair.forgive()
        for tries in patterns:
            tries.take_back()
        by = Actor(ActorKind.STAFF, str(user.id))
        audit.record(action="signed-in", subject=f"staff:{user.id}", by=by, now=clock.now())
    return user


def _first_page(roles: tuple[str, ...]) -> str:
    """Who only serves at a window starts at the desk, who only works cases at their lists."""
    if roles and set(roles) <= DESK_ROLES:
        return "/desk/"
    return "/review/" if roles and set(roles) <= CASE_ROLES else "/office/"


@door(audience="public")
@require_POST
def sign_out(request: Asked) -> HttpResponseBase:
    if request.who.is_staff:
        audit.record(action="signed-out", subject=f"staff:{request.who.staff_id}", by=request.who.by, now=clock.now())
    logout(request)
    return redirect("/staff/sign-in")


@sensitive_post_parameters()
@door(audience="staff", permission="line.view")
@require_http_methods(["GET", "POST"])
def me(request: Asked) -> HttpResponseBase:
    """Who I am here, and my password."""
    user: Any = request.user
    form = PasswordChangeForm(user, request.POST if request.method == "POST" else None)
    for name in form.fields:
        form.fields[name].help_text = ""
    form.fields["new_password1"].help_text = _("At least 10 characters, and not a common word.")
    if request.method == "POST":
        limits.take(key=f"staff-password:{request.who.staff_id}", per_minute=6, burst=8)
        if form.is_valid() and form.cleaned_data["new_password1"] == form.cleaned_data["old_password"]:
            form.add_error("new_password1", _("That is the old one."))
        if form.is_valid():
            user.must_change_password = False
            form.save()
            update_session_auth_hash(request, user)  # this session stays, all others end
            audit.record(action="changed-password", subject=f"staff:{user.id}", by=request.who.by, now=clock.now())
            messages.success(request, _("The password is changed. Other sessions were signed out."))
            return redirect("/staff/me")
    held = with_where(identity.roles_of(request.who.staff_id or 0))
    roles = [(ROLES.get(each.role, each.role), where) for each, where in held]
    frame: Frame = import_string(settings.BANSHI_STAFF_FRAME)
    return frame.page(request, "staff/me.html", form=form, roles=roles, status=422 if form.errors else 200)
