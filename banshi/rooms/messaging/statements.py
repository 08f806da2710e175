"""SQL that messaging lends: rooms with a hot path write their messages inside their own statement.

`COLUMNS` of messaging_message are what such a statement fills; the rest has database defaults.
"""

from __future__ import annotations

TO_PLACE = "messaging_message.to"  # what a recipient's number is sealed for
SEALED_PLACE = "messaging_message.sealed"
SAID_PLACE = "messaging_message.said"
TEXT_PLACE = "messaging_message.text"
COLUMNS = 'hall, key, subject, "to", to_index, language, params, dedupe, due_at, until, created_at'


def written(source: str, *, columns: str = COLUMNS) -> str:
    """`INSERT` of the rows that `source`, a SELECT, yields under the names of `COLUMNS`; said before: nothing.

    Order and further columns of `source` do not matter. Nothing personal and nothing that opens goes into `params`.
    """
    return f"""
INSERT INTO messaging_message ({columns}) SELECT {columns} FROM ({source}) AS told ON CONFLICT (dedupe) DO NOTHING
"""  # noqa: S608 – only column names and our own statements are put in


_ROW = f"{COLUMNS}, sealed"
WRITE_SQL = written(
    f"""
SELECT hall, key, subject, "to", to_index, language, params::jsonb AS params, dedupe, due_at, until, created_at, sealed
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::text[]) AS r({_ROW})
""",  # noqa: S608
    columns=_ROW,
)
