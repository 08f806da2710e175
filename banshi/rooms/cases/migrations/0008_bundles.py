"""一件事: several cases begun as one, with a number of their own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_destroyed'),
        ('catalogue', '0007_item_drafts'),
        ('identity', '0016_departments_and_organisations'),
        ('places', '0003_own_words_sealed'),
        ('tickets', '0020_what_the_missed_were_told'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL('CREATE SEQUENCE cases_bundle_number', 'DROP SEQUENCE cases_bundle_number'),
        migrations.CreateModel(
            name='Bundle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.CharField(max_length=50, unique=True)),
                ('matter', models.CharField(db_default='', default='', max_length=60)),
                ('opened_by', models.CharField(max_length=60)),
                ('opened_at', models.DateTimeField()),
                ('revision', models.IntegerField(default=0)),
                ('joint_days', models.SmallIntegerField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='bundles', to='identity.account')),
                ('hall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bundles', to='places.hall')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bundles', to='identity.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bundles', to='identity.person')),
            ],
            options={
                'db_table': 'cases_bundle',
            },
        ),
        migrations.AddField(
            model_name='case',
            name='bundle',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='cases.bundle'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(fields=('bundle', 'item'), name='an_item_is_once_in_a_bundle'),
        ),
        migrations.AddIndex(
            model_name='bundle',
            index=models.Index(fields=['person', '-opened_at'], name='bundles_of_a_person'),
        ),
        migrations.AddIndex(
            model_name='bundle',
            index=models.Index(fields=['account', '-opened_at'], name='bundles_of_an_account'),
        ),
        migrations.AddConstraint(
            model_name='bundle',
            constraint=models.CheckConstraint(condition=models.Q(('joint_days', None), ('joint_days__range', (1, 365)), _connector='OR'), name='a_joint_limit_is_some_days'),
        ),
    ]
