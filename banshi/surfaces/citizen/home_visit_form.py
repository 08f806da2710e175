"""The form by which somebody asks for a visit: shapes only; what may be asked for the room says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy

from banshi.foundation import clock
from banshi.foundation.said import english, named
from banshi.rooms.homevisits.queries import areas
from banshi.rooms.homevisits.rules import LONGEST_ADDRESS, LONGEST_FIRM, LONGEST_NAME, REASONS
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.forms import Form

Choices = list[tuple[str, str]]


class HomeVisitForm(Form):
    """`kind` home asks why somebody cannot come; project asks which project, and whose."""

    hall = forms.ChoiceField(label=pgettext_lazy("home visit", "Hall that comes"))
    reason = forms.ChoiceField(label=pgettext_lazy("home visit", "Why you cannot come"))
    project = forms.CharField(label=pgettext_lazy("home visit", "Project"), max_length=LONGEST_FIRM)
    firm = forms.CharField(label=pgettext_lazy("home visit", "Firm"), max_length=LONGEST_FIRM)
    name = forms.CharField(label=pgettext_lazy("home visit", "Name of who is visited"), max_length=LONGEST_NAME)
    phone = forms.CharField(
        label=pgettext_lazy("home visit", "Telephone there"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    area = forms.ChoiceField(label=pgettext_lazy("home visit", "Town"))
    address = forms.CharField(label=pgettext_lazy("home visit", "Street, number, room"), max_length=LONGEST_ADDRESS)
    day = forms.DateField(
        label=pgettext_lazy("home visit", "Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    half = forms.ChoiceField(
        label=pgettext_lazy("home visit", "Half day"),
        choices=[
            ("am", pgettext_lazy("home visit", "In the morning")),
            ("pm", pgettext_lazy("home visit", "In the afternoon")),
        ],
    )

    def __init__(self, *args: Any, halls: Sequence[Hall], kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("reason",) if kind == "project" else ("project", "firm"):
            del self.fields[name]
        self._choose("hall", [(each.code, named(each)) for each in halls])
        self._choose("area", [(town.code, named(town)) for town in areas(halls)])
        if "reason" in self.fields:
            policies = places.policies_of([hall.pk for hall in halls], now=clock.now()).values()
            counted = {code for policy in policies for code in policy.home_visits.reasons}
            words = [(code, en if english() else zh) for code, (zh, en) in REASONS.items() if code in counted]
            self._choose("reason", [("", "–"), *words])

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
