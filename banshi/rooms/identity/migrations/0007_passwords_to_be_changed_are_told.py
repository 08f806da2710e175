"""A process hears at once that somebody's password must be changed, as it hears that they were deactivated."""

from django.db import migrations

TELL = """
DROP TRIGGER rights_of_staff_are_told ON identity_staff;
CREATE TRIGGER rights_of_staff_are_told AFTER UPDATE OF is_active, must_change_password ON identity_staff
  FOR EACH STATEMENT EXECUTE FUNCTION identity_tell_rights();
"""
BEFORE = """
DROP TRIGGER rights_of_staff_are_told ON identity_staff;
CREATE TRIGGER rights_of_staff_are_told AFTER UPDATE OF is_active ON identity_staff
  FOR EACH STATEMENT EXECUTE FUNCTION identity_tell_rights();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_further_documents")]
    operations = [migrations.RunSQL(TELL, BEFORE)]
