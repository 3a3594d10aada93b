
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0002_retired'),
        ('notifications', '0002_delivery_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='StandardText',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('use', models.CharField(choices=[('complete', 'What was done'), ('hold', 'Why it waits'), ('message', 'Message to everyone'), ('refer', 'Whose it is')], max_length=10)),
                ('name', models.CharField(max_length=80)),
                ('words', models.JSONField(default=dict)),
                ('active', models.BooleanField(default=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standard_texts', to='agencies.agency')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agency', 'use', 'name'), name='standard_text_once')],
            },
        ),
    ]
