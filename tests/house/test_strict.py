"""What tests do not let pass: undefined variables in templates, some rows of a query without an order."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from banshi.rooms.places.models import Hall
from tests.strict import Undefined, Unordered


@pytest.mark.parametrize(
    "text",
    [
        "{{ lost }}",
        "{{ hall.lost }}",
        "{% with a=lost %}{% endwith %}",
        "{% load ui %}{% selected lost 1 %}",
        "{{ lost|upper }}",
        "{% if hall.code|default:lost %}x{% endif %}",
    ],
)
def test_a_variable_that_nobody_gave_fails(text: str):
    with pytest.raises(Undefined, match="lost"):
        Template(text).render(Context({"hall": {"code": "town"}}))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{% if lost %}x{% endif %}", ""),
        ("{{ lost|default:'–' }}", "–"),
        ("{{ lost|yesno:'a,b' }}", "b"),
        ("{% for each in lost %}x{% endfor %}", ""),
        ("{{ hall.code }}", "town"),
    ],
)
def test_asking_for_one_is_allowed(text: str, shown: str):
    assert Template(text).render(Context({"hall": {"code": "town"}})) == shown


@pytest.mark.django_db
def test_some_rows_of_an_unordered_query_fail():
    rows = Hall.objects.order_by()

    for some in (lambda: rows[:2], lambda: rows[0]):
        with pytest.raises(Unordered, match="Hall"):
            some()


@pytest.mark.django_db
def test_some_rows_of_an_ordered_query_are_those_rows():
    assert list(Hall.objects.order_by("code")[:2]) == []
    assert Hall.objects.order_by().first() is None
