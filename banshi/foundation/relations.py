"""How a guardian is related to a child (民法典 27 条), and of which kind a letter is by which somebody acts, in words."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

RELATIONS = {
    "parent": pgettext_lazy("relation", "Father or mother"),
    "grandparent": pgettext_lazy("relation", "Grandparent"),
    "sibling": pgettext_lazy("relation", "Elder brother or sister"),
    "other": pgettext_lazy("relation", "Other guardian"),
}
LETTERS = {
    "written": pgettext_lazy("letter", "Signed letter"),
    "notarised": pgettext_lazy("letter", "Notarised letter"),
}
