"""What was said is deleted once nobody needs it; that it was said stays."""

from __future__ import annotations

from collections.abc import Sequence

from banshi.rooms.messaging.models import Message

OVER = ("sent", "failed", "dropped")


def forget_words(subjects: Sequence[str]) -> int:
    """Delete telephones and words of the messages about these subjects that are over.

    :returns: how many had any.
    """
    rows = Message.objects.filter(subject__in=subjects, state__in=OVER).exclude(to_index="")
    return rows.update(to="", to_index="", text="", said=None, sealed=None)
