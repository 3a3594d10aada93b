import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        ('service_requests', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('held', 'Held'), ('booked', 'Booked'), ('cancelled', 'Cancelled'), ('passed', 'Over')], max_length=10)),
                ('route', models.CharField(blank=True, max_length=150)),
                ('day', models.DateField()),
                ('seat', models.PositiveSmallIntegerField()),
                ('capacity', models.PositiveSmallIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('holder', models.CharField(blank=True, max_length=64)),
                ('held_until', models.DateTimeField(null=True)),
                ('address', models.CharField(blank=True, max_length=64)),
                ('year', models.PositiveSmallIntegerField(null=True)),
                ('turn', models.PositiveSmallIntegerField(null=True)),
                ('items', models.PositiveSmallIntegerField(default=1)),
                ('made_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('moves', models.PositiveSmallIntegerField(default=0)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalog.service')),
                ('service_request', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='service_requests.servicerequest')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'booked')), fields=['day', 'id'], name='appointment_by_day'), models.Index(condition=models.Q(('reminded_at__isnull', True), ('state', 'booked')), fields=['day'], name='appointment_to_remind'), models.Index(condition=models.Q(('state', 'held')), fields=['held_until'], name='appointment_holds')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['held', 'booked'])), fields=('service', 'route', 'day', 'seat'), name='appointment_seat_once'), models.CheckConstraint(condition=models.Q(('seat__gte', 1), ('seat__lte', models.F('capacity'))), name='appointment_seat_exists'), models.UniqueConstraint(condition=models.Q(('state', 'booked')), fields=('service_request',), name='appointment_one_each'), models.UniqueConstraint(condition=models.Q(('state', 'held')), fields=('holder',), name='appointment_one_hold'), models.UniqueConstraint(condition=models.Q(('state__in', ['booked', 'passed']), ('turn__isnull', False)), fields=('service', 'address', 'year', 'turn'), name='appointment_turn_once'), models.CheckConstraint(condition=models.Q(models.Q(('held_until__isnull', False), ('service_request__isnull', True), ('state', 'held')), models.Q(('held_until__isnull', True), ('holder', ''), ('service_request__isnull', False), ('state__in', ['booked', 'cancelled', 'passed'])), _connector='OR'), name='appointment_held_or_of_a_request'), models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='appointment_takes_time')],
            },
        ),
    ]
