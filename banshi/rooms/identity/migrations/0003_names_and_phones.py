"""Names are compared folded; telephone numbers that were only declared leave the person (bookings keep them)."""

from banshi.foundation.crypto import blind_index, decrypt, encrypt
from banshi.kernel.names import fold
from django.db import migrations

PEOPLE = "SELECT id, name FROM identity_person WHERE id > %s ORDER BY id LIMIT 5000"
FOLD = """
UPDATE identity_person p SET name_index = x.name_index
FROM unnest(%s::bigint[], %s::text[]) AS x(id, name_index) WHERE p.id = x.id AND p.name_index <> x.name_index
"""
MINE = """
SELECT a.id, p.name FROM identity_account_person a JOIN identity_person p ON p.id = a.person_id
WHERE a.id > %s ORDER BY a.id LIMIT 5000
"""
TYPED = """
UPDATE identity_account_person a SET name = x.name FROM unnest(%s::bigint[], %s::text[]) AS x(id, name) WHERE a.id = x.id
"""


def refold(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for rows in _batches(cursor, PEOPLE):
            indexes = [blind_index(fold(name), purpose="name") for _, name in rows]
            cursor.execute(FOLD, [[id_ for id_, _ in rows], indexes])
        for rows in _batches(cursor, MINE):
            names = [encrypt(name, place="identity_account_person.name") for _, name in rows]
            cursor.execute(TYPED, [[id_ for id_, _ in rows], names])
        cursor.execute("UPDATE identity_person SET phone = NULL, phone_index = NULL WHERE phone IS NOT NULL")


def _batches(cursor, sql):
    last = 0
    while True:
        cursor.execute(sql, [last])
        rows = [(id_, decrypt(name, place="identity_person.name")) for id_, name in cursor.fetchall()]
        if not rows:
            return
        last = rows[-1][0]
        yield rows


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_evidence"), ("booking", "0003_evidence")]

    operations = [migrations.RunPython(refold, migrations.RunPython.noop)]
