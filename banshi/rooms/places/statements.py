"""SQL that places lend to whoever asks for a hall's policy: the version in force, and one value of it."""

from __future__ import annotations

import json
from functools import reduce

from banshi.kernel.policy import HallPolicy


def policy_in_force(hall: str, *, column: str = "document") -> str:
    """The newest policy of a hall at `%(now)s`: no row where it has none.

    :param hall: SQL of the hall's id. :param column: of places_policy_version.
    """
    return (
        f"SELECT pv.{column} FROM places_policy_version pv "  # noqa: S608 – names of ours
        f"WHERE pv.hall_id = {hall} AND pv.valid_from <= %(now)s ORDER BY pv.version DESC LIMIT 1"
    )


def policy_value(path: str, document: str) -> str:
    """One value of a policy, of the type the field has; where the document does not say, or is NULL, the field's own default:
    it is written nowhere else.

    :param path: `tickets.call_within`. :param document: SQL of the document: `policy.document`, `(SELECT …)`.
    :raises AttributeError: no such field.
    """
    default = reduce(getattr, path.split("."), HallPolicy())
    keys = "'{" + path.replace(".", ",") + "}'"
    match default:
        case bool():
            return f"COALESCE(({document} #>> {keys})::boolean, {str(default).lower()})"
        case int():
            return f"COALESCE(({document} #>> {keys})::int, {default})"
        case str():
            return f"COALESCE({document} #>> {keys}, '{default}')"
        case dict():
            return f"COALESCE({document} #> {keys}, '{json.dumps(default)}'::jsonb)"
    raise TypeError(f"{path}: {type(default).__name__} is not asked for in SQL yet")
