from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0002_what_staff_may_do"),
    ]

    operations = [
        migrations.AlterField(
            model_name="certificatedesign",
            name="closing",
            field=models.TextField(
                blank=True, default="{issuer}, {date}", max_length=200, verbose_name="at the end"
            ),
        ),
    ]
