"""Places that are counted: rounds, and the cases in them. A trigger counts what is taken; a draw is never written twice."""

import banshi.foundation.crypto
import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models


GUARD = """
CREATE FUNCTION cases_quota_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was integer := CASE WHEN TG_OP <> 'INSERT' AND OLD.state IN ('drawn', 'holds') THEN 1 ELSE 0 END;
  is_ integer := CASE WHEN TG_OP <> 'DELETE' AND NEW.state IN ('drawn', 'holds') THEN 1 ELSE 0 END;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.round_id <> NEW.round_id THEN
    RAISE EXCEPTION 'a case changes its round by another entry' USING ERRCODE = 'check_violation';
  END IF;
  IF is_ <> was THEN
    UPDATE cases_quota_round SET taken = taken + is_ - was
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.round_id ELSE NEW.round_id END;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER places_are_counted AFTER INSERT OR DELETE OR UPDATE OF state, round_id ON cases_quota_entry
  FOR EACH ROW EXECUTE FUNCTION cases_quota_counted();

CREATE FUNCTION cases_quota_round_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.item_id, NEW.year, NEW.number, NEW."by", NEW.places, NEW.opens_on, NEW.closes_on, NEW.asked_by)
     IS DISTINCT FROM (OLD.item_id, OLD.year, OLD.number, OLD."by", OLD.places, OLD.opens_on, OLD.closes_on, OLD.asked_by)
     OR NEW.draw_on IS DISTINCT FROM OLD.draw_on
     OR (OLD.published_at IS NOT NULL AND (NEW.published_at, NEW.published_by) IS DISTINCT FROM (OLD.published_at, OLD.published_by)) THEN
    RAISE EXCEPTION 'a round stays as it was proposed and published' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.closed_by, NEW.commitment, NEW.list_hash, NEW.seed, NEW.entrants)
     IS DISTINCT FROM (OLD.closed_at, OLD.closed_by, OLD.commitment, OLD.list_hash, OLD.seed, OLD.entrants) THEN
    RAISE EXCEPTION 'a closed list and its seed stay as they are' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.drawn_at IS NOT NULL AND (NEW.drawn_at, NEW.drawn_by) IS DISTINCT FROM (OLD.drawn_at, OLD.drawn_by) THEN
    RAISE EXCEPTION 'a round is drawn once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_round_is_published_and_drawn_once BEFORE UPDATE ON cases_quota_round
  FOR EACH ROW EXECUTE FUNCTION cases_quota_round_guard();

CREATE FUNCTION cases_quota_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number)
     OR (OLD.rank IS NOT NULL AND NEW.rank IS DISTINCT FROM OLD.rank) THEN
    RAISE EXCEPTION 'what the list and the draw said stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER what_the_draw_said_stays BEFORE UPDATE ON cases_quota_entry
  FOR EACH ROW EXECUTE FUNCTION cases_quota_entry_guard();
"""
UNGUARD = """
DROP TRIGGER what_the_draw_said_stays ON cases_quota_entry;
DROP FUNCTION cases_quota_entry_guard();
DROP TRIGGER a_round_is_published_and_drawn_once ON cases_quota_round;
DROP FUNCTION cases_quota_round_guard();
DROP TRIGGER places_are_counted ON cases_quota_entry;
DROP FUNCTION cases_quota_counted();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_fields_sent_back'),
        ('catalogue', '0014_checks_of_elements'),
    ]

    operations = [
        migrations.CreateModel(
            name='QuotaEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(db_default='waits', default='waits', max_length=8)),
                ('entered_at', models.DateTimeField()),
                ('number', models.IntegerField(null=True)),
                ('rank', models.IntegerField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'cases_quota_entry',
            },
        ),
        migrations.CreateModel(
            name='QuotaRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.SmallIntegerField()),
                ('number', models.SmallIntegerField()),
                ('by', models.CharField(max_length=8)),
                ('places', models.IntegerField()),
                ('taken', models.IntegerField(db_default=0, default=0)),
                ('opens_on', models.DateField()),
                ('closes_on', models.DateField()),
                ('draw_on', models.DateField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.CharField(max_length=60)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('published_by', models.CharField(db_default='', default='', max_length=60)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.CharField(db_default='', default='', max_length=60)),
                ('entrants', models.IntegerField(db_default=0, default=0)),
                ('list_hash', models.CharField(db_default='', default='', max_length=64)),
                ('commitment', models.CharField(db_default='', default='', max_length=64)),
                ('seed', banshi.foundation.crypto.EncryptedText(null=True)),
                ('drawn_at', models.DateTimeField(null=True)),
                ('drawn_by', models.CharField(db_default='', default='', max_length=60)),
            ],
            options={
                'db_table': 'cases_quota_round',
            },
        ),
        migrations.RemoveConstraint(
            model_name='rulerun',
            name='a_run_of_rules_says_why_a_person',
        ),
        migrations.AddConstraint(
            model_name='rulerun',
            constraint=models.CheckConstraint(condition=models.Q(('why__in', ['', 'off', 'seen', 'applicant', 'suspended', 'papers', 'rule', 'unclear', 'shadow', 'sampled', 'place', 'error'])), name='a_run_of_rules_says_why_a_person'),
        ),
        migrations.AddField(
            model_name='quotaentry',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quota_entries', to='cases.case'),
        ),
        migrations.AddField(
            model_name='quotaround',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quota_rounds', to='catalogue.item'),
        ),
        migrations.AddField(
            model_name='quotaentry',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='cases.quotaround'),
        ),
        migrations.AddIndex(
            model_name='quotaround',
            index=models.Index(fields=['item', '-opens_on'], name='rounds_of_an_item'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.CheckConstraint(condition=models.Q(('taken__gte', 0), ('taken__lte', models.F('places'))), name='no_more_is_granted_than_places'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.CheckConstraint(condition=models.Q(('places__gte', 1)), name='a_round_has_places'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.CheckConstraint(condition=models.Q(('closes_on__gte', models.F('opens_on'))), name='a_round_closes_after_it_opens'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by', 'order'), ('draw_on', None)), models.Q(('by', 'draw'), ('draw_on__gt', models.F('closes_on'))), _connector='OR'), name='a_draw_comes_after_its_round'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.UniqueConstraint(fields=('item', 'year', 'number'), name='one_round_a_number_in_a_year'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None), ('published_at', None)), fields=('item',), name='one_round_is_proposed_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('published_at__isnull', False)), expressions=[('item', '='), (models.Func('opens_on', 'closes_on', models.Value('[]'), function='daterange', output_field=models.TextField()), '&&')], name='rounds_of_an_item_do_not_overlap'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('published_by', '')), models.Q(('dropped_at', None), ('published_at__isnull', False), ('published_by__gt', ''), models.Q(('published_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='another_person_publishes_a_round'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', ''), ('commitment', ''), ('list_hash', ''), ('seed', None)), models.Q(('by', 'draw'), ('closed_at__isnull', False), ('closed_by__gt', ''), ('commitment__gt', ''), ('list_hash__gt', ''), ('published_at__isnull', False), ('seed__isnull', False)), _connector='OR'), name='a_closed_list_is_committed_to_a_seed'),
        ),
        migrations.AddConstraint(
            model_name='quotaround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('drawn_at', None), ('drawn_by', '')), models.Q(('closed_at__isnull', False), ('drawn_at__isnull', False), ('drawn_by__gt', ''), models.Q(('drawn_by', models.F('closed_by')), _negated=True)), _connector='OR'), name='another_person_draws'),
        ),
        migrations.AddIndex(
            model_name='quotaentry',
            index=models.Index(fields=['round', 'state', 'case'], name='who_waits_in_a_round'),
        ),
        migrations.AddConstraint(
            model_name='quotaentry',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waits', 'drawn', 'missed', 'holds', 'out'])), name='a_case_in_a_round_stands_somewhere'),
        ),
        migrations.AddConstraint(
            model_name='quotaentry',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['waits', 'drawn', 'holds'])), fields=('case',), name='a_case_is_in_one_round_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='quotaentry',
            constraint=models.UniqueConstraint(fields=('round', 'case'), name='a_case_is_once_in_a_round'),
        ),
        migrations.AddConstraint(
            model_name='quotaentry',
            constraint=models.UniqueConstraint(fields=('round', 'number'), name='a_number_of_a_round_is_one_case'),
        ),
        migrations.AddConstraint(
            model_name='quotaentry',
            constraint=models.UniqueConstraint(fields=('round', 'rank'), name='a_rank_of_a_draw_is_one_case'),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
