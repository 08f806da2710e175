"""Whose a call is."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from banshi.rooms.identity import queries as people
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import RemoteSession


def my_call(request: Any, ref: str) -> RemoteSession:
    """Its caller's alone: the address tells nobody else anything."""
    session = queries.by_ref(ref[:32])
    mine = session.account_id == request.who.account_id
    if not mine and (not session.proven or people.proven_person(request.who.account_id) != session.person_id):
        raise Http404
    return session
