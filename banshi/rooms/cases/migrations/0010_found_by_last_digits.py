"""A case is found by the last digits of its number without reading all of them."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("cases", "0009_printed_numbers")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX cases_by_end_of_number ON cases_case (reverse(no) text_pattern_ops)",
            "DROP INDEX cases_by_end_of_number",
        )
    ]
