"""Which keys of the API speak for which authority."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.models import ApiKey
from banshi.rooms.library.models import AuthorityKey


@transaction.atomic
def give_authority(*, key_id: int, authority: str, by: Actor, now: datetime) -> AuthorityKey:
    """It says things as this authority from now on; given again it changes nothing.

    :raises Refused: nothing-found – no such key, one that was revoked, or of another scope than `manage`.
    """
    if not ApiKey.objects.filter(id=key_id, scope="manage", revoked_at=None).exists():
        raise Refused("nothing-found", facts={"key": key_id})
    row, made = AuthorityKey.objects.get_or_create(
        key_id=key_id, authority=authority, defaults={"given_at": now, "given_by": str(by)}
    )
    if made:
        audit.record(action="authority-given", subject=f"key:{key_id}", by=by, now=now, facts={"authority": authority})
    return row


@transaction.atomic
def take_authority(*, key_id: int, authority: str, by: Actor, now: datetime) -> None:
    """It speaks for it no more; what it said stays said. :raises Refused: nothing-found."""
    gone, _ = AuthorityKey.objects.filter(key_id=key_id, authority=authority).delete()
    if not gone:
        raise Refused("nothing-found", facts={"key": key_id, "authority": authority})
    audit.record(action="authority-taken", subject=f"key:{key_id}", by=by, now=now, facts={"authority": authority})
