"""Numbers of enquiries come from a sequence: it waits for nobody."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("consulting", "0001_initial")]

    operations = [migrations.RunSQL("CREATE SEQUENCE consulting_number", "DROP SEQUENCE consulting_number")]
