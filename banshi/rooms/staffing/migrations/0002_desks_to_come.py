"""The roster's windows stand in for estimates until somebody has signed in there: from today on, as planned so far."""

from django.db import migrations

TAKE_OVER = """
INSERT INTO tickets_planned_desk (hall_id, day, starts, ends, desks, window_id, shift, made_by, made_at)
SELECT s.hall_id, s.day, (s.starts_at AT TIME ZONE h.timezone)::time, (s.ends_at AT TIME ZONE h.timezone)::time, 1,
  s.window_id, s.id, s.made_by, s.made_at
FROM staffing_shift s JOIN places_hall h ON h.id = s.hall_id
WHERE s.window_id IS NOT NULL AND s.duty = 'window' AND s.ends_at > now() - interval '1 day'
  AND (s.ends_at AT TIME ZONE h.timezone)::time > (s.starts_at AT TIME ZONE h.timezone)::time
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('staffing', '0001_initial'),
        ('tickets', '0008_planned_desks'),
    ]

    operations = [
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
    ]
