"""How the preview of a policy says for what its places are."""

from django.utils import translation

from banshi.foundation.translations import compile_all
from banshi.kernel.policy import HallPolicy
from banshi.surfaces.office import policy_form

compile_all()


def test_places_for_every_category_say_so():
    quota = {"target": "category", "code": "*", "public": 20, "internal": 0}
    fields = [each for section in policy_form.sections(HallPolicy().model_dump(mode="json")) for each in section.fields]
    each = next(f for f in fields if f.kind == "quotas")
    each.value = [quota]

    with translation.override("zh-hans"):
        assert policy_form.shown(each).startswith("所有类别：")
