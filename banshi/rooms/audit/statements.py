"""SQL that audit lends: rooms with a hot path record what was done inside their own statement."""

from __future__ import annotations

COLUMNS = "at, actor, hall, action, subject, facts"


def recorded(source: str) -> str:
    """`INSERT` of the entries that `source`, a SELECT, yields under the names of `COLUMNS`; their order does not matter.

    As with `actions.record`: no personal data; what somebody wrote in their own words does not go this way.
    """
    return f"""
INSERT INTO audit_entry ({COLUMNS}) SELECT {COLUMNS} FROM ({source}) AS deed
"""  # noqa: S608 – only column names and our own statements are put in
