"""Bookings to come that a key, a machine or the staff declared count for whom they act for, not for all they act for."""

from django.db import migrations

# The telephone of the booking; where there is none, nobody else.
SQL = """
UPDATE booking_appointment SET
  holder = left(holder || CASE WHEN contact_index <> '' THEN ':c' || left(contact_index, 16) ELSE ':x' || code END, 40),
  limit_key = left(holder || CASE WHEN contact_index <> '' THEN ':c' || left(contact_index, 16) ELSE ':x' || code END, 40)
WHERE state = 'booked' AND evidence = 0 AND account_id IS NULL AND holder <> '' AND limit_key = holder
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0011_several_persons")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
