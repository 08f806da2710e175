import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0006_handling'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task_code', models.CharField(max_length=36)),
                ('version', models.IntegerField()),
                ('name_zh', models.CharField(max_length=160)),
                ('document', models.JSONField()),
                ('content_hash', models.CharField(max_length=64)),
                ('raw', models.TextField(default='')),
                ('notes', models.JSONField(default=dict)),
                ('state', models.CharField(default='draft', max_length=12)),
                ('entered_by', models.CharField(max_length=60)),
                ('entered_at', models.DateTimeField()),
                ('published_by', models.CharField(default='', max_length=60)),
                ('published_at', models.DateTimeField(null=True)),
                ('planned_from', models.DateField(null=True)),
                ('item_version', models.IntegerField(null=True)),
                ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='catalogue.item')),
            ],
            options={
                'db_table': 'catalogue_item_draft',
                'indexes': [models.Index(fields=['task_code', '-version', '-id'], name='newest_draft_of_an_item')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('task_code',), name='one_open_draft_per_item'), models.UniqueConstraint(condition=models.Q(('state', 'planned')), fields=('task_code',), name='one_planned_draft_per_item'), models.CheckConstraint(condition=models.Q(('published_by', models.F('entered_by')), _negated=True), name='another_person_publishes_a_draft'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['published', 'planned']), _negated=True), ('published_by__gt', ''), _connector='OR'), name='a_published_draft_says_by_whom')],
            },
        ),
    ]
