from django.db import migrations

# What stands now is the first version of each, valid from ever: nothing older is known.
FORWARD = """
INSERT INTO catalogue_item_version (item_id, version, document, valid_from, made_by, made_at)
SELECT i.id, i.version, to_jsonb(i) - '{id,version,department_id}'::text[] || jsonb_build_object(
    'department', to_jsonb(d) - 'id',
    'themes', (SELECT COALESCE(jsonb_agg(t.code ORDER BY t.code), '[]')
      FROM catalogue_item_theme x JOIN catalogue_theme t ON t.id = x.theme_id WHERE x.item_id = i.id),
    'materials', (SELECT COALESCE(jsonb_agg(to_jsonb(m) - 'id' || jsonb_build_object(
        'originals', r.originals, 'copies', r.copies, 'necessity', r.necessity) ORDER BY r."order", r.id), '[]')
      FROM catalogue_material_requirement r JOIN catalogue_material m ON m.id = r.material_id WHERE r.item_id = i.id)
  ), '2000-01-01 00:00:00+00', 'system', now()
FROM catalogue_item i JOIN catalogue_department d ON d.id = i.department_id ORDER BY i.id ON CONFLICT DO NOTHING;

INSERT INTO catalogue_hall_item_version (hall_id, item_id, version, document, valid_from, made_by, made_at)
SELECT h.hall_id, h.item_id, 1,
  to_jsonb(h) - '{id,hall_id,item_id,category_id}'::text[] || jsonb_build_object('category', c.code),
  '2000-01-01 00:00:00+00', 'system', now()
FROM catalogue_hall_item h JOIN places_category c ON c.id = h.category_id ORDER BY h.id ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0004_versions")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
