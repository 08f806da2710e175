"""What tests do not let pass: what a template uses and nobody gave."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from tests.strict import Undefined


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
