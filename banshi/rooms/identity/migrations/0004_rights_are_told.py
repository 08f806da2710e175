"""Whoever changes a key, a role or whether somebody works here: every web process hears of it at once, on commit."""

from django.db import migrations

TELL = """
CREATE FUNCTION identity_tell_rights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('banshi_live', '0 * rights');
  RETURN NULL;
END $$;
CREATE TRIGGER rights_of_keys_are_told AFTER UPDATE OR DELETE ON identity_api_key
  FOR EACH STATEMENT EXECUTE FUNCTION identity_tell_rights();
CREATE TRIGGER rights_of_roles_are_told AFTER INSERT OR UPDATE OR DELETE ON identity_role
  FOR EACH STATEMENT EXECUTE FUNCTION identity_tell_rights();
CREATE TRIGGER rights_of_staff_are_told AFTER UPDATE OF is_active ON identity_staff
  FOR EACH STATEMENT EXECUTE FUNCTION identity_tell_rights();
"""
QUIET = """
DROP TRIGGER rights_of_keys_are_told ON identity_api_key;
DROP TRIGGER rights_of_roles_are_told ON identity_role;
DROP TRIGGER rights_of_staff_are_told ON identity_staff;
DROP FUNCTION identity_tell_rights();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_names_and_phones")]
    operations = [migrations.RunSQL(TELL, QUIET)]
