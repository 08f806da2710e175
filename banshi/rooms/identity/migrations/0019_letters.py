"""授权委托书 that windows saw: whom somebody has act for them in cases."""

import banshi.foundation.crypto
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0018_limits_of_members'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperMandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', banshi.foundation.crypto.EncryptedText()),
                ('client', banshi.foundation.crypto.EncryptedText()),
                ('items', models.JSONField(default=list)),
                ('fetches', models.BooleanField(default=False)),
                ('valid_until', models.DateField()),
                ('kind', models.CharField(max_length=10)),
                ('number', banshi.foundation.crypto.EncryptedText(default='')),
                ('seen_at', models.DateTimeField()),
                ('seen_by', models.CharField(max_length=60)),
                ('hall', models.CharField(max_length=40)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(db_default='', default='', max_length=60)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters_for', to='identity.person')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='identity.person')),
            ],
            options={
                'db_table': 'identity_paper_mandate',
                'constraints': [models.CheckConstraint(condition=models.Q(('person', models.F('agent')), _negated=True), name='nobody_is_their_own_agent'), models.CheckConstraint(condition=models.Q(('kind__in', ['written', 'notarised'])), name='a_letter_is_of_a_known_kind')],
            },
        ),
    ]
