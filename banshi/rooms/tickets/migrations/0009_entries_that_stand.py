"""A number taken with a further document of somebody is that person's."""

from django.db import migrations

LEAD = """
CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON tickets_visit
  FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION identity_stands();
CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON tickets_ticket
  FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION identity_stands();
"""
UNDO = """
DROP TRIGGER it_is_for_the_entry_that_stands ON tickets_visit;
DROP TRIGGER it_is_for_the_entry_that_stands ON tickets_ticket;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_planned_desks"), ("identity", "0006_further_documents")]
    operations = [migrations.RunSQL(LEAD, UNDO)]
