"""A case is found by the telephone left with it (a blind index); whoever waits for its result is called to a window."""

from django.db import migrations, models

from banshi.foundation.crypto import blind_index, decrypt

SOME = "SELECT id, contact FROM cases_case WHERE contact IS NOT NULL AND id > %s ORDER BY id LIMIT 5000"
KEEP = """
UPDATE cases_case c SET contact_index = x.contact_index FROM unnest(%s::bigint[], %s::text[]) AS x(id, contact_index)
WHERE c.id = x.id
"""


def index(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        last = 0
        while True:
            cursor.execute(SOME, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            found = [blind_index(decrypt(sealed, place="cases_case.contact"), purpose="phone") for _, sealed in rows]
            cursor.execute(KEEP, [[id_ for id_, _ in rows], found])


class Migration(migrations.Migration):

    dependencies = [("cases", "0017_guardian")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="contact_index",
            field=models.CharField(max_length=64, default="", db_default=""),
        ),
        migrations.AddField(
            model_name="case",
            name="called_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="called_to",
            field=models.CharField(max_length=10, default="", db_default=""),
        ),
        migrations.RunPython(index, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["contact_index"], name="cases_by_telephone", condition=~models.Q(contact_index="")
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["called_at"], name="cases_called_for", condition=models.Q(called_at__isnull=False)
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(called_at=None, called_to="")
                | (models.Q(called_at__isnull=False) & ~models.Q(called_to="")),
                name="who_is_called_for_a_result_is_called_to_a_window",
            ),
        ),
    ]
