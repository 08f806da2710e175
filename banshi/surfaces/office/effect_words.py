"""What a change of rules does to people, in sentences."""

from __future__ import annotations

from django.utils.translation import ngettext


def effect_words(slug: str, n: int) -> str:
    """“12 appointments to come follow the new rules …”; the slugs of `journeys.hall.rule_effects`."""
    words = {
        "coming": ngettext(
            "%(n)s appointment to come follows the new rules for cancelling, moving and checking in.",
            "%(n)s appointments to come follow the new rules for cancelling, moving and checking in.",
            n,
        ),
        "reminded": ngettext(
            "%(n)s appointment to come is reminded by the new rules.",
            "%(n)s appointments to come are reminded by the new rules.",
            n,
        ),
        "above": ngettext(
            "%(n)s person has more appointments than the new limit and keeps them.",
            "%(n)s people have more appointments than the new limit and keep them.",
            n,
        ),
        "list": ngettext(
            "%(n)s person waits for a place: the wait ends, and they are told.",
            "%(n)s people wait for places: the waits end, and they are told.",
            n,
        ),
        "offered": ngettext(
            "%(n)s person has the offer of a place: it stands until its moment.",
            "%(n)s people have the offer of a place: it stands until its moment.",
            n,
        ),
        "barred": ngettext(
            "%(n)s suspended person is barred by the new rule.",
            "%(n)s suspended people are barred by the new rule.",
            n,
        ),
        "line": ngettext(
            "%(n)s person waiting is called by the new rules.",
            "%(n)s people waiting are called by the new rules.",
            n,
        ),
        "lane": ngettext(
            "%(n)s person waiting took a number in a lane that ends.",
            "%(n)s people waiting took numbers in lanes that end.",
            n,
        ),
        "missed": ngettext(
            "%(n)s person missed today comes back as told then; the new rule is for those missed from now on.",
            "%(n)s people missed today come back as told then; the new rule is for those missed from now on.",
            n,
        ),
        "longer": ngettext(
            "%(n)s person missed today may come back for longer by the new rule.",
            "%(n)s people missed today may come back for longer by the new rule.",
            n,
        ),
        "told": ngettext(
            "%(n)s person waiting is told by the new rules.",
            "%(n)s people waiting are told by the new rules.",
            n,
        ),
        "full": ngettext(
            "%(n)s walk-in number was given today: the new limit is reached at once.",
            "%(n)s walk-in numbers were given today: the new limit is reached at once.",
            n,
        ),
    }
    return words[slug] % {"n": n}
