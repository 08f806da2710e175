"""A second folder of a case follows the main one until it is put into it; when originals went back, and why so early.

A folder follows one of its own case that is open and follows none; it stops following only by leading itself, and none ends while
another follows it: whatever two people do at the same instant.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FOLLOWS = """
CREATE FUNCTION delivery_folder_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE led delivery_folder;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.follows_id IS NOT DISTINCT FROM OLD.follows_id AND NEW.case_id = OLD.case_id THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.follows_id IS NULL OR NEW.follows_id IS NOT NULL OR NEW.case_id <> OLD.case_id) THEN
    RAISE EXCEPTION 'which folder another follows stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.follows_id IS NULL THEN
    RETURN NEW;
  END IF;
  SELECT * INTO led FROM delivery_folder WHERE id = NEW.follows_id FOR SHARE;
  IF led.case_id IS DISTINCT FROM NEW.case_id OR led.follows_id IS NOT NULL OR led.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'a folder follows an open main folder of its own case' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_folder_follows_one_of_its_case BEFORE INSERT OR UPDATE ON delivery_folder
  FOR EACH ROW EXECUTE FUNCTION delivery_folder_follows();
CREATE FUNCTION delivery_folder_is_not_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM delivery_folder WHERE follows_id = NEW.id AND ended_at IS NULL) THEN
    RAISE EXCEPTION 'a folder that another follows has not ended' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER a_folder_that_is_followed_goes_on AFTER UPDATE ON delivery_folder
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL) EXECUTE FUNCTION delivery_folder_is_not_left();
"""
LET_GO = """
DROP TRIGGER a_folder_that_is_followed_goes_on ON delivery_folder;
DROP FUNCTION delivery_folder_is_not_left();
DROP TRIGGER a_folder_follows_one_of_its_case ON delivery_folder;
DROP FUNCTION delivery_folder_follows();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0039_pinned_type_and_provisional_law'),
        ('delivery', '0013_codes_of_others'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='foldermove',
            name='a_folder_moves_to_a_known_place',
        ),
        migrations.RemoveConstraint(
            model_name='foldermove',
            name='a_folder_is_moved_in_a_known_way',
        ),
        migrations.RemoveConstraint(
            model_name='paperfolder',
            name='a_case_has_one_folder_of_papers',
        ),
        migrations.RemoveConstraint(
            model_name='paperfolder',
            name='a_folder_is_at_one_place',
        ),
        migrations.RemoveConstraint(
            model_name='paperfolder',
            name='a_folder_that_went_back_has_ended',
        ),
        migrations.AddField(
            model_name='foldermove',
            name='why',
            field=models.CharField(default='', max_length=8),
        ),
        migrations.AddField(
            model_name='folderpaper',
            name='back_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='paperfolder',
            name='follows',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='delivery.paperfolder'),
        ),
        migrations.AddConstraint(
            model_name='foldermove',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', ('tray', 'shelf', 'person', 'sent', 'archive', 'back', 'joined'))), name='a_folder_moves_to_a_known_place'),
        ),
        migrations.AddConstraint(
            model_name='foldermove',
            constraint=models.CheckConstraint(condition=models.Q(('deed__in', ('made', 'follows', 'received', 'added', 'put', 'taken', 'sent', 'signed', 'refused', 'gave', 'joined', 'archived'))), name='a_folder_is_moved_in_a_known_way'),
        ),
        migrations.AddConstraint(
            model_name='foldermove',
            constraint=models.CheckConstraint(condition=models.Q(('why', ''), models.Q(('deed', 'gave'), ('why__in', ('compared', 'needed', 'replaced', 'mistake'))), _connector='OR'), name='originals_go_back_early_for_a_known_reason'),
        ),
        migrations.AddConstraint(
            model_name='folderpaper',
            constraint=models.CheckConstraint(condition=models.Q(('back_at', None), ('back__gt', 0), _connector='OR'), name='what_went_back_went_some_time'),
        ),
        migrations.AddConstraint(
            model_name='paperfolder',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('follows', None)), fields=('case',), name='a_case_has_one_folder_of_papers'),
        ),
        migrations.AddConstraint(
            model_name='paperfolder',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('follows__isnull', False)), fields=('case',), name='one_folder_follows_that_of_a_case'),
        ),
        migrations.AddConstraint(
            model_name='paperfolder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('holder', None), ('place__in', ['tray', 'shelf', 'archive', 'joined']), models.Q(('spot', ''), _negated=True)), models.Q(('holder__isnull', False), ('place', 'person'), ('spot', '')), models.Q(('holder', None), ('place__in', ['sent', 'back']), ('spot', '')), _connector='OR'), name='a_folder_is_at_one_place'),
        ),
        migrations.AddConstraint(
            model_name='paperfolder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('place__in', ['back', 'joined'])), models.Q(models.Q(('place__in', ['back', 'joined']), _negated=True), ('ended_at', None)), _connector='OR'), name='a_folder_that_went_back_has_ended'),
        ),
        migrations.AddConstraint(
            model_name='paperfolder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('place', 'joined'), _negated=True), ('follows__isnull', False), _connector='OR'), name='a_folder_is_put_into_the_one_it_follows'),
        ),
        migrations.RunSQL(FOLLOWS, LET_GO),
    ]
