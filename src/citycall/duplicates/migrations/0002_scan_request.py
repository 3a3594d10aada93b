from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('duplicates', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='scan',
            name='request_id',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
