from django.db import migrations


def without_names(apps, schema_editor):
    """The name of who took a mail back stood in the reason, untranslated and for ever."""
    apps.get_model("outbox", "Message").objects.filter(
        state="cancelled", reason__startswith="taken back by "
    ).update(reason="taken back by hand")


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0005_taken_back_by"),
    ]

    operations = [
        migrations.RunPython(without_names, migrations.RunPython.noop),
    ]
