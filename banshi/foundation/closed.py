"""A closure in one sentence: the words of every surface."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import pgettext


def closed_words(*, where: str, what: str, reason: str, since: str, until: str, kept: bool) -> str:
    """“三层关闭：电梯检修。暂停叫号，预计今天 13:00 恢复。”

    :param where: the place, or `what`: the matter that is closed; both "" = the whole hall.
    :param since: from when, where it has not begun; else "".
    :param until: "" where the end is not in sight. :param kept: kept appointments are called all the same.
    """
    reason = reason.rstrip("。.")
    if where:
        first = pgettext("closure", "%(where)s is closed: %(reason)s.") % {"where": where, "reason": reason}
    elif what:
        first = pgettext("closure", "%(what)s is not served: %(reason)s.") % {"what": what, "reason": reason}
    else:
        first = pgettext("closure", "The hall is closed: %(reason)s.") % {"reason": reason}
    if since:
        first = pgettext("closure", "From %(since)s: %(closed)s") % {"since": since, "closed": first}
    then = then_words(until=until, kept=kept)
    return capfirst(pgettext("closure", "%(closed)s %(then)s") % {"closed": first, "then": then})


def then_words(*, until: str, kept: bool) -> str:
    """What a closure means for who waits: “暂停叫号，预计今天 13:00 恢复。”"""
    if kept and until:
        said = pgettext("closure", "Only kept appointments are called; everything else goes on about %(until)s.")
    elif kept:
        said = pgettext("closure", "Only kept appointments are called.")
    elif until:
        said = pgettext("closure", "Nobody is called; it goes on about %(until)s.")
    else:
        said = pgettext("closure", "Nobody is called.")
    return said % {"until": until}


def kept_words() -> str:
    """To whoever was kept in it."""
    return pgettext("closure", "This appointment was kept: it is called as booked.")
