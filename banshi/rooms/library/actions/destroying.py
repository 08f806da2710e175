"""销毁: files that nothing refers to any more are gone, bytes and names."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import ProtectedError

from banshi.rooms.library.models import Blob, Document, DocumentVersion


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
