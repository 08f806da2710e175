"""Every table is emptied behind a test with committed data. TRUNCATE gives each table and each index a new file, some five
hundred of them, which costs many such tests more than they do themselves; to delete the few rows they left takes
milliseconds.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush
from django.core.management.sql import sql_flush

KEPT = {"django_content_type", "auth_permission"}  # what there is, by the code: Django writes it again at once
LARGE = 400_000  # bytes of one table, from which on all are truncated: deleted rows stay in their files for a while

# Whoever still writes is waited for, as TRUNCATE would. No trigger of ours hears of what is deleted – some guard the trail,
# some tell others –; references are looked at when all is deleted.
EMPTY_SQL = """
DO $empty$
DECLARE
  tables text[] := ARRAY[{names}];
  filled text[] := '{{}}';
  ours text[] := '{{}}';
  found boolean;
  each text;
BEGIN
  EXECUTE 'LOCK TABLE ' || array_to_string(tables, ', ') || ' IN EXCLUSIVE MODE';
  IF EXISTS (SELECT 1 FROM unnest(tables) name WHERE pg_relation_size(name::regclass) > {large}) THEN
    {truncate}
    RETURN;
  END IF;
  FOREACH each IN ARRAY tables LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || each || ')' INTO found;
    IF found THEN
      filled := filled || each;
    END IF;
  END LOOP;
  SELECT COALESCE(array_agg(format('ALTER TABLE %s %%s TRIGGER %I', tgrelid::regclass, tgname)), '{{}}') INTO ours
  FROM pg_trigger JOIN unnest(filled) name ON tgrelid = name::regclass
  WHERE NOT tgisinternal AND tgenabled = 'O' AND (tgtype & 8) <> 0;
  FOREACH each IN ARRAY ours LOOP
    EXECUTE format(each, 'DISABLE');
  END LOOP;
  SET CONSTRAINTS ALL DEFERRED;
  FOREACH each IN ARRAY filled LOOP
    EXECUTE 'DELETE FROM ' || each;
  END LOOP;
  SET CONSTRAINTS ALL IMMEDIATE;
  FOREACH each IN ARRAY ours LOOP
    EXECUTE format(each, 'ENABLE');
  END LOOP;
END
$empty$;
"""


def emptied(style: Any, connection: Any, reset_sequences: bool = True, allow_cascade: bool = False) -> list[str]:
    """As Django's `sql_flush`."""
    whole = sql_flush(style, connection, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
    if reset_sequences or allow_cascade or not whole:
        return whole
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = ", ".join("'" + connection.ops.quote_name(table) + "'" for table in sorted(set(tables) - KEPT))
    return [EMPTY_SQL.format(names=names, large=LARGE, truncate="\n    ".join(whole))]


def empty_quickly() -> None:
    """From now on in this process."""
    flush.sql_flush = emptied  # type: ignore[attr-defined]
