"""Every view says for whom it is; staff views name a permission that exists; every permission opens some view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from banshi.foundation.doors import AUDIENCES
from banshi.rooms.identity.rules import PERMISSIONS, ROLES

NOT_OURS = ("django.", "ninja.")


def views(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def test_every_view_states_its_audience():
    silent = [
        route
        for route, view in views()
        if not view.__module__.startswith(NOT_OURS) and getattr(view, "audience", None) not in AUDIENCES
    ]

    assert silent == []


def test_every_staff_view_names_a_permission_that_exists():
    wrong = [
        (route, getattr(view, "permission", None))
        for route, view in views()
        if getattr(view, "audience", None) == "staff" and view.permission not in PERMISSIONS
    ]

    assert wrong == []


def test_roles_hold_only_known_permissions():
    unknown = {(role, p) for role, permissions in ROLES.items() for p in permissions if p not in PERMISSIONS}

    assert unknown == set()


# Held already; their pages are to come. Whoever asks for one takes it out here.
TO_COME: set[str] = set()


def test_every_permission_is_held_by_a_role_and_asked_somewhere():
    import pathlib
    import re

    source = "\n".join(
        p.read_text(encoding="utf-8")
        for floor in ("frames", "surfaces")
        for p in pathlib.Path(f"banshi/{floor}").rglob("*.py")
    )
    asked = set(re.findall(r'"([a-z]+\.[a-z_]+)"', source))
    held = frozenset().union(*ROLES.values())

    assert {p for p in PERMISSIONS if p not in asked} == TO_COME
    assert {p for p in PERMISSIONS if p not in held} == set()
