"""Forms of the citizen pages: shapes only; the rules are in the rooms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from banshi.foundation import clock
from banshi.foundation.relations import RELATIONS
from banshi.foundation.said import named
from banshi.journeys.person.mandates import MOST_ITEMS
from banshi.kernel.documents import IdType
from banshi.rooms.identity import actions as identity
from banshi.surfaces.citizen import sent


def id_types() -> list[tuple[str, str]]:
    """Documents of natural persons first, in the active language."""
    return [(kind.value, named(kind)) for kind in IdType]


class Form(forms.Form):
    """What is missing is said as a clerk would, beside the field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.error_messages["required"] = MISSING.get(name, MISSING[""])


MISSING = {
    "": _("Fill this in."),
    "name": _("Write the name."),
    "id_number": _("Write the number of the document."),
    "phone": _("Write the mobile number."),
    "code": _("Write the code from the message."),
    "old_code": _("Write the code from the message."),
    "stars": _("Choose a face first."),
    "text": _("Say in a few words what happened."),
}


class NewPerson(Form):
    """A real-name person as typed (实名信息). Every field that cannot be right says so, not only the first."""

    asks_phone = False
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

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        typed: dict[str, Any] = {name: said.get(name) or "" for name in ("name", "id_type", "id_number")}
        phone = said.get("phone") or "" if self.asks_phone else ""
        for wrong in identity.wrongs(identity.PersonAsked(**typed, phone=phone), now=clock.now()):
            sent.beside(self, wrong)
        return said


class NewChild(NewPerson):
    """A child whose guardian somebody says to be: no organisation."""

    id_type = forms.ChoiceField(
        label=_("ID document"), choices=lambda: [each for each in id_types() if each[0] != IdType.USCC]
    )
    relation = forms.ChoiceField(label=pgettext_lazy("guardian", "I am"), choices=lambda: list(RELATIONS.items()))


MAY = {
    "send": pgettext_lazy("organisation", "Fill in and send"),
    "fill": pgettext_lazy("organisation", "Fill in only; somebody else sends"),
    "appoint": pgettext_lazy("organisation", "Fill in and send everything, and appoint other agents"),
}


class ChangedAgent(Form):
    """What an agent of an organisation may do, and until when."""

    valid_until = forms.DateField(
        label=pgettext_lazy("organisation", "Until, the last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    may = forms.ChoiceField(
        label=pgettext_lazy("organisation", "They may"), choices=lambda: list(MAY.items()), initial="send"
    )
    scope = forms.ChoiceField(choices=[("all", ""), ("some", "")], initial="all")
    items = forms.Field(required=False, widget=forms.SelectMultiple)
    departments = forms.Field(required=False, widget=forms.SelectMultiple)
    appoints = forms.Field(required=False, widget=forms.HiddenInput)  # a refusal about it stands here
    q = forms.CharField(required=False, max_length=60)  # words by which matters are looked for

    def chosen(self, name: str) -> list[str]:
        """Codes ticked so far, of `items` or `departments`."""
        return [str(code)[:80] for code in self[name].value() or ()][:MOST_ITEMS]


class NewAgent(ChangedAgent, NewPerson):
    """Whom a legal representative lets act for the organisation."""


class NewClient(NewPerson):
    """Whom an agent would like to act for, and until when."""

    valid_until = forms.DateField(
        label=_("Mandate until, its last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    scope = forms.CharField(required=False, max_length=4)  # "some": only these items
    items = forms.Field(required=False, widget=forms.SelectMultiple)
    q = forms.CharField(required=False, max_length=60)  # words by which matters are looked for

    @property
    def chosen(self) -> list[str]:
        """Codes of the matters ticked so far."""
        return [str(code)[:80] for code in self["items"].value() or ()][:MOST_ITEMS]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("scope") == "some" and not self.chosen:
            self.add_error("items", pgettext("client", "Choose the matters, or every matter."))
        return said


class WhoComes(NewPerson):
    """One of the account's people, or somebody typed in (`who` = "new"); what is typed stays whoever is chosen."""

    who = forms.CharField(required=False, max_length=20)
    persons = forms.CharField(required=False, max_length=3)  # how many come together; the rule says how many may
    field_order = ("who",)
    asks_phone = True

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("who") == "new":
            return super().clean()
        for name in NewPerson.base_fields:
            self.errors.pop(name, None)
        return self.cleaned_data


class Phone(Form):
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "autofocus": True}),
    )


CODE_FIELD = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input--code"}


class Code(Form):
    code = forms.CharField(
        label=_("Code from the message"),
        max_length=10,
        widget=forms.TextInput(attrs=CODE_FIELD | {"autofocus": True}),
    )


class NewNumber(Form):
    """The codes that went to the new number and the old."""

    code = forms.CharField(
        label=_("Code sent to the new number"), max_length=10, widget=forms.TextInput(attrs=dict(CODE_FIELD))
    )
    old_code = forms.CharField(
        label=_("Code sent to the old number"),
        max_length=10,
        widget=forms.TextInput(attrs=CODE_FIELD | {"autocomplete": "off"}),
    )


class Appeal(Form):
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


class RatingForm(Form):
    """One rating: stars 5 (very satisfied) to 1, words. Tags are checked by the action."""

    stars = forms.TypedChoiceField(choices=[(n, n) for n in (5, 4, 3, 2, 1)], coerce=int)
    text = forms.CharField(
        label=_("In your own words"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )


class AskForm(Form):
    """A question to the department of a matter; how long it may be the action says."""

    hall = forms.CharField(required=False, max_length=40)
    text = forms.CharField(
        label=pgettext_lazy("enquiry", "Your question"),
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 1000}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages["required"] = pgettext("enquiry", "Write the question.")


class ComplaintForm(AskForm):
    """What goes wrong with a case."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = pgettext("complaint", "What went wrong")
        self.fields["text"].error_messages["required"] = pgettext("complaint", "Say what went wrong.")


class DayAsked(forms.Form):
    """A day of a hall; the matter is the address's."""

    hall = forms.CharField(max_length=40)
    day = forms.DateField()


class Waiting(DayAsked):
    """Joining the waiting list (候补) of a full day."""

    who = forms.IntegerField(min_value=1, max_value=2**62, required=False)  # nobody: who is typed in beside it
