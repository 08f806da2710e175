"""Two documents of one person: the further entry leads to the one that stands. Whoever books for it books for that one."""

import django.db.models.deletion
from django.db import migrations, models

# The lock makes whoever books and whoever joins two entries meet: the booking is moved along, or lands where it belongs.
STANDS = """
CREATE FUNCTION identity_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands bigint;
BEGIN
  SELECT same_as_id INTO stands FROM identity_person WHERE id = NEW.person_id FOR KEY SHARE;
  IF stands IS NOT NULL THEN
    NEW.person_id := stands;
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_password_to_be_changed")]

    operations = [
        migrations.AddField(
            "person",
            "same_as",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="identity.person",
            ),
        ),
        migrations.AddConstraint(
            "person",
            models.CheckConstraint(
                condition=models.Q(same_as=None) | ~models.Q(same_as=models.F("id")),
                name="nobody_is_a_further_document_of_themselves",
            ),
        ),
        migrations.RunSQL(STANDS, "DROP FUNCTION identity_stands()"),
    ]
