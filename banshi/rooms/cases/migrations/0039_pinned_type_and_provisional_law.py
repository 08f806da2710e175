"""A case keeps of which type its item was by the version it pins: a permit stays one, whatever is published later; and whether the
day that the law sets is provisional, which the promised day says nothing of."""

from django.db import migrations, models

PINNED = """
UPDATE cases_case c SET item_type = v.document->>'item_type'
FROM catalogue_item_version v WHERE v.item_id = c.item_id AND v.version = c.item_version
"""
# A case whose version is not kept – nothing of ours writes one – is of the type its item is of.
ELSE = """
UPDATE cases_case c SET item_type = i.item_type FROM catalogue_item i WHERE i.id = c.item_id AND c.item_type = ''
"""
# A working day of a year whose holidays are not published: what the next recount would say.
PROVISIONAL = """
UPDATE cases_case c SET statutory_provisional = true
FROM catalogue_item_version v
WHERE v.item_id = c.item_id AND v.version = c.item_version AND c.phase IN ('accepted', 'in_review') AND c.due_statutory IS NOT NULL
  AND v.document #>> '{handling,limits,statutory,unit}' IS DISTINCT FROM 'day'
  AND NOT EXISTS (
    SELECT 1 FROM calendars_national_day n WHERE extract(year FROM n.day) = extract(year FROM c.due_statutory)
    HAVING count(*) > 0 AND bool_and(n.state = 'confirmed')
  )
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0037_due_at_a_moment'),
        ('catalogue', '0014_checks_of_elements'),
        ('calendars', '0004_closures_of_a_kind'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='item_type',
            field=models.CharField(default='', max_length=2),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='case',
            name='statutory_provisional',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(PROVISIONAL, migrations.RunSQL.noop),
        migrations.RunSQL(PINNED, migrations.RunSQL.noop),
        migrations.RunSQL(ELSE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=~models.Q(item_type=''), name='a_case_is_of_a_type_of_item'),
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='cases_to_be_deemed',
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('phase', 'received')), fields=['item_type', 'notice_due_on'], name='cases_to_be_deemed'),
        ),
    ]
