"""What was checked in, and no number goes on for, keeps its person from nothing any more."""

from django.db import migrations

LET_GO = """
UPDATE booking_appointment a SET let_go_at = COALESCE(a.checked_in_at, a.ends_at)
WHERE a.state = 'checked_in' AND a.let_go_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM tickets_ticket t WHERE t.appointment_id = a.id
    AND t.state IN ('waiting', 'called', 'serving', 'held', 'parked', 'missed'))
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0020_bookings_let_go"), ("tickets", "0018_refs_of_before")]

    operations = [migrations.RunSQL(LET_GO, migrations.RunSQL.noop)]
