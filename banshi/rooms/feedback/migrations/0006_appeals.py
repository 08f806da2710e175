"""Appeals against ratings. What a hall had called malicious by itself is groundless from now on: it counted, and does still."""

import banshi.foundation.crypto
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0005_ratings_of_cases'),
        ('places', '0003_own_words_sealed'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='task',
            name='task_state_is_known',
        ),
        migrations.AddField(
            model_name='rating',
            name='set_aside_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='appeal_ground',
            field=models.CharField(db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='task',
            name='appeal_text',
            field=banshi.foundation.crypto.FreeText(db_default='', default=''),
        ),
        migrations.AddField(
            model_name='task',
            name='appealed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='appealed_by',
            field=models.CharField(db_default='', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='task',
            name='finding',
            field=banshi.foundation.crypto.FreeText(db_default='', default=''),
        ),
        migrations.AddField(
            model_name='task',
            name='judged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='judged_by',
            field=models.CharField(db_default='', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='task',
            name='upheld',
            field=models.BooleanField(null=True),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'answered', 'appealed', 'settled'])), name='task_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'appealed'), _negated=True), models.Q(('appealed_at__isnull', False), ('judged_at', None)), _connector='OR'), name='an_appealed_task_waits_for_a_judgement'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('judged_at', None), ('upheld', None)), models.Q(('appealed_at__isnull', False), ('judged_at__isnull', False), ('upheld__isnull', False), models.Q(('judged_by', models.F('appealed_by')), _negated=True), models.Q(('judged_by', models.F('answered_by')), _negated=True)), _connector='OR'), name='nobody_judges_their_own_appeal'),
        ),
        migrations.RunSQL(
            "UPDATE feedback_task SET outcome = 'groundless' WHERE outcome = 'malicious'", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'malicious'), _negated=True), models.Q(('upheld', True), ('upheld__isnull', False)), _connector='OR'), name='malicious_is_what_somebody_else_found'),
        ),
    ]
