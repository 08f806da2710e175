import django.db.models.deletion
from django.db import migrations, models


# What earlier rows still say: a stretch begins when the number was made, at the appointment's time where that is later,
# or when it came back from being missed or passed on. Time parked was not kept.
CARRY_OVER = """
CREATE TEMPORARY TABLE called_stretch ON COMMIT DROP AS
SELECT c.id, c.ticket_id, GREATEST(0, floor(EXTRACT(EPOCH FROM c.at - GREATEST(t.made_at,
    (SELECT a.starts_at FROM booking_appointment a WHERE a.id = t.appointment_id),
    (SELECT max(m.reinstated_at) FROM tickets_miss m WHERE m.ticket_id = t.id AND m.reinstated_at <= c.at),
    (SELECT max(x.at) FROM tickets_transfer x WHERE x.ticket_id = t.id AND x.at <= c.at)))))::int AS waited_s
FROM tickets_call c JOIN tickets_ticket t ON t.id = c.ticket_id WHERE c.kind = 'call';
CREATE INDEX ON called_stretch (id);
CREATE INDEX ON called_stretch (ticket_id);
UPDATE tickets_call c SET waited_s = s.waited_s FROM called_stretch s WHERE s.id = c.id;
UPDATE tickets_ticket t SET wait_s = s.waited_s
FROM (SELECT ticket_id, sum(waited_s) AS waited_s FROM called_stretch GROUP BY ticket_id) s WHERE s.ticket_id = t.id;
UPDATE tickets_ticket t SET way_s = GREATEST(0, floor(EXTRACT(EPOCH FROM t.started_at - t.called_at)))::int
WHERE t.started_at >= t.called_at;
UPDATE tickets_ticket t SET waits_from = GREATEST(t.made_at,
  (SELECT a.starts_at FROM booking_appointment a WHERE a.id = t.appointment_id),
  (SELECT max(m.reinstated_at) FROM tickets_miss m WHERE m.ticket_id = t.id),
  (SELECT max(x.at) FROM tickets_transfer x WHERE x.ticket_id = t.id))
WHERE t.state IN ('waiting', 'called', 'serving', 'held', 'parked', 'missed');
UPDATE tickets_ticket SET outcome = 'done' WHERE state = 'finished' AND closed_why = '';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0002_preferred_categories'),
        ('tickets', '0002_line_in_order'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='waited_s',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='away_s',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='ticket',
            name='lane_to_check',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='ticket',
            name='outcome',
            field=models.CharField(db_default='', default='', max_length=16),
        ),
        migrations.AddField(
            model_name='ticket',
            name='outcome_why',
            field=models.CharField(db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='ticket',
            name='parked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='waits_from',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='way_s',
            field=models.IntegerField(null=True),
        ),
        migrations.CreateModel(
            name='Skip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=60)),
                ('why', models.CharField(default='', max_length=200)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skips', to='tickets.ticket')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.window')),
            ],
            options={
                'db_table': 'tickets_skip',
                'constraints': [models.UniqueConstraint(fields=('window', 'ticket'), name='a_window_skips_a_number_once')],
            },
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
    ]
