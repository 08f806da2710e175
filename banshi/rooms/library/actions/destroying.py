"""销毁: files that nothing refers to any more are gone, bytes and names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, ProtectedError

from banshi.rooms.library.models import Blob, Document, DocumentVersion

A_DAY: Final = timedelta(days=1)


def destroy(*, version_ids: Sequence[int]) -> int:
    """The documents of these versions, but for those that something else stands on: another case, a certificate.

    :returns: how many documents are gone.
    """
    gone = 0
    for document in Document.objects.filter(versions__in=list(version_ids)).distinct().order_by("id"):
        blobs = list(DocumentVersion.objects.filter(document=document).values_list("blob_id", flat=True))
        try:
            with transaction.atomic():
                document.delete()
        except ProtectedError:
            continue
        Blob.objects.filter(id__in=blobs).delete()
        gone += 1
    return gone


def forget_unkept(*, now: datetime, most: int) -> int:
    """Files sent in a day ago and longer that became nobody's paper: who took them in was killed, or refused, on the way.

    Asked of whatever may stand on a file, by its foreign keys. :returns: how many documents are gone.
    """
    old = Document.objects.filter(kind="upload", made_at__lt=now - A_DAY)
    for stands in DocumentVersion._meta.get_fields(include_hidden=True):
        if isinstance(stands, ForeignObjectRel):
            rows = stands.related_model._default_manager.filter(**{f"{stands.field.name}__document": OuterRef("pk")})
            old = old.filter(~Exists(rows))
    found = list(old.order_by("id").values_list("id", flat=True)[:most])
    return destroy(version_ids=list(DocumentVersion.objects.filter(document__in=found).values_list("id", flat=True)))
