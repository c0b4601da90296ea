"""Keys are never given again: those of the widgets there are, and those that customers remember."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def claim_keys(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001
    used_key = apps.get_model("widget", "UsedKey").objects
    for pk, key in apps.get_model("widget", "Widget").objects.values_list("pk", "key"):
        used_key.create(key=key, widget_id=pk)
    remembered = apps.get_model("chatproxy", "Customer").objects.values_list("widget_key")
    for (key,) in remembered.distinct():
        used_key.get_or_create(key=key[:50])


class Migration(migrations.Migration):
    dependencies = [
        ("chatproxy", "0001_initial"),
        ("widget", "0004_ask_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsedKey",
            fields=[
                ("key", models.CharField(max_length=50, primary_key=True, serialize=False)),
                (
                    "widget",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="used_keys",
                        to="widget.widget",
                    ),
                ),
            ],
        ),
        migrations.RunPython(claim_keys, migrations.RunPython.noop),
    ]
