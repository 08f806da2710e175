from django.db import migrations, models

COUNT = """
UPDATE booking_appointment a SET hall_moves = m.n FROM (
  SELECT appointment_id, count(*) AS n FROM booking_move WHERE by LIKE 'staff:%' OR by LIKE 'system%' GROUP BY appointment_id
) m WHERE a.id = m.appointment_id AND a.state = 'booked'
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0013_own_words_sealed")]

    operations = [
        migrations.AddField("appointment", "hall_moves", models.SmallIntegerField(db_default=0, default=0)),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
