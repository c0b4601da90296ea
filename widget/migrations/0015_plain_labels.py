import widget.options.openers
import widget.options.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("widget", "0014_track_visitors"),
    ]

    operations = [
        migrations.AlterField(
            model_name="widget",
            name="away_link",
            field=models.CharField(
                blank=True,
                max_length=500,
                validators=[widget.options.validators.validate_link],
                verbose_name="address of the link",
            ),
        ),
        migrations.AlterField(
            model_name="widget",
            name="offline_text",
            field=models.TextField(
                blank=True, max_length=500, verbose_name="text when nobody is there"
            ),
        ),
        migrations.AlterField(
            model_name="widget",
            name="openers",
            field=models.TextField(
                blank=True,
                max_length=500,
                validators=[widget.options.openers.validate_openers],
                verbose_name="questions to start with",
            ),
        ),
        migrations.AlterField(
            model_name="widget",
            name="opening_zone",
            field=models.CharField(
                default="UTC",
                max_length=50,
                validators=[widget.options.validators.validate_zone],
                verbose_name="time zone of the opening hours",
            ),
        ),
        migrations.AlterField(
            model_name="widget",
            name="show_reply_time",
            field=models.BooleanField(default=True, verbose_name="show how soon you answer"),
        ),
        migrations.AlterField(
            model_name="widget",
            name="theme",
            field=models.CharField(
                choices=[
                    ("auto", "Like the customer's device"),
                    ("host", "Like the website"),
                    ("light", "Always light"),
                    ("dark", "Always dark"),
                ],
                default="auto",
                max_length=5,
                verbose_name="light or dark",
            ),
        ),
        migrations.AlterField(
            model_name="widget",
            name="when_away",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "The chat, as usual"),
                    ("form", "A form to leave a message"),
                    ("link", "A link instead of the chat"),
                    ("nothing", "No launcher"),
                ],
                default="",
                max_length=7,
                verbose_name="what customers see when nobody is there",
            ),
        ),
    ]
