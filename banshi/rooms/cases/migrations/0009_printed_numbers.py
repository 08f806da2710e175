"""文号: the number that stands on a paper is kept beside its key, so that who holds one compares like with like."""

from django.db import migrations, models

PRINTED = """
UPDATE cases_paper p SET printed = left(h.name_zh, 120) || coalesce(marks.mark, '') || '〔' || split_part(
  right(p.number, length(p.number) - length(h.code) - 1), '-', 1) || '〕' || p.serial || ' 号'
FROM cases_case c
JOIN places_hall h ON h.id = c.hall_id, (VALUES
  ('submission_receipt', '申报'), ('pre_review_opinion', '预审'), ('receipt', '接收'), ('one_time_notice', '补正'),
  ('supplement_receipt', '补收'), ('non_acceptance', '不受'), ('acceptance', '受理'), ('handover_slip', '流转'),
  ('special_procedure', '特程'), ('extension', '延期'), ('grant', '批准'), ('rule_trace', '规则'), ('refusal', '不批'),
  ('payment_notice', '缴费'), ('fee_receipt', '收据'), ('pickup_notice', '领取'), ('delivery_receipt', '送达'),
  ('withdrawal', '撤回'), ('termination', '终止'), ('licence', '证照')
) AS marks (kind, mark)
WHERE c.id = p.case_id AND marks.kind = p.kind
"""
GUARD = """
CREATE OR REPLACE FUNCTION cases_paper_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.number, OLD.kind, OLD.facts, OLD.code, OLD.case_id, OLD.event_id, OLD.made_at{more_old})
     IS DISTINCT FROM (NEW.number, NEW.kind, NEW.facts, NEW.code, NEW.case_id, NEW.event_id, NEW.made_at{more_new})
     OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id) THEN
    RAISE EXCEPTION 'what was given in writing stands' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [("cases", "0008_bundles")]

    operations = [
        migrations.AddField("casepaper", "printed", models.CharField(max_length=160, default="")),
        migrations.RunSQL(PRINTED, migrations.RunSQL.noop),
        migrations.AlterField("casepaper", "printed", models.CharField(max_length=160)),
        migrations.RunSQL(
            GUARD.format(more_old=", OLD.printed", more_new=", NEW.printed"), GUARD.format(more_old="", more_new="")
        ),
    ]
