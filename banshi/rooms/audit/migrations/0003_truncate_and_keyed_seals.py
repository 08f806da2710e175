"""The trail is not emptied either, and each seal says how its entries are hashed: those there are plain."""

from django.db import migrations, models

FORWARD = """
CREATE TRIGGER audit_entry_is_not_emptied BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_seal_is_not_emptied BEFORE TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
"""
BACKWARD = """
DROP TRIGGER audit_entry_is_not_emptied ON audit_entry;
DROP TRIGGER audit_seal_is_not_emptied ON audit_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_seal")]

    operations = [
        migrations.AddField("seal", "version", models.SmallIntegerField(default=1)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
