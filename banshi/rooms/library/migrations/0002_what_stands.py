"""What is sealed is noise: to compress it costs time and saves nothing. And what was put in stands, also for whoever comes by
SQL: content and versions as they came, but for what is found out about viruses; a certificate until it ends; a use for ever.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE library_blob_part ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE FUNCTION library_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the library stands: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_blob_stands BEFORE UPDATE ON library_blob FOR EACH ROW EXECUTE FUNCTION library_stands();
CREATE TRIGGER a_part_stands BEFORE UPDATE ON library_blob_part FOR EACH ROW EXECUTE FUNCTION library_stands();
CREATE TRIGGER a_version_stands BEFORE UPDATE ON library_document_version FOR EACH ROW
  WHEN (OLD.scan = 'rejected'
    OR to_jsonb(NEW) - '{scan,reason}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{scan,reason}'::text[])
  EXECUTE FUNCTION library_stands();
CREATE TRIGGER a_certificate_stands BEFORE UPDATE ON library_certificate FOR EACH ROW
  WHEN (OLD.status = 'ended' OR to_jsonb(NEW) - '{status,ended_at,ended_by}'::text[]
    IS DISTINCT FROM to_jsonb(OLD) - '{status,ended_at,ended_by}'::text[])
  EXECUTE FUNCTION library_stands();
CREATE TRIGGER a_use_stands BEFORE UPDATE OR DELETE ON library_certificate_use
  FOR EACH ROW EXECUTE FUNCTION library_stands();
CREATE TRIGGER a_fact_stands BEFORE UPDATE ON library_fact FOR EACH ROW EXECUTE FUNCTION library_stands();
"""
BACKWARD = """
DROP TRIGGER a_blob_stands ON library_blob;
DROP TRIGGER a_part_stands ON library_blob_part;
DROP TRIGGER a_version_stands ON library_document_version;
DROP TRIGGER a_certificate_stands ON library_certificate;
DROP TRIGGER a_use_stands ON library_certificate_use;
DROP TRIGGER a_fact_stands ON library_fact;
DROP FUNCTION library_stands();
ALTER TABLE library_blob_part ALTER COLUMN body SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
