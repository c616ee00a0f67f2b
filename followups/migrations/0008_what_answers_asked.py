from django.db import migrations


def tell_what_answers_asked(apps, schema_editor):
    """Until now only the answer that asked first was known; later ones said the same by a draft."""
    Answer = apps.get_model("followups", "Answer")
    requests = apps.get_model("followups", "SupportRequest").objects.filter(answer__isnull=False)
    for request in requests.select_related("answer").order_by("answer__at", "pk"):
        first = request.answer
        Answer.objects.filter(check_in=first.check_in_id, at__gte=first.at).update(asked=request)


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0007_taken_back_help"),
    ]

    # Apart from the column: PostgreSQL makes no index on a table with a foreign key to be checked.
    operations = [
        migrations.RunPython(tell_what_answers_asked, migrations.RunPython.noop),
    ]
