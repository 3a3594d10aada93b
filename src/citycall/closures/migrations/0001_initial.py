
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('service_requests', '0010_workbench'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Usual',
            fields=[
                ('service_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('closures', models.PositiveIntegerField()),
                ('visits', models.FloatField()),
                ('photos', models.FloatField()),
                ('nights', models.FloatField()),
                ('short_visit', models.FloatField(null=True)),
                ('half_visit', models.FloatField(null=True)),
                ('quick_days', models.JSONField(default=list)),
                ('computed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Closure',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('completed_at', models.DateTimeField()),
                ('service_id', models.BigIntegerField()),
                ('group', models.CharField(max_length=100)),
                ('agency_id', models.BigIntegerField()),
                ('team_id', models.BigIntegerField()),
                ('closer_kind', models.CharField(max_length=10)),
                ('closer_id', models.BigIntegerField(null=True)),
                ('requested_at', models.DateTimeField()),
                ('visited_at', models.DateTimeField(null=True)),
                ('photos', models.PositiveSmallIntegerField(default=0)),
                ('text_key', models.BigIntegerField()),
                ('x', models.FloatField(null=True)),
                ('y', models.FloatField(null=True)),
                ('square', models.BigIntegerField(null=True)),
                ('disputed_at', models.DateTimeField(null=True)),
                ('told_again', models.PositiveSmallIntegerField(default=0)),
                ('repeated_at', models.DateTimeField(null=True)),
                ('repeated_by', models.BigIntegerField(null=True)),
                ('repeated_m', models.FloatField(null=True)),
                ('repeated_same', models.BooleanField(default=False)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('checked', models.CharField(blank=True, choices=[('', 'Not checked'), ('done', 'Really done'), ('not_done', 'Not done')], default='', max_length=10)),
                ('judge_at', models.DateTimeField(null=True)),
                ('judged_at', models.DateTimeField(null=True)),
                ('score', models.FloatField(null=True)),
                ('flagged', models.BooleanField(default=False)),
                ('service_request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='closures', to='service_requests.servicerequest')),
            ],
        ),
        migrations.CreateModel(
            name='ClosureDay',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('agency_id', models.BigIntegerField()),
                ('team_id', models.BigIntegerField()),
                ('service_id', models.BigIntegerField()),
                ('completed', models.PositiveIntegerField()),
                ('confirmed', models.PositiveIntegerField()),
                ('disputed', models.PositiveIntegerField()),
                ('flagged', models.PositiveIntegerField()),
                ('checked', models.PositiveIntegerField()),
                ('false', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'team_id', 'service_id', 'agency_id'), name='closure_day_once')],
            },
        ),
        migrations.CreateModel(
            name='ClosureFlag',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('completed_at', models.DateTimeField()),
                ('agency_id', models.BigIntegerField()),
                ('service_id', models.BigIntegerField()),
                ('score', models.FloatField()),
                ('reasons', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('open', 'To be looked at'), ('to_check', 'Sent to be checked'), ('right', 'It is right'), ('reopened', 'Reopened'), ('settled', 'Settled otherwise')], default='open', max_length=10)),
                ('flagged_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('closure', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='flag', to='closures.closure')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closures_decided', to=settings.AUTH_USER_MODEL)),
                ('service_request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closure_flags', to='service_requests.servicerequest')),
            ],
        ),
        migrations.CreateModel(
            name='Frame',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('agency_id', models.BigIntegerField()),
                ('group', models.CharField(max_length=100)),
                ('flagged', models.BooleanField()),
                ('size', models.PositiveIntegerField()),
                ('drawn', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'agency_id', 'group', 'flagged'), name='frame_once')],
            },
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('agency_id', models.BigIntegerField()),
                ('probability', models.FloatField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('result', models.CharField(blank=True, choices=[('', 'Waiting'), ('done', 'Really done'), ('not_done', 'Not done'), ('unknown', 'Could not be checked')], default='', max_length=10)),
                ('how', models.CharField(blank=True, choices=[('call', 'Called back'), ('visit', 'Went to see')], default='', max_length=10)),
                ('checked_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checks_asked', to=settings.AUTH_USER_MODEL)),
                ('checked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checks_made', to=settings.AUTH_USER_MODEL)),
                ('closure', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='check_made', to='closures.closure')),
                ('frame', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='closures.frame')),
            ],
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('a_week', models.PositiveIntegerField()),
                ('flagged_share', models.FloatField()),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='closure',
            index=models.Index(fields=['completed_at', 'id'], name='closure_by_time'),
        ),
        migrations.AddIndex(
            model_name='closure',
            index=models.Index(condition=models.Q(('closer_id__isnull', False)), fields=['closer_id', 'completed_at'], name='closure_by_closer'),
        ),
        migrations.AddIndex(
            model_name='closure',
            index=models.Index(fields=['team_id', 'text_key', 'completed_at'], name='closure_by_text'),
        ),
        migrations.AddIndex(
            model_name='closure',
            index=models.Index(condition=models.Q(('square__isnull', False)), fields=['square', 'completed_at'], name='closure_by_square'),
        ),
        migrations.AddIndex(
            model_name='closure',
            index=models.Index(fields=['service_id', 'completed_at'], name='closure_by_service'),
        ),
        migrations.AddIndex(
            model_name='closure',
            index=models.Index(condition=models.Q(('judge_at__isnull', False)), fields=['judge_at'], name='closure_to_judge'),
        ),
        migrations.AddConstraint(
            model_name='closure',
            constraint=models.UniqueConstraint(fields=('service_request', 'completed_at'), name='closure_of_a_completion'),
        ),
        migrations.AddIndex(
            model_name='closureflag',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['agency_id', '-score', '-id'], name='flag_open_by_agency'),
        ),
        migrations.AddIndex(
            model_name='closureflag',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['-score', '-id'], name='flag_open'),
        ),
        migrations.AddIndex(
            model_name='check',
            index=models.Index(condition=models.Q(('result', '')), fields=['agency_id', 'asked_at', 'id'], name='check_waiting'),
        ),
        migrations.AddIndex(
            model_name='check',
            index=models.Index(fields=['asked_at', 'id'], name='check_by_time'),
        ),
        migrations.AddConstraint(
            model_name='check',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('frame__isnull', True), ('probability__isnull', True)), models.Q(('frame__isnull', False), ('probability__gt', 0), ('probability__lte', 1)), _connector='OR'), name='check_drawn_with_probability'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('a_week__lte', 5000), ('flagged_share__gte', 0), ('flagged_share__lte', 0.9)), name='plan_in_bounds'),
        ),
    ]
