"""Why cases were refused, and what notices told: the causes there are, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

# 不予批准: the first that holds of a case.
REFUSED: Final = ("conditions", "promise_untrue", "not_followed", "not_drawn")
# 补正: a paper that had not come, one that came and was not right, a field of the form.
LACKING, WRONG, FIELD = "lacking", "wrong", "field"
TOLD: Final = (LACKING, WRONG, FIELD)


def causes_told(missing: Iterable[Mapping[str, str]], there: Collection[str]) -> list[str]:
    """Of each thing that a notice told, its cause.

    :param missing: as the notice keeps it: code and kind. :param there: codes of papers that had come by then.
    """
    return [FIELD if each["kind"] == "field" else WRONG if each["code"] in there else LACKING for each in missing]
