from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('service_requests', '0007_machines'),
    ]

    operations = [
        # With the database's own default the rows that are there are not written anew.
        migrations.AddField(
            model_name='report',
            name='written_in',
            field=models.CharField(blank=True, db_default='', default='', max_length=10),
        ),
        migrations.CreateModel(
            name='CommentLanguage',
            fields=[
                ('event_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('written_in', models.CharField(max_length=10)),
            ],
        ),
    ]
