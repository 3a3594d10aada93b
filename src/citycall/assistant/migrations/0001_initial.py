from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='TrainedModel',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField()),
                ('data_until', models.DateTimeField()),
                ('examples', models.PositiveIntegerField()),
                ('services', models.PositiveIntegerField()),
                ('measured', models.JSONField(default=dict)),
                ('content', models.BinaryField()),
            ],
        ),
    ]
