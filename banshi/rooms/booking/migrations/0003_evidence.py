"""Bookings keep who booked, the name as declared and where their messages go; limits count by holder."""

import banshi.foundation.crypto
from banshi.foundation.crypto import blind_index, decrypt, encrypt
from banshi.kernel.names import fold
from django.db import migrations, models

LIVE = """
SELECT a.id, p.name, p.phone, p.phone_index FROM booking_appointment a JOIN identity_person p ON p.id = a.person_id
WHERE a.state IN ('booked', 'checked_in') AND a.id > %s ORDER BY a.id LIMIT 5000
"""
KEEP = """
UPDATE booking_appointment a SET name = x.name, name_index = x.name_index, contact = x.contact,
  contact_index = x.contact_index
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS x(id, name, name_index, contact, contact_index)
WHERE a.id = x.id
"""
HOLDER = """
CASE WHEN account_id IS NOT NULL THEN 'account:' || account_id
  WHEN booked_by LIKE 'citizen:%%' THEN 'account:' || substr(booked_by, 9)
  WHEN booked_by LIKE 'channel:%%' THEN 'key:' || substr(booked_by, 9)
  WHEN booked_by LIKE 'staff:%%' THEN 'staff' ELSE left(booked_by, 40) END
"""


def keep(apps, schema_editor):
    """What is live and still to come keeps the name and number it was booked with: all of it was only declared."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE booking_appointment SET holder = " + HOLDER + ", limit_key = " + HOLDER
            + " WHERE state IN ('booked', 'checked_in')"
        )
        cursor.execute(
            "UPDATE booking_waiting SET limit_key = 'account:' || account_id"
            " WHERE account_id IS NOT NULL AND state IN ('waiting', 'offered')"
        )
        last = 0
        while True:
            cursor.execute(LIVE, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            cursor.execute(KEEP, [list(column) for column in zip(*map(_sealed_anew, rows))])


def _sealed_anew(row):
    id_, name, phone, phone_index = row
    name = decrypt(name, place="identity_person.name")
    phone = decrypt(phone, place="identity_person.phone") if phone else None
    return (
        id_,
        encrypt(name, place="booking_appointment.name"),
        blind_index(fold(name), purpose="name"),
        encrypt(phone, place="booking_appointment.contact") if phone else None,
        phone_index if phone else "",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0002_fewer_indexes_on_appointments'),
        ('catalogue', '0001_initial'),
        ('identity', '0002_evidence'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='appointment',
            name='one_live_appointment_per_person_business_half_day',
        ),
        migrations.RemoveConstraint(
            model_name='waiting',
            name='a_person_waits_once_per_business_and_day',
        ),
        migrations.AddField(
            model_name='appointment',
            name='contact',
            field=banshi.foundation.crypto.EncryptedText(null=True),
        ),
        migrations.AddField(
            model_name='appointment',
            name='contact_index',
            field=models.CharField(db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='appointment',
            name='evidence',
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='appointment',
            name='holder',
            field=models.CharField(db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='appointment',
            name='limit_key',
            field=models.CharField(db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='appointment',
            name='name',
            field=banshi.foundation.crypto.EncryptedText(null=True),
        ),
        migrations.AddField(
            model_name='appointment',
            name='name_index',
            field=models.CharField(db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='waiting',
            name='limit_key',
            field=models.CharField(db_default='', default='', max_length=40),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('contact_index', ''), _negated=True), fields=['contact_index'], name='appointments_by_contact'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(condition=models.Q(('exempt', False), ('state__in', ['booked', 'checked_in'])), fields=('person', 'limit_key', 'hall', 'business', 'day', 'half'), name='one_live_appointment_per_person_business_half_day'),
        ),
        migrations.AddConstraint(
            model_name='waiting',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'offered'])), fields=('hall', 'business', 'day', 'person', 'limit_key'), name='a_person_waits_once_per_business_and_day'),
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
