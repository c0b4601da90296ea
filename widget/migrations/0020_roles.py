from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("widget", "0019_webhooks"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="membership",
            options={"verbose_name": "role", "verbose_name_plural": "roles"},
        ),
    ]
