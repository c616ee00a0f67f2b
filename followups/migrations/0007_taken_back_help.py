import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def tell_what_answers_asked(apps, schema_editor):
    """Until now only the answer that asked first was known; later ones said the same by a draft."""
    Answer = apps.get_model("followups", "Answer")
    requests = apps.get_model("followups", "SupportRequest").objects.filter(answer__isnull=False)
    for request in requests.select_related("answer").order_by("answer__at", "pk"):
        first = request.answer
        Answer.objects.filter(check_in=first.check_in_id, at__gte=first.at).update(asked=request)


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0006_promises_due"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="supportmove", name="support_move_says_what"),
        migrations.RemoveConstraint(
            model_name="supportrequest", name="support_request_state_known"
        ),
        migrations.AddField(
            model_name="answer",
            name="asked",
            field=models.ForeignKey(
                help_text="The help it asks for: the same when an earlier answer asked so.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="asked_in",
                to="followups.supportrequest",
            ),
        ),
        migrations.AlterField(
            model_name="supportmove",
            name="kind",
            field=models.CharField(
                choices=[
                    ("routed", "Brought to"),
                    ("helped", "What was done"),
                    ("confirmed", "It helped"),
                    ("reopened", "Opened again"),
                    ("withdrawn", "Taken back"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="supportrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "open"),
                    ("helped", "helped"),
                    ("confirmed", "confirmed"),
                    ("withdrawn", "taken back"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="supportmove",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["routed", "confirmed"])
                | (Q(kind__in=["helped", "reopened", "withdrawn"]) & ~Q(note="")),
                name="support_move_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=Q(state__in=["open", "helped", "confirmed", "withdrawn"]),
                name="support_request_state_known",
            ),
        ),
        migrations.RunPython(tell_what_answers_asked, migrations.RunPython.noop),
    ]
