"""An open request is found by the words of what was merged into it, too."""

from django.db import migrations

from citycall.service_requests.open_words import CLEAR_ENDED, FILL, TRIGGERS, TRIGGERS_OFF


class Migration(migrations.Migration):

    # The triggers come first, so that nothing changes unseen while the words are gathered.
    atomic = False

    dependencies = [
        ('service_requests', '0015_photos_without_looks'),
    ]

    operations = [
        migrations.RunSQL([TRIGGERS_OFF + TRIGGERS], migrations.RunSQL.noop),
        migrations.RunSQL([FILL], migrations.RunSQL.noop),
        # What ended while they were gathered has left in the triggers' eyes before it came.
        migrations.RunSQL([CLEAR_ENDED], migrations.RunSQL.noop),
    ]
