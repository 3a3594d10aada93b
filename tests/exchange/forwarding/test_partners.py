"""Partners made, changed and ended, their keys, and the jobs that look after them."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.command_line import partners as commands
from citycall.core.actors import SYSTEM
from citycall.core.errors import Faults, NotAllowed, NotFound
from citycall.core.models import Revision
from citycall.core.reaching import BadAddress
from citycall.exchange.forwarding import actions, jobs, keys, queries
from citycall.exchange.forwarding.waking import wake_sender
from citycall.exchange.models import Partner
from tests.city import NOW, City

from .conftest import Exchange, spec
from .partner_server import answers

pytestmark = pytest.mark.django_db


def waiting(task: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=task, status="todo").count()


def test_a_partner_is_made_with_a_revision(city: City) -> None:
    row = actions.save_partner(spec=spec(), by=city.administrator, at=NOW)
    assert (row.name, row.services["pothole"], row.active) == ("The County", "PTHL", True)
    change = Revision.objects.get(subject_kind="partner")
    assert (change.before, change.subject_code) == (None, "county")


def test_only_administrators_make_partners(city: City) -> None:
    with pytest.raises(NotAllowed):
        actions.save_partner(spec=spec(), by=city.manager, at=NOW)


def test_a_service_that_we_do_not_have_is_a_fault(city: City) -> None:
    with pytest.raises(Faults) as raised:
        actions.save_partner(spec=spec(services={"moon": "1"}), by=SYSTEM, at=NOW)
    assert list(raised.value.faults) == ["services.moon"]


@pytest.mark.parametrize(
    "wrong", [{"profile": "klingon"}, {"services": {}}, {"profile": "fixmystreet"}]
)
def test_a_document_with_faults_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"one of|at least one|need a jurisdiction"):
        spec(**wrong)


def test_an_address_in_the_citys_own_network_is_refused(city: City) -> None:
    with pytest.raises(BadAddress):
        actions.save_partner(spec=spec(url="http://127.0.0.1/open311"), by=SYSTEM, at=NOW)


def test_an_ended_partner_begins_again_when_it_is_saved(city: City) -> None:
    actions.save_partner(spec=spec(), by=SYSTEM, at=NOW)
    assert not actions.end_partner("county", by=SYSTEM, at=NOW).active
    assert queries.TAKERS.get() == ()
    actions.save_partner(spec=spec(), by=SYSTEM, at=NOW)
    assert Partner.objects.get().active
    with pytest.raises(NotFound):
        actions.end_partner("moon", by=SYSTEM, at=NOW)


def test_the_key_comes_from_the_environment_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert keys.key_of("the-county") == ""
    (tmp_path / "key").write_text("from-a-file\n")
    monkeypatch.setenv("CITYCALL_PARTNER_THE_COUNTY_KEY_FILE", str(tmp_path / "key"))
    assert keys.key_of("the-county") == "from-a-file"
    monkeypatch.setenv("CITYCALL_PARTNER_THE_COUNTY_KEY", "given")
    assert keys.key_of("the-county") == "given"


def test_a_key_file_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYCALL_PARTNER_COUNTY_KEY_FILE", os.devnull + "/none")
    with pytest.raises(keys.KeyUnreadable, match="CITYCALL_PARTNER_COUNTY_KEY_FILE"):
        keys.key_of("county")


def test_however_much_is_owed_one_job_waits(county: Exchange) -> None:
    for _each in range(3):
        county.report()
    county.react()
    assert waiting("citycall.send_to_partner") == 1


def test_a_job_for_later_does_not_keep_back_what_comes_now(county: Exchange) -> None:
    wake_sender(county.partner.pk, later=NOW)
    wake_sender(county.partner.pk, later=NOW)
    wake_sender(county.partner.pk)
    assert waiting("citycall.send_to_partner") == 2


def test_every_minute_those_are_woken_who_have_something_to_do(county: Exchange) -> None:
    idle = actions.save_partner(
        spec=spec(code="state", name="The State", services={"graffiti": "G"}), by=SYSTEM, at=NOW
    )
    county.report()
    county.react()
    with_jobs = "citycall.send_to_partner"
    done(county)
    jobs.look_after_partners(0)
    sendings = ProcrastinateJob.objects.filter(task_name=with_jobs, status="todo")
    assert [job.args["partner_id"] for job in sendings] == [county.partner.pk]
    assert waiting("citycall.poll_partner") == 2
    assert idle.pk != county.partner.pk


def done(county: Exchange) -> None:
    """As if the waiting jobs had run."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_the_commands_add_list_retry_and_end(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citycall.command_line.ready.django", lambda: None)

    def run(*words: str) -> str:
        done = CliRunner().invoke(commands.partner, list(words), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    address = "https://8.8.8.8/open311/v2"
    told = run("add", "the-county", address, "--service", "pothole=PTHL", "--service", "graffiti")
    assert "CITYCALL_PARTNER_THE_COUNTY_KEY" in told
    assert "pothole as PTHL, graffiti as graffiti" in run("list")
    assert run("retry", "the-county") == "0 to be sent.\n"
    run("end", "the-county")
    assert "the-county (ended)" in run("list")


def test_how_it_goes_with_each_is_told(county: Exchange) -> None:
    county.passed_on()
    county.server.faults = [answers(400)]
    county.report()
    county.send()
    county.server.faults = [answers(503, "", **{"Retry-After": "60"})]
    county.report()
    county.send()
    [health] = queries.health(county.city.administrator)
    assert (health.unsettled, health.refused) == (1, 1)
    assert health.resting(NOW)
    assert actions.try_all_again("county", by=SYSTEM, at=NOW) == 2
    county.send()
    [health] = queries.health(county.city.administrator)
    assert (health.unsettled, health.refused) == (0, 0)
