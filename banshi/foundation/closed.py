"""A closure in one sentence: the words of every surface."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import pgettext

UNSAID = frozenset({"紧急疏散", "Evacuation"})  # why, where nobody said why: no more than the first sentence says


def closed_words(
    *, where: str, what: str, reason: str, since: str, until: str, kept: bool, evacuates: bool = False
) -> str:
    """“三层关闭：电梯检修。暂停叫号，预计今天 13:00 恢复。” An evacuation tells people to go, before all else.

    :param where: the place, or `what`: the matter that is closed; both "" = the whole hall.
    :param reason: "" where none can be read in this language. :param since: from when, where it has not begun; else "".
    :param until: "" where the end is not in sight. :param kept: kept appointments are called all the same.
    """
    if evacuates:
        return joined(leave_words(where), evacuated_words(reason=reason, until=until))
    reason = reason.rstrip("。.")
    first = _first(where, what, reason)
    if since:
        first = pgettext("closure", "From %(since)s: %(closed)s") % {"since": since, "closed": first}
    return capfirst(joined(first, then_words(until=until, kept=kept)))


def _first(where: str, what: str, reason: str) -> str:
    said = {"where": where, "what": what, "reason": reason}
    if where:
        words = pgettext("closure", "%(where)s is closed: %(reason)s.")
        return (words if reason else pgettext("closure", "%(where)s is closed.")) % said
    if what:
        words = pgettext("closure", "%(what)s is not served: %(reason)s.")
        return (words if reason else pgettext("closure", "%(what)s is not served.")) % said
    words = pgettext("closure", "The hall is closed: %(reason)s.")
    return (words if reason else pgettext("closure", "The hall is closed.")) % said


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


def leave_words(where: str) -> str:
    """What to do in an evacuation: “疏散：离开大厅，听现场工作人员指引。” :param where: the place; "" = the whole hall."""
    if where:
        return pgettext("closure", "Evacuation: leave %(where)s and follow the staff there.") % {"where": where}
    return pgettext("closure", "Evacuation: leave the hall and follow the staff there.")


def evacuated_words(*, reason: str, until: str) -> str:
    """Why, and when it goes on: “原因：火警报警。预计今天 10:10 恢复。”"""
    reason = reason.rstrip("。.")
    why = "" if not reason or reason in UNSAID else pgettext("closure", "Reason: %(reason)s.") % {"reason": reason}
    if until:
        return joined(why, pgettext("closure", "Expected to go on about %(until)s.") % {"until": until})
    return joined(why, pgettext("closure", "When it goes on will be told."))


def stays_words(
    state: str = "waiting", *, expected: bool = False, may_return: bool = False, today: bool = True, out: bool = True
) -> str:
    """To whoever holds a number while nobody is called.

    :param expected: its person is on the way from another hall. :param may_return: missed, it may still be put back.
    :param today: it goes on today, as far as anybody knows; no number is kept for another day.
    :param out: people are asked to leave. In any other closure a service that was begun is served to the end.
    """
    if state in ("serving", "held") and not out:
        return pgettext(
            "closure", "Its service is under way and goes on: come back to the window when things are ready."
        )
    if state == "missed" and not may_return:
        return pgettext("closure", "The number was missed and can no longer be put back.")
    if not today:
        return pgettext("closure", "The number is valid today only.")
    if state == "missed":
        return pgettext("closure", "The number was missed and can still be put back; no time runs until it goes on.")
    if expected:
        return pgettext("closure", "The number stays: come when it goes on, and scan its code on arrival.")
    if state == "parked":
        return pgettext("closure", "The number and its place stay; it is back in line when its person is.")
    if state in ("serving", "held"):
        return pgettext("closure", "The number stays; its service goes on afterwards.")
    return pgettext("closure", "The number and its place stay; calling goes on from there.")


def again_words(
    state: str = "waiting",
    *,
    expected: bool = False,
    until: str = "",
    anew: bool = True,
    windows_shut: bool = False,
    sent_home: bool = False,
) -> str:
    """The same once calling goes on.

    :param until: missed, before when it may be put back. :param anew: then behind everybody who has a number.
    :param windows_shut: all windows that may call it are closed still. :param sent_home: it stood in line when its person
        was told to go, and is set aside until they are there again.
    """
    if state == "missed" and anew:
        said = pgettext(
            "closure",
            "It was missed: before %(until)s, scan its code at the number machine or ask the guide; it goes behind"
            " everybody who has a number then.",
        )
        return said % {"until": until}
    if state == "missed":
        said = pgettext(
            "closure",
            "It was missed: before %(until)s, scan its code at the number machine or ask the guide. No queueing again.",
        )
        return said % {"until": until}
    if expected:
        return pgettext("closure", "It is in line from arrival on: scan its code there.")
    if state == "parked" and sent_home:
        return pgettext(
            "closure",
            "It counts again, in its place. Once in the hall again: scan its code, or tap on its page, to be called.",
        )
    if state == "parked":
        return pgettext("closure", "It is still set aside: scan its code, or tap on its page, to be back in line.")
    if state == "called":
        return pgettext("closure", "It was called: go to the window.")
    if state == "serving":
        return pgettext("closure", "Its service goes on: go back to the window.")
    if state == "held":
        return pgettext("closure", "Its service goes on: the clerk calls again as soon as things are ready.")
    if windows_shut:
        return pgettext("closure", "It is where it was in line; its windows are still closed.")
    return pgettext("closure", "It is where it was in line, and calling goes on.")


def all_stay_words() -> str:
    """The same, to everybody in front of a screen."""
    return pgettext("closure", "All numbers stay as they are; calling goes on from there.")


def joined(first: str, then: str) -> str:
    """Two sentences, one after the other."""
    if not first or not then:
        return first or then
    return pgettext("closure", "%(closed)s %(then)s") % {"closed": first, "then": then}


def kept_words() -> str:
    """To whoever was kept in it."""
    return pgettext("closure", "This appointment was kept: it is called as booked.")


def excused_words() -> str:
    """To whoever was kept in it only so far as not to come is no no-show."""
    return pgettext("closure", "This appointment cannot be served then. It is no no-show: choose another time.")
