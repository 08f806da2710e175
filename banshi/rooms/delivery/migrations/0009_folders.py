"""Folders of papers, what is in them, and every move of them (only ever appended to)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STANDS = """
CREATE FUNCTION delivery_folder_moves_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'where a folder was stands: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_move_of_a_folder_stands BEFORE UPDATE OR DELETE ON delivery_folder_move
  FOR EACH ROW EXECUTE FUNCTION delivery_folder_moves_stand();
"""
LET_GO = """
DROP TRIGGER a_move_of_a_folder_stands ON delivery_folder_move;
DROP FUNCTION delivery_folder_moves_stand();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0019_limits'),
        ('delivery', '0008_fetched_by_agents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperFolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(max_length=8)),
                ('spot', models.CharField(default='', max_length=40)),
                ('moves', models.IntegerField(default=1)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=60)),
                ('missed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='folders', to='cases.case')),
                ('holder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'delivery_folder',
            },
        ),
        migrations.CreateModel(
            name='FolderPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('originals', models.SmallIntegerField(default=0)),
                ('copies', models.SmallIntegerField(default=0)),
                ('back', models.SmallIntegerField(default=0)),
                ('folder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='delivery.paperfolder')),
            ],
            options={
                'db_table': 'delivery_folder_paper',
            },
        ),
        migrations.CreateModel(
            name='FolderMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.IntegerField()),
                ('deed', models.CharField(max_length=8)),
                ('place', models.CharField(max_length=8)),
                ('spot', models.CharField(default='', max_length=40)),
                ('pieces', models.SmallIntegerField(default=0)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=60)),
                ('holder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('folder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='delivery.paperfolder')),
            ],
            options={
                'db_table': 'delivery_folder_move',
            },
        ),
        migrations.AddIndex(
            model_name='paperfolder',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['place', 'since'], name='folders_by_place'),
        ),
        migrations.AddConstraint(
            model_name='paperfolder',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case',), name='a_case_has_one_folder_of_papers'),
        ),
        migrations.AddConstraint(
            model_name='paperfolder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('holder', None), ('place__in', ('tray', 'shelf', 'archive')), models.Q(('spot', ''), _negated=True)), models.Q(('holder__isnull', False), ('place', 'person'), ('spot', '')), models.Q(('holder', None), ('place__in', ['sent', 'back']), ('spot', '')), _connector='OR'), name='a_folder_is_at_one_place'),
        ),
        migrations.AddConstraint(
            model_name='paperfolder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('place', 'back')), models.Q(models.Q(('place', 'back'), _negated=True), ('ended_at', None)), _connector='OR'), name='a_folder_that_went_back_has_ended'),
        ),
        migrations.AddConstraint(
            model_name='folderpaper',
            constraint=models.UniqueConstraint(fields=('folder', 'code'), name='a_paper_is_listed_once_in_a_folder'),
        ),
        migrations.AddConstraint(
            model_name='folderpaper',
            constraint=models.CheckConstraint(condition=models.Q(('copies__range', (0, 999)), ('originals__range', (0, 999))), name='papers_in_a_folder_are_counted'),
        ),
        migrations.AddConstraint(
            model_name='folderpaper',
            constraint=models.CheckConstraint(condition=models.Q(('back__gte', 0), ('back__lte', models.F('originals'))), name='no_more_goes_back_than_there_was'),
        ),
        migrations.AddConstraint(
            model_name='foldermove',
            constraint=models.UniqueConstraint(fields=('folder', 'seq'), name='a_folder_makes_one_move_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='foldermove',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', ('tray', 'shelf', 'person', 'sent', 'archive', 'back'))), name='a_folder_moves_to_a_known_place'),
        ),
        migrations.AddConstraint(
            model_name='foldermove',
            constraint=models.CheckConstraint(condition=models.Q(('deed__in', ('made', 'received', 'put', 'taken', 'sent', 'signed', 'refused', 'gave', 'archived'))), name='a_folder_is_moved_in_a_known_way'),
        ),
        migrations.RunSQL(STANDS, LET_GO),
    ]
