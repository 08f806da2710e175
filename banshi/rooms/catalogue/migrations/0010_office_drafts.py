import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0009_retirement'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='itemdraft',
            name='one_open_draft_per_item',
        ),
        migrations.RemoveConstraint(
            model_name='itemdraft',
            name='one_planned_draft_per_item',
        ),
        migrations.AddField(
            model_name='itemdraft',
            name='editors',
            field=models.TextField(db_default='', default=''),
        ),
        migrations.AddField(
            model_name='itemdraft',
            name='kind',
            field=models.CharField(db_default='store', default='store', max_length=8),
        ),
        migrations.AddField(
            model_name='itemdraft',
            name='revision',
            field=models.IntegerField(db_default=1, default=1),
        ),
        migrations.AddConstraint(
            model_name='itemdraft',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'store'), ('state', 'draft')), fields=('task_code',), name='one_open_draft_per_item'),
        ),
        migrations.AddConstraint(
            model_name='itemdraft',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'store'), ('state', 'planned')), fields=('task_code',), name='one_planned_draft_per_item'),
        ),
        migrations.AddConstraint(
            model_name='itemdraft',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'office'), ('state', 'draft')), fields=('item',), name='one_open_change_per_item'),
        ),
        migrations.AddConstraint(
            model_name='itemdraft',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'office'), ('state', 'planned')), fields=('item',), name='one_planned_change_per_item'),
        ),
        migrations.AddConstraint(
            model_name='itemdraft',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'store'), models.Q(('item__isnull', False), ('kind', 'office')), _connector='OR'), name='the_office_changes_an_item_that_is_there'),
        ),
        migrations.AddConstraint(
            model_name='itemdraft',
            constraint=models.CheckConstraint(condition=models.Q(('published_by', ''), django.db.models.lookups.Exact(django.db.models.functions.text.StrIndex('editors', django.db.models.functions.text.Concat(models.Value(' '), 'published_by', models.Value(' '))), models.Value(0)), _connector='OR'), name='nobody_publishes_what_they_edited'),
        ),
    ]
