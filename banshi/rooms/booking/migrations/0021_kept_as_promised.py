from django.db import migrations, models

# Until now it went by the rules in force: what they say now is what was promised.
AS_IN_FORCE = """
UPDATE booking_kept k SET served = false FROM booking_appointment a
WHERE a.id = k.appointment_id AND (
  SELECT p.document #>> '{booking,kept}' FROM places_policy_version p
  WHERE p.hall_id = a.hall_id AND p.valid_from <= now() ORDER BY p.version DESC LIMIT 1) = 'forgive'
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0020_bookings_let_go"), ("places", "0001_initial")]

    operations = [
        migrations.AddField("kept", "served", models.BooleanField(default=True, db_default=True)),
        migrations.RunSQL(AS_IN_FORCE, migrations.RunSQL.noop),
    ]
