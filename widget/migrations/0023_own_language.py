from django.db import migrations, models

import widget.options.validators


class Migration(migrations.Migration):
    dependencies = [
        ("widget", "0022_renewed_browsers"),
    ]

    operations = [
        # The database does not know this default.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="widget",
                    name="default_language",
                    field=models.CharField(
                        default=widget.options.validators.own_language,
                        max_length=12,
                        validators=[widget.options.validators.validate_language],
                        verbose_name="default language",
                    ),
                ),
            ]
        ),
    ]
