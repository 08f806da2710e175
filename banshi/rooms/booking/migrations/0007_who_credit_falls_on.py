"""Credit falls on who booked, a visit counts once, and nobody is booked at two places at a time."""

import django.contrib.postgres.constraints
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

HOLDER = """
CASE WHEN a.account_id IS NOT NULL THEN 'account:' || a.account_id
  WHEN a.booked_by LIKE 'citizen:%' THEN 'account:' || substr(a.booked_by, 9)
  WHEN a.booked_by LIKE 'channel:%' THEN 'key:' || substr(a.booked_by, 9)
  WHEN a.booked_by LIKE 'staff:%' THEN 'staff' ELSE left(a.booked_by, 40) END
"""
# All that was booked so far was only declared: strikes move from the person to who booked.
ENTRIES = f"""
UPDATE booking_ledger_entry e
SET party = CASE WHEN x.holder LIKE 'account:%' THEN x.holder ELSE x.holder || '/' || e.person_id END,
  visit = CASE WHEN x.nth = 1 THEN x.visit ELSE '' END,
  forgiven_at = CASE WHEN x.nth > 1 AND e.forgiven_at IS NULL THEN e.at ELSE e.forgiven_at END,
  forgiven_by = CASE WHEN x.nth > 1 AND e.forgiven_at IS NULL THEN 'system' ELSE e.forgiven_by END,
  forgiven_why = CASE WHEN x.nth > 1 AND e.forgiven_at IS NULL THEN '一次到访只记一次 · one visit counts once'
    ELSE e.forgiven_why END
FROM (
  SELECT e.id, COALESCE(NULLIF(a.holder, ''), {HOLDER}) AS holder, COALESCE(NULLIF(a.visit_group, ''), a.code) AS visit,
    row_number() OVER (PARTITION BY COALESCE(NULLIF(a.visit_group, ''), a.code), e.kind ORDER BY e.id) AS nth
  FROM booking_ledger_entry e JOIN booking_appointment a ON a.id = e.appointment_id
) x WHERE x.id = e.id
"""
# A suspension goes with the last strike it rests on; what the hall decided stays with the person.
SUSPENSIONS = """
UPDATE booking_suspension s SET party = COALESCE(
  (SELECT e.party FROM booking_ledger_entry e WHERE e.used_by_id = s.id AND s.reason <> 'manual'
   ORDER BY e."on" DESC, e.id DESC LIMIT 1), 'person:' || s.person_id)
"""
# One that rests on a visit counted twice, or on strikes of several who booked, no longer stands.
LIFT = """
UPDATE booking_suspension s SET lifted_at = s.made_at, lifted_by = 'system', lifted_why = 'counted anew'
WHERE s.lifted_at IS NULL AND s.reason <> 'manual' AND EXISTS (
  SELECT 1 FROM booking_ledger_entry e WHERE e.used_by_id = s.id AND (e.forgiven_at IS NOT NULL OR e.party <> s.party))
"""
# Halls of one city share their credit where the scope is the region.
SCOPES = """
UPDATE {table} t SET scope = c.code FROM places_region r, places_region c
WHERE t.scope = r.code AND c.level = 'city' AND starts_with(r.path, c.path) AND r.code <> c.code
"""
# Who is booked at two places already stays so.
OVERLAPS = """
UPDATE booking_appointment b SET limit_key = left('kept:' || b.id, 40) FROM booking_appointment a
WHERE a.state IN ('booked', 'checked_in') AND b.state IN ('booked', 'checked_in') AND a.id < b.id
  AND a.person_id = b.person_id AND a.limit_key = b.limit_key AND (a.visit_group = '' OR a.visit_group <> b.visit_group)
  AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
"""


def carry(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in (ENTRIES, SUSPENSIONS, LIFT):
            cursor.execute(statement)
        for table in ("booking_ledger_entry", "booking_suspension"):
            cursor.execute(SCOPES.format(table=table))
        cursor.execute(OVERLAPS)



class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0006_opening_asked'),
        ('catalogue', '0002_words_people_say'),
        ('identity', '0003_names_and_phones'),
        ('places', '0002_preferred_categories'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.AddField(
            model_name='appointment',
            name='disowned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='party',
            field=models.CharField(db_default='', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='visit',
            field=models.CharField(db_default='', default='', max_length=16),
        ),
        migrations.AddField(
            model_name='suspension',
            name='party',
            field=models.CharField(db_default='', default='', max_length=60),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['party', 'scope'], name='ledger_by_party'),
        ),
        migrations.AddIndex(
            model_name='suspension',
            index=models.Index(condition=models.Q(('lifted_at', None)), fields=['party', 'scope'], name='suspensions_by_party'),
        ),
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state__in', ['booked', 'checked_in'])), expressions=[('person', '='), (models.Func('limit_key', function='hashtext', output_field=models.IntegerField()), '='), (models.Func(models.Case(models.When(then='code', visit_group=''), default='visit_group'), function='hashtext', output_field=models.IntegerField()), '<>'), (models.Func('starts_at', 'ends_at', function='tstzrange', output_field=models.TextField()), '&&')], name='nobody_is_at_two_places_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.UniqueConstraint(condition=models.Q(('visit', ''), _negated=True), fields=('visit', 'kind'), name='one_ledger_entry_per_visit_and_kind'),
        ),
    ]
