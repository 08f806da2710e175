"""What was sent back waits for who sent it back; the pages of a paper have an order."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0021_rule_proposals'),
        ('catalogue', '0014_checks_of_elements'),
        ('identity', '0019_letters'),
        ('places', '0003_own_words_sealed'),
        ('tickets', '0020_what_the_missed_were_told'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PageOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('version', models.SmallIntegerField()),
                ('pages', models.JSONField()),
                ('hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=60)),
            ],
            options={
                'db_table': 'cases_page_order',
            },
        ),
        migrations.AddField(
            model_name='case',
            name='back_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='case',
            name='back_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='casematerial',
            name='place',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('back_to', None), ('back_until', None)), models.Q(('back_to__isnull', False), ('back_until__isnull', False)), _connector='OR'), name='what_comes_back_is_somebodys_first_for_a_time'),
        ),
        migrations.AddField(
            model_name='pageorder',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='page_orders', to='cases.case'),
        ),
        migrations.AddConstraint(
            model_name='pageorder',
            constraint=models.UniqueConstraint(fields=('case', 'code', 'version'), name='an_order_of_pages_has_one_version'),
        ),
    ]
