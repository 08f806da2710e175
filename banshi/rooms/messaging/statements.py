"""SQL that messaging lends: rooms with a hot path write their messages inside their own statement.

`COLUMNS` of messaging_message are what such a statement fills; the rest has database defaults.
"""

from __future__ import annotations

TO_PLACE = "messaging_message.to"  # what a recipient's number is sealed for
COLUMNS = 'hall, key, subject, "to", to_index, language, params, dedupe, due_at, until, created_at'


def written(source: str) -> str:
    """`INSERT` of the rows that `source`, a SELECT, yields under the names of `COLUMNS`; said before: nothing.

    Order and further columns of `source` do not matter.
    """
    return f"""
INSERT INTO messaging_message ({COLUMNS}) SELECT {COLUMNS} FROM ({source}) AS told ON CONFLICT (dedupe) DO NOTHING
"""  # noqa: S608 – only column names and our own statements are put in


WRITE_SQL = written(f"""
SELECT hall, key, subject, "to", to_index, language, params::jsonb AS params, dedupe, due_at, until,
  created_at
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[], %s::timestamptz[], %s::timestamptz[]) AS r({COLUMNS})
""")  # noqa: S608
