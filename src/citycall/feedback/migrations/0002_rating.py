import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('satisfied', models.PositiveSmallIntegerField()),
                ('better', models.TextField(blank=True)),
                ('given_at', models.DateTimeField()),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rating', to='service_requests.report')),
                ('service_request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='service_requests.servicerequest')),
            ],
            options={
                'indexes': [models.Index(fields=['given_at', 'id'], name='rating_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('satisfied__gte', 1), ('satisfied__lte', 5)), name='rating_in_scale')],
            },
        ),
    ]
