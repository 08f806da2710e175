"""Forms of the citizen pages: shapes only; the rules are in the rooms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from banshi.foundation.said import named
from banshi.kernel.documents import IdType


def id_types() -> list[tuple[str, str]]:
    """Documents of natural persons first, in the active language."""
    return [(kind.value, named(kind)) for kind in IdType]


class NewPerson(forms.Form):
    """A real-name person as typed (实名信息)."""

    name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    id_type = forms.ChoiceField(label=_("ID document"), choices=id_types)
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )


class Phone(forms.Form):
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "autofocus": True}),
    )


class Code(forms.Form):
    code = forms.CharField(
        label=_("Code from the message"),
        max_length=10,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input--code", "autofocus": True}
        ),
    )


class Appeal(forms.Form):
    """申诉."""

    suspension = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    entry = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    text = forms.CharField(
        label=_("What happened?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("suspension")) == bool(data.get("entry")):
            raise forms.ValidationError(gettext("Say what the appeal is about."))
        return data


class RatingForm(forms.Form):
    """One rating: stars 5 (very satisfied) to 1, words. Tags are checked by the action."""

    stars = forms.TypedChoiceField(choices=[(n, n) for n in (5, 4, 3, 2, 1)], coerce=int)
    text = forms.CharField(max_length=500, required=False, strip=True)


class Waiting(forms.Form):
    """Joining the waiting list (候补) of a full day."""

    hall = forms.CharField(max_length=40)
    day = forms.DateField()
    who = forms.IntegerField(min_value=1, max_value=2**62)
