"""What is sealed is noise: to compress it costs time and saves nothing. A part that has come stands until the whole goes."""

from django.db import migrations

FORWARD = """
ALTER TABLE library_upload_part ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TRIGGER a_part_that_came_stands BEFORE UPDATE ON library_upload_part FOR EACH ROW EXECUTE FUNCTION library_stands();
"""
BACKWARD = """
DROP TRIGGER a_part_that_came_stands ON library_upload_part;
ALTER TABLE library_upload_part ALTER COLUMN body SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [("library", "0003_uploads")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
