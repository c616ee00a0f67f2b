import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def without_names(apps, schema_editor):
    """The name of who took a mail back stood in the reason, untranslated and for ever."""
    apps.get_model("outbox", "Message").objects.filter(
        state="cancelled", reason__startswith="taken back by "
    ).update(reason="taken back by hand")


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0004_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="taken_back_by",
            field=models.ForeignKey(
                help_text="Who took it back by hand.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(without_names, migrations.RunPython.noop),
    ]
