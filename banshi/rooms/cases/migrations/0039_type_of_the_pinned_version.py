"""A case keeps of which type its item was by the version it pins: a permit stays one, whatever is published later."""

from django.db import migrations, models

PINNED = """
UPDATE cases_case c SET item_type = v.document->>'item_type'
FROM catalogue_item_version v WHERE v.item_id = c.item_id AND v.version = c.item_version
"""
# A case whose version is not kept – nothing of ours writes one – is of the type its item is of.
ELSE = """
UPDATE cases_case c SET item_type = i.item_type FROM catalogue_item i WHERE i.id = c.item_id AND c.item_type = ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0032_never_received'),
        ('catalogue', '0014_checks_of_elements'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='item_type',
            field=models.CharField(default='', max_length=2),
            preserve_default=False,
        ),
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
