from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('contacts', '0003_push_subscriptions'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='contact',
            index=models.Index(OpClass(Lower('name'), name='text_pattern_ops'), condition=models.Q(('name', ''), _negated=True), name='contact_by_name'),
        ),
        AddIndexConcurrently(
            model_name='contact',
            index=models.Index(OpClass(models.Func(Lower('name'), models.Value('^.* '), models.Value(''), function='regexp_replace', output_field=models.CharField()), name='text_pattern_ops'), condition=models.Q(('name', ''), _negated=True), name='contact_by_last_name'),
        ),
    ]
