"""What a worker does for forecasts from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.analytics.forecasts import publishing
from citycall.analytics.store import NoFactsYet
from citycall.core import clock

FORECAST_TASK = "citycall.forecast_demand"
QUEUE = "housekeeping"


@jobs.periodic(cron="23 * * * *")
@jobs.task(name=FORECAST_TASK, queue=QUEUE, queueing_lock=FORECAST_TASK)
def forecast_demand(timestamp: int) -> None:
    """Every hour: forecast the next four weeks, if a day has passed since the last time."""
    try:
        publishing.bring_up_to_date(at=clock.now())
    except NoFactsYet:
        return
