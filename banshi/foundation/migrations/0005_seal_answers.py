"""Answers kept for a day are sealed, and the keys and bodies they belong to become blind indexes."""

from django.db import migrations

from banshi.foundation.crypto import blind_index, encrypt

PLACE = "foundation_idempotency_key.answer"
AT_ONCE = 1000


def seal(apps, _schema_editor):
    rows = apps.get_model("foundation", "IdempotencyKey").objects
    batch = []
    for row in rows.order_by("id").iterator(chunk_size=AT_ONCE):
        row.key = blind_index(row.key, purpose="idempotency-key")
        row.body_hash = blind_index(row.body_hash, purpose="idempotency-body")
        if row.answer is not None:
            row.answer = encrypt(bytes(row.answer).decode(), place=PLACE).encode()
        batch.append(row)
        if len(batch) == AT_ONCE:
            rows.bulk_update(batch, ["key", "body_hash", "answer"])
            batch.clear()
    rows.bulk_update(batch, ["key", "body_hash", "answer"])


class Migration(migrations.Migration):
    dependencies = [("foundation", "0004_heartbeat_per_duty")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
