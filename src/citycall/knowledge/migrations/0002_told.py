from django.db import migrations, models


def entry(*columns):
    return [
        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
        ('code', models.SlugField(max_length=80, unique=True)),
        ('title', models.CharField(max_length=150)),
        ('retired', models.BooleanField(default=False)),
        ('updated_at', models.DateTimeField()),
        ('definition', models.JSONField()),
        *columns,
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='article',
            name='facts',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='article',
            name='kind',
            field=models.CharField(choices=[('answer', 'Answer'), ('permit', 'Permit'), ('program', 'Program')], default='answer', max_length=10),
        ),
        migrations.CreateModel(
            name='ServiceAlert',
            fields=entry(
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
            ),
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='alert_ends_after_its_start')],
            },
        ),
        migrations.CreateModel(
            name='LocalEvent',
            fields=entry(
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
            ),
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='event_ends_after_its_start')],
            },
        ),
        migrations.CreateModel(
            name='Collection',
            fields=entry(),
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HolidayNotice',
            fields=entry(
                ('day', models.DateField()),
            ),
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DirectoryEntry',
            fields=entry(),
            options={
                'verbose_name_plural': 'directory entries',
            },
        ),
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subject', models.CharField(choices=[('article', 'Article'), ('alert', 'Alert')], max_length=10)),
                ('code', models.CharField(max_length=80)),
                ('visitor', models.CharField(max_length=40)),
                ('helped', models.BooleanField()),
                ('missing', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('subject', 'code', 'visitor'), name='one_opinion_of_each_visitor')],
            },
        ),
        migrations.CreateModel(
            name='UnansweredSearch',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('words', models.CharField(max_length=60)),
                ('language', models.CharField(max_length=10)),
                ('times', models.IntegerField(default=1)),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
            ],
            options={
                'verbose_name_plural': 'unanswered searches',
                'constraints': [models.UniqueConstraint(fields=('words', 'language'), name='unanswered_words_once')],
            },
        ),
    ]
