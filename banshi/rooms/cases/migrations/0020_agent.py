"""代理人 of whoever applies, with the mandate by which they opened the case."""

import banshi.foundation.crypto
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0019_limits'),
        ('catalogue', '0011_retired_and_back'),
        ('identity', '0019_letters'),
        ('places', '0003_own_words_sealed'),
        ('tickets', '0020_what_the_missed_were_told'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='agent',
            field=banshi.foundation.crypto.EncryptedText(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='letter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='identity.papermandate'),
        ),
        migrations.AddField(
            model_name='case',
            name='mandate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='identity.mandate'),
        ),
        migrations.AddField(
            model_name='case',
            name='masked_agent',
            field=models.CharField(db_default='', default='', max_length=60),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('letter', None), ('mandate', None), ('masked_agent', '')), models.Q(models.Q(('masked_agent', ''), _negated=True), models.Q(models.Q(('letter', None), ('mandate__isnull', False)), models.Q(('letter__isnull', False), ('mandate', None)), _connector='OR')), _connector='OR'), name='who_acts_in_a_case_has_one_mandate'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('masked_agent', ''), models.Q(('guardian', None), ('organisation', None)), _connector='OR'), name='a_guardian_or_member_is_no_agent'),
        ),
    ]
