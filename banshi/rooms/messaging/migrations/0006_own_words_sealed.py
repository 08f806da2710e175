"""What people wrote in their own words – reasons, answers – leaves the parameters of messages and is sealed."""

import json

import banshi.foundation.crypto
from banshi.foundation.crypto import decrypt, encrypt, words_sealed
from django.db import migrations

OWN = "ARRAY['reason', 'reason_zh', 'reason_en', 'answer', 'text']"
PLACE = "messaging_message.sealed"
FOUND = f"""
SELECT id, state, params, sealed, text FROM messaging_message
WHERE id > %s AND params ?| {OWN} ORDER BY id LIMIT 5000
"""
KEEP = f"""
UPDATE messaging_message m SET params = m.params - {OWN}, sealed = x.sealed, text = x.said
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS x(id, sealed, said) WHERE m.id = x.id
"""
NAMES = ("reason", "reason_zh", "reason_en", "answer", "text")


def seal(apps, editor):
    last = 0
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(FOUND, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            cursor.execute(KEEP, [list(column) for column in zip(*map(_sealed_anew, rows))])


def _sealed_anew(row):
    id_, state, params, sealed, text = row
    params = json.loads(params) if isinstance(params, str) else params
    if state not in ("sent", "dropped"):  # they still go out, or may be sent again
        own = {name: params[name] for name in NAMES if name in params}
        more = json.loads(decrypt(sealed, place=PLACE)) if sealed else {}
        sealed = encrypt(json.dumps(own | more, ensure_ascii=False), place=PLACE)
    return id_, sealed, words_sealed(text, place="messaging_message.text")


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_urgent_keys_of_the_line")]

    operations = [
        migrations.AlterField("message", "text", banshi.foundation.crypto.FreeText(db_default="", default="")),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
