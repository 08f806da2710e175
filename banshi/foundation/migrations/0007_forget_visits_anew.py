from django.db import migrations


class Migration(migrations.Migration):
    """More is forgotten with a visit than was: the days that are done go once more, a few at a time."""

    dependencies = [("foundation", "0006_watermarks")]

    operations = [
        migrations.RunSQL("DELETE FROM foundation_watermark WHERE name LIKE 'forget visits:%'", migrations.RunSQL.noop)
    ]
