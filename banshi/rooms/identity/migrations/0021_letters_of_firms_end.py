"""Letters to fetch a firm's result were written down as if its member had given them: whoever held one could act for that member
in their own matters. They end.
"""

from django.db import migrations
from django.db.models.functions import Now

from banshi.kernel.names import same


def end(apps, schema_editor):
    """A standing letter of somebody who acts, or acted, for an organisation, in the name of somebody else: of a member whose
    name was spelled otherwise one ends too much, which can be shown again."""
    letters = apps.get_model("identity", "PaperMandate").objects
    members = apps.get_model("identity", "OrganisationMember").objects
    standing = letters.filter(ended_at=None, person_id__in=members.values("person_id"))
    for row in standing.select_related("person").order_by("id"):
        if not same(row.client, row.person.name):
            letters.filter(pk=row.pk).update(ended_at=Now(), ended_by="system")


class Migration(migrations.Migration):
    dependencies = [("identity", "0019_letters")]

    operations = [migrations.RunPython(end, migrations.RunPython.noop)]
