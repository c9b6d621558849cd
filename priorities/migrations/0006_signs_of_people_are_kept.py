from django.conf import settings
from django.db import migrations


def look_once(apps, schema_editor):
    """Texts that were there before: which signs of a person they hold."""
    from priorities import personal_data
    from priorities.models.recommendation import digest

    rows = apps.get_model("priorities", "Recommendation").objects
    for row in rows.order_by("pk").iterator(2000):
        passages = [
            text[finding.start : finding.end]
            for code in settings.CONTENT_LANGUAGES
            if (text := getattr(row, f"text_{code}"))
            for finding in personal_data.find(text)
        ]
        if passages:
            rows.filter(pk=row.pk).update(personal_data_found=digest(passages))


class Migration(migrations.Migration):

    dependencies = [
        ("priorities", "0005_operations_and_reviews"),
    ]

    operations = [
        migrations.RunPython(look_once, migrations.RunPython.noop, elidable=True),
    ]
