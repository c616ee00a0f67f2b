from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.utils import timezone


def ask_of_those_to_come(apps: Any, schema_editor: Any) -> None:
    """What is promised for today or later is asked of; what is past already is not dug up."""
    Commitment = apps.get_model("followups", "Commitment")
    for commitment in Commitment.objects.prefetch_related("versions"):
        last = max(commitment.versions.all(), key=lambda version: version.n, default=None)
        if last and last.state == "promised" and last.due_on >= timezone.now().date():
            Commitment.objects.filter(pk=commitment.pk).update(asks_on=last.due_on)


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0005_plan_thresholds_and_contact"),
        ("followups", "0005_writing_together"),
    ]

    operations = [
        migrations.AddField(
            model_name="commitment",
            name="asks_on",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(
                condition=models.Q(("asks_on__isnull", False)),
                fields=["asks_on"],
                name="commitment_due",
            ),
        ),
        migrations.RunPython(ask_of_those_to_come, migrations.RunPython.noop),
    ]
