"""What became of each problem: when it was worked, closed, disputed, or not yet done."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citycall.demo.history import closing
from citycall.demo.history.closing import NEVER, Acts, Habits
from citycall.demo.history.incidents import Floats, Incidents, Ints, Moments
from citycall.demo.history.truth import ServiceTruth, Truth

DAY = 86_400
CANCELLED, REFERRED, HELD = 0.015, 0.02, 0.06
DISPUTED_IF_FALSE, CONFIRMED_IF_TRUE, DISPUTED_IF_TRUE = 0.45, 0.35, 0.01
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Lives:
    """The moments of each life (``NEVER`` where it does not happen), and the truth of its end."""

    assigned: Moments
    started: Moments
    held: Moments
    resumed: Moments
    completed: Moments
    disputed: Moments
    completed_again: Moments
    closed: Moments
    cancelled: Moments
    referred: Moments
    started_again: Moments
    confirmed: Bools
    false_closure: Bools
    kind: NDArray[np.object_]
    photo: Bools
    desk: Bools
    standard: Bools
    again: Moments

    def put(self, rows: Ints, lives: "Lives") -> None:
        """Let other lives take the place of those of these rows."""
        for name, column in vars(self).items():
            column[rows] = getattr(lives, name)

    @property
    def last_completed(self) -> Moments:
        """The completion that the end of the life rests on."""
        return np.where(self.completed_again != NEVER, self.completed_again, self.completed)


def _after(at: Moments, days: Floats) -> Moments:
    return np.asarray(at + (days * DAY).astype("timedelta64[s]"))


def only(where: Bools, at: Moments) -> Moments:
    """The moments where it happens, else ``NEVER``."""
    return np.where(where, at, NEVER)


def live(
    incidents: Incidents,
    truth: Truth,
    *,
    team_false_rate: Floats,
    verification_days: Ints,
    agency: Ints,
    habit: Habits,
    rng: np.random.Generator,
) -> Lives:
    """Draw each life; what is not of the whole truth is by row."""
    count, at = len(incidents), incidents.at
    needed = _work_days(incidents, truth, rng)
    fate = rng.random(count)
    cancelled, works = fate < CANCELLED, fate >= CANCELLED + REFERRED
    referred = ~cancelled & ~works
    false = works & (rng.random(count) < team_false_rate)
    held = works & ~false & (rng.random(count) < HELD)
    pause = np.where(held, rng.exponential(4.0, count), 0.0)
    acts = closing.act(at, _after(at, needed + pause), false, agency, habit, rng)
    done = acts.completed
    # Nobody who did it at once had it on hold before.
    held &= acts.kind != "quick"
    disputed = works & _doubted(false, rng)
    disputed_at = _after(done, rng.uniform(0.1, 4.0, count))
    again = _after(disputed_at, needed * 0.7 + 0.2)
    confirmed = works & (rng.random(count) < CONFIRMED_IF_TRUE) & (~false | disputed)
    waited = np.where(confirmed, rng.uniform(0.05, 4.0, count), verification_days)
    until_done = (done - at).astype(float) / DAY
    resumed = _after(at, until_done * 0.2 + np.minimum(pause, until_done * 0.5))
    return Lives(
        assigned=only(works, _after(at, until_done * rng.uniform(0.02, 0.15, count))),
        started=only(works, _started(acts, held, resumed)),
        held=only(held, _after(at, until_done * 0.2)),
        resumed=only(held, resumed),
        completed=only(works, done),
        disputed=only(disputed, disputed_at),
        completed_again=only(disputed, again),
        started_again=only(disputed, _after(again, -habit.minutes / 1440)),
        closed=only(works, _after(np.where(disputed, again, done), waited)),
        cancelled=only(cancelled, _after(at, needed * 0.5)),
        referred=only(referred, _after(at, needed * 0.4)),
        confirmed=confirmed,
        false_closure=false & ~disputed,
        kind=np.where(works, acts.kind, ""),
        photo=works & acts.photo,
        desk=acts.desk,
        standard=acts.standard,
        again=only(false & ~disputed, acts.again),
    )


def _doubted(false: Bools, rng: np.random.Generator) -> Bools:
    chance = np.where(false, DISPUTED_IF_FALSE, DISPUTED_IF_TRUE)
    return rng.random(len(false)) < chance


def _started(acts: Acts, held: Bools, resumed: Moments) -> Moments:
    """Work that was on hold begins after it."""
    late = held & (acts.started != NEVER)
    return np.where(late, np.maximum(acts.started, resumed), acts.started)


def _work_days(incidents: Incidents, truth: Truth, rng: np.random.Generator) -> Floats:
    """Lognormal around the service's median, longer in some neighborhoods and after storms."""

    def of(name: str) -> Floats:
        return np.array([getattr(s, name) for s in truth.services])[incidents.service]

    slow = np.array(list(truth.slowness.values()))[incidents.neighborhood]
    days = rng.lognormal(np.log(of("median_days")), of("spread")) * slow
    days *= truth.planted.pace([service.code for service in truth.services], incidents)
    for storm in truth.storms:
        begun = np.datetime64(storm.at.replace(tzinfo=None), "s")
        since = (incidents.at - begun).astype("timedelta64[s]").astype(float) / DAY
        days = np.where((since >= 0) & (since <= storm.days), days * (1 + 0.5 * storm.factor), days)
    return np.asarray(days)


def further_reports(
    incidents: Incidents,
    truth: Truth,
    services: tuple[ServiceTruth, ...],
    lives: Lives,
    rng: np.random.Generator,
) -> tuple[Ints, Moments]:
    """Rows that were told of again, and when: a Poisson process at the area's true rate.

    The rate of further reports while a problem stands identifies how readily an area reports,
    which is what under-reporting is judged by (Liu, Bhandaram and Garg, arXiv 2204.08620).
    """
    rate = np.array(list(truth.reporting_rate.values()))[incidents.neighborhood]
    each = np.array([s.reports_each for s in services])[incidents.service]
    ended = np.minimum(np.minimum(lives.completed, lives.cancelled), lives.referred)
    end = np.datetime64(truth.end.replace(tzinfo=None), "s")
    stood = (np.minimum(ended, end) - incidents.at).astype("timedelta64[s]").astype(float)
    median = np.array([s.median_days for s in services])[incidents.service] * DAY
    # Interest fades: half of all further reports come within the usual time of the work.
    faded = 1.0 - np.exp(-np.maximum(stood, 0) / median)
    count = rng.poisson(rate * each * faded)
    rows = np.repeat(np.arange(len(incidents)), count)
    share = rng.random(len(rows)) * faded[rows]
    after = -np.log1p(-np.minimum(share, 0.999999)) * median[rows]
    return rows, np.asarray(incidents.at[rows] + after.astype("timedelta64[s]"))
