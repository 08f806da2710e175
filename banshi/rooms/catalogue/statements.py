"""SQL on versions: what stands now becomes the newest version where it says something else than the last one."""

from __future__ import annotations

from typing import Final

# The first version of an item was always so: nothing older is known. Every column counts, one that a migration adds, too;
# but for whether it is retired: what it said it said.
ITEM_VERSIONS_SQL: Final = """
WITH said AS (
  SELECT i.id, i.version, to_jsonb(i) - '{id,version,department_id,retired_on,successor_id}'::text[] || jsonb_build_object(
    'department', to_jsonb(d) - 'id',
    'themes', (SELECT COALESCE(jsonb_agg(t.code ORDER BY t.code), '[]')
      FROM catalogue_item_theme x JOIN catalogue_theme t ON t.id = x.theme_id WHERE x.item_id = i.id),
    'materials', (SELECT COALESCE(jsonb_agg(to_jsonb(m) - 'id' || jsonb_build_object(
        'originals', r.originals, 'copies', r.copies, 'necessity', r.necessity) ORDER BY r."order", r.id), '[]')
      FROM catalogue_material_requirement r JOIN catalogue_material m ON m.id = r.material_id WHERE r.item_id = i.id)
  ) AS document
  FROM catalogue_item i JOIN catalogue_department d ON d.id = i.department_id
  WHERE %(items)s::bigint[] IS NULL OR i.id = ANY(%(items)s::bigint[])
), last AS (
  SELECT DISTINCT ON (item_id) item_id, version, document FROM catalogue_item_version ORDER BY item_id, version DESC
), kept AS (
  INSERT INTO catalogue_item_version (item_id, version, document, valid_from, made_by, made_at)
  SELECT s.id, GREATEST(s.version, l.version + 1), s.document,
    CASE WHEN l.item_id IS NULL THEN %(always)s::timestamptz ELSE %(now)s END, %(by)s, %(now)s
  FROM said s LEFT JOIN last l ON l.item_id = s.id WHERE s.document IS DISTINCT FROM l.document
  RETURNING item_id, version
)
UPDATE catalogue_item i SET version = k.version FROM kept k WHERE i.id = k.item_id RETURNING i.code
"""

HALL_ITEM_VERSIONS_SQL: Final = """
WITH said AS (
  SELECT h.item_id, to_jsonb(h) - '{id,hall_id,item_id,category_id}'::text[] || jsonb_build_object('category', c.code)
    AS document
  FROM catalogue_hall_item h JOIN places_category c ON c.id = h.category_id
  WHERE h.hall_id = %(hall)s AND (%(item)s::bigint IS NULL OR h.item_id = %(item)s)
), last AS (
  SELECT DISTINCT ON (item_id) item_id, version, document FROM catalogue_hall_item_version WHERE hall_id = %(hall)s
  ORDER BY item_id, version DESC
)
INSERT INTO catalogue_hall_item_version (hall_id, item_id, version, document, valid_from, made_by, made_at)
SELECT %(hall)s, s.item_id, COALESCE(l.version, 0) + 1, s.document,
  CASE WHEN l.item_id IS NULL THEN %(always)s::timestamptz ELSE %(now)s END, %(by)s, %(now)s
FROM said s LEFT JOIN last l ON l.item_id = s.item_id WHERE s.document IS DISTINCT FROM l.document
"""

# 数据元: in how many items' forms each stands.
ASKED_SQL = """
SELECT field->>'element', count(DISTINCT item.id)
FROM catalogue_item item, jsonb_array_elements(item.handling->'fields') field
WHERE coalesce(field->>'element', '') <> '' GROUP BY 1
"""
