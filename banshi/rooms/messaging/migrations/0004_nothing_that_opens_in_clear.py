import json

import banshi.foundation.crypto
from banshi.foundation.crypto import encrypt
from django.db import migrations

# Whoever reads these rows could have acted as the person: the links of appointments, and codes.
SHORTEN = r"""
UPDATE messaging_message SET text = regexp_replace(text, 'https?://[!-~]+', '…', 'g') WHERE text LIKE '%?k=%'
"""
BLANK = """
UPDATE messaging_message SET text = CASE text WHEN '' THEN '' ELSE '验证码 ******。别告诉任何人。' END, params = '{}'
WHERE key = 'code' AND state <> 'due'
"""


def seal_codes(apps, editor):
    """Codes that still wait to go out."""
    message = apps.get_model("messaging", "Message")
    for row in message.objects.filter(key="code", state="due").defer("to").order_by("id"):
        sealed = encrypt(json.dumps({"code": row.params["code"]}), place="messaging_message.sealed") if row.params else None
        with editor.connection.cursor() as cursor:
            cursor.execute("UPDATE messaging_message SET sealed = %s, params = '{}' WHERE id = %s", [sealed, row.pk])


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_last_moments")]

    operations = [
        migrations.AddField("message", "sealed", banshi.foundation.crypto.EncryptedText(null=True)),
        migrations.AddField("message", "said", banshi.foundation.crypto.EncryptedText(null=True)),
        migrations.RunSQL(SHORTEN, migrations.RunSQL.noop),
        migrations.RunSQL(BLANK, migrations.RunSQL.noop),
        migrations.RunPython(seal_codes, migrations.RunPython.noop),
    ]
