"""What holds of every rule book, whatever rules it has."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from citycall.routing.checks import UNREACHABLE, FaultKind
from citycall.routing.rules import Rule

from .cast import (
    ABELL,
    EAST,
    HIGHWAYS,
    MAYFIELD,
    RETIRED_AREA,
    SANITATION,
    SERVICES,
    SORTING,
    WEST,
    ZONE,
    Service,
    book,
    faults_of,
)

_maybe_service = st.none() | st.sampled_from([service.id for service in SERVICES])
_maybe_area = st.none() | st.sampled_from([ABELL, MAYFIELD, EAST, WEST, RETIRED_AREA])
_times = st.sampled_from([time(0), time(6), time(8), time(12), time(22), time(23, 59, 59, 999_999)])
_hours = st.none() | st.tuples(_times, _times)
_days = st.frozensets(st.integers(1, 7), max_size=3)


@st.composite
def _rules(draw: st.DrawFn) -> list[Rule]:
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 9))):
        hours = draw(_hours) or (None, None)
        rows.append(
            {
                "id": number,
                "code": f"r{number}",
                "team_id": draw(st.sampled_from([HIGHWAYS, SANITATION])),
                "service_id": draw(_maybe_service),
                "area_id": draw(_maybe_area),
                "days": draw(_days),
                "from_time": hours[0],
                "to_time": hours[1],
            }
        )
    fallback = Rule(id=99, code="fallback", team_id=SORTING)
    return draw(st.permutations([*(Rule(**row) for row in rows), fallback]))


_service = st.sampled_from([service for service in SERVICES if service.active])
# A point is in one area of each layer at most.
_areas = st.tuples(
    st.sampled_from([None, ABELL, MAYFIELD]), st.sampled_from([None, EAST, WEST])
).map(lambda pair: tuple(area for area in pair if area is not None))
_moment = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001
    max_value=datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
# Around both changes of the clocks, hour by hour.
_change = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes),
    st.sampled_from(
        [datetime(2026, 3, 8, 5, 0, tzinfo=UTC), datetime(2026, 11, 1, 4, 0, tzinfo=UTC)]
    ),
    st.integers(0, 300),
)


def _plainly(rules: Sequence[Rule], service: Service, areas: Sequence[int], at: datetime) -> int:
    """The winning team, by trying every rule: the meaning of the index, spelled out."""
    local = at.astimezone(ZONE)
    fitting = [
        rule
        for rule in rules
        if rule.service_id in (None, service.id)
        and (rule.area_id is None or rule.area_id in areas)
        and rule.holds_at(local)
        and not rule.is_fallback
    ]
    if fitting:
        return min(fitting, key=lambda rule: rule.rank).team_id
    if service.team_id is not None:
        return service.team_id
    return min((rule for rule in rules if rule.is_fallback), key=lambda rule: rule.code).team_id


@given(_rules(), _service, _areas, _moment | _change)
def test_there_is_always_an_answer_and_it_is_the_most_specific(
    rules: list[Rule], service: Service, areas: tuple[int, ...], at: datetime
) -> None:
    decision = book(*rules).choose(service, areas, at)
    assert decision.team_id == _plainly(rules, service, areas, at)
    assert decision.reason
    assert all(other.sentence for other in decision.considered)


@given(_rules(), _service, _areas, _moment, st.randoms())
def test_without_contradictions_neither_order_nor_codes_matter(
    rules: list[Rule], service: Service, areas: tuple[int, ...], at: datetime, random: Any
) -> None:
    assume(all(fault.kind is not FaultKind.CONTRADICTION for fault in faults_of(rules)))
    codes = [rule.code for rule in rules]
    random.shuffle(codes)
    renamed = [
        Rule(
            id=rule.id,
            code=code,
            team_id=rule.team_id,
            service_id=rule.service_id,
            area_id=rule.area_id,
            days=rule.days,
            from_time=rule.from_time,
            to_time=rule.to_time,
        )
        for rule, code in zip(rules, codes, strict=True)
    ]
    random.shuffle(renamed)
    first, second = book(*rules), book(*renamed)
    assert first.choose(service, areas, at).team_id == second.choose(service, areas, at).team_id


@given(_rules(), _service, _areas, _moment, st.randoms())
def test_the_order_of_rules_never_matters(
    rules: list[Rule], service: Service, areas: tuple[int, ...], at: datetime, random: Any
) -> None:
    turned = list(rules)
    random.shuffle(turned)
    assert book(*rules).choose(service, areas, at) == book(*turned).choose(service, areas, at)


_HALF_HOURS = [
    datetime(2026, 5, 4, 4, 0, tzinfo=UTC) + timedelta(minutes=30 * step) for step in range(7 * 48)
]


@given(_rules())
def test_a_rule_called_unreachable_is_never_chosen_in_a_whole_week(rules: list[Rule]) -> None:
    unreachable = {
        code for fault in faults_of(rules) if fault.kind in UNREACHABLE for code in fault.rules
    }
    assume(unreachable)
    index = book(*rules).index
    areas = [
        tuple(filter(None, pair))
        for pair in itertools.product((None, ABELL, MAYFIELD), (None, EAST, WEST))
    ]
    for service, within, at in itertools.product(SERVICES, areas, _HALF_HOURS[::5]):
        if service.active:
            best = index.best(service.id, within, at.astimezone(ZONE))
            assert best is None or best.code not in unreachable


@given(_rules())
def test_contradicting_rules_can_really_meet(rules: list[Rule]) -> None:
    by_code = {rule.code: rule for rule in rules}
    found = [fault for fault in faults_of(rules) if fault.kind is FaultKind.CONTRADICTION]
    assume(found)
    for fault in found:
        first, second = (by_code[code] for code in fault.rules)
        moments = [at.astimezone(ZONE) for at in _HALF_HOURS]
        assert any(
            first.holds_at(moment + shift) and second.holds_at(moment + shift)
            for moment in moments
            for shift in (timedelta(), timedelta(minutes=29, seconds=59, microseconds=999_999))
        )
