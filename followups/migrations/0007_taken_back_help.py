import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


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
    ]
