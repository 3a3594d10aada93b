"""The web process's entry."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
application = get_wsgi_application()

# What was loaded stays; and the collector looks at what requests leave behind less often than
# its usual every 700 objects, which a single request exceeds several times.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
