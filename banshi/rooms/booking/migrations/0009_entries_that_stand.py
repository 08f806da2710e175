"""What is booked for a further document of somebody is booked for that person."""

from django.db import migrations

LEAD = """
CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON booking_appointment
  FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION identity_stands();
CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON booking_waiting
  FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION identity_stands();
CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON booking_hold
  FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION identity_stands();
"""
UNDO = """
DROP TRIGGER it_is_for_the_entry_that_stands ON booking_appointment;
DROP TRIGGER it_is_for_the_entry_that_stands ON booking_waiting;
DROP TRIGGER it_is_for_the_entry_that_stands ON booking_hold;
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0008_earlier_places"), ("identity", "0006_further_documents")]
    operations = [migrations.RunSQL(LEAD, UNDO)]
