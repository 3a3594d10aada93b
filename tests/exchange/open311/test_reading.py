"""What servers write, in every way seen, is read; what would harm the reader is refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.exchange.open311 import dates, reading
from citycall.exchange.open311.parsing import NotUnderstood, parse
from citycall.exchange.open311.records import faults

CHICAGO = ZoneInfo("America/Chicago")
MOMENTS = st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


NAMES = st.text() | st.sampled_from(
    ["service_requests", "request", "values", "value", "attributes", "service_request_id", "lat"]
)


def nested(inside: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inside, max_size=4) | st.dictionaries(NAMES, inside, max_size=4)


def requests(text: str | bytes):
    body = text.encode() if isinstance(text, str) else text
    return reading.requests(parse(body), zone=CHICAGO)


def one(text: str | bytes):
    (found,) = requests(text).items
    return found


@pytest.mark.parametrize(
    "text",
    [
        '[{"service_request_id": "7"}]',
        '{"service_request_id": "7", "status": "open"}',
        '{"service_request_id": "7"}',
        '{"service_requests": [{"service_request_id": "7"}]}',
        '{"service_requests": {"request": [{"service_request_id": 7}]}}',
        '{"requests": [{"service_request_id": 7.0}]}',
        '[{"service_request": {"service_request_id": "7", "status": "open"}}]',
        '{"count": 1, "service_requests": [{"service_request_id": " 7 "}]}',
        '{"data": [{"SERVICE_REQUEST_ID": "7"}]}',
        '\ufeff[{"service_request_id": "7"}]',
        "<service_requests><request><service_request_id>7</service_request_id></request>"
        "</service_requests>",
        '<?xml version="1.0"?>\n<service-requests type="array"><request>'
        '<service_request_id type="integer">7</service_request_id></request></service-requests>',
        "\n <request><service_request_id>7</service_request_id><status>open</status></request>",
        '<a:service_requests xmlns:a="urn:a"><a:request><a:service_request_id>7'
        "</a:service_request_id></a:request></a:service_requests>",
    ],
)
def test_a_request_is_found_in_every_wrapping(text: str) -> None:
    assert one(text).id == "7"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        "null",
        '{"service_requests": []}',
        '{"service_requests": null}',
        "<service_requests/>",
        '<service_requests type="array">\n</service_requests>',
    ],
)
def test_a_list_of_nothing_is_empty(text: str) -> None:
    assert requests(text).count == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Bad gateway",
        '[{"service_request_id": "7", "sta',
        "<service_requests><request>",
        "<!DOCTYPE html><html></html>",
        "<html><body>Maintenance</body></html>",
        '{"message": "Please come back later."}',
        '{"errors": [{"code": 500, "description": "Oops"}]}',
        "<errors><error><code>500</code></error></errors>",
        '"maintenance"',
        '["maintenance"]',
        "42",
        "[" * 100_000,
        "<a>" * 30 + "</a>" * 30,
        "9" * 5_000,
    ],
)
def test_what_is_no_list_of_requests_is_not_taken_for_an_empty_one(text: str) -> None:
    with pytest.raises(NotUnderstood):
        requests(text)


def test_entities_and_bombs_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    outside = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    for text in (bomb, outside, '<!DOCTYPE a SYSTEM "http://there.example/a.dtd"><a/>'):
        with pytest.raises(NotUnderstood, match="document type"):
            parse(text.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "utf-16", "nonsense"])
def test_a_wrong_declaration_of_the_encoding_does_no_harm(encoding: str, declared: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><request><service_request_id>7'
        "</service_request_id><description>Straße – kaputt</description></request>"
    )
    assert one(text.encode(encoding)).description == "Straße – kaputt"


def test_json_in_another_encoding_is_read() -> None:
    text = '[{"service_request_id": "7", "description": "Café"}]'
    assert one(text.encode("cp1252")).description == "Café"


def test_control_characters_are_left_out() -> None:
    text = (
        "<request><service_request_id>7</service_request_id>"
        "<description>a\x0bb&#x0;c&#11;d&#10;e</description></request>"
    )
    assert one(text).description == "abcd\ne"
    told = one('[{"service_request_id": "7", "description": "a\\u0000b\\ud800c\x01"}]')
    assert told.description.startswith("ab")
    assert "\x00" not in told.description
    told.description.encode()


def test_values_that_mean_nothing_are_nothing() -> None:
    found = one(
        '{"service_request_id": 7, "lat": "", "long": null, "media_url": "", "address": null,'
        ' "requested_datetime": "", "updated_datetime": "soon", "notes": null, "zipcode": 21202}'
    )
    assert (found.latitude, found.longitude, found.media_urls) == (None, None, ())
    assert (found.address, found.requested_at, found.updated_at) == ("", None, None)
    assert (found.notes, found.zipcode, found.status) == ((), "21202", "")


@pytest.mark.parametrize(
    "point", ['"0", "long": "0"', '"91", "long": "1"', '"x", "long": "1"', 'NaN, "long": 1']
)
def test_a_point_that_is_no_place_is_none(point: str) -> None:
    found = one(f'{{"service_request_id": "7", "lat": {point}}}')
    assert (found.latitude, found.longitude) == (None, None)


def test_a_point_under_other_names_is_read() -> None:
    assert one('{"service_request_id": "7", "lat": "39.5", "lng": -76}').longitude == -76


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("open", "open"),
        ("OPEN", "open"),
        ("in progress", "open"),
        ("acknowledged", "open"),
        ("Closed", "closed"),
        ("closed (duplicate)", "closed"),
        ("fixed - council", "closed"),
        ("no_further_action", "closed"),
        ("Cancelled", "closed"),
        ("reopen", "open"),
    ],
)
def test_every_status_is_open_or_closed(told: str, status: str) -> None:
    assert one(f'{{"service_request_id": "7", "status": "{told}"}}').status == status


def test_the_input_name_of_an_address_is_understood_too() -> None:
    assert one('{"service_request_id": "7", "address_string": "1 Main St"}').address == "1 Main St"


def test_pictures_are_addresses_and_not_pictures() -> None:
    found = one(
        '{"service_request_id": "7", "media_url": ["https://a.example/1.jpg", "aGFsbG8="],'
        ' "media": [{"url": "https://a.example/2.jpg"}, "https://a.example/1.jpg"]}'
    )
    assert found.media_urls == ("https://a.example/1.jpg", "https://a.example/2.jpg")


def test_notes_are_kept_as_they_are_told() -> None:
    text = '{"service_request_id": "7", "notes": [{"datetime": "2024", "n": 3, "x": ""}]}'
    assert one(text).notes == ({"datetime": "2024", "n": "3"},)
    xml = (
        "<request><service_request_id>7</service_request_id><notes><note><type>a</type>"
        "<summary>b</summary></note></notes></request>"
    )
    assert one(xml).notes == ({"type": "a", "summary": "b"},)


def test_what_has_no_id_is_counted() -> None:
    read = requests('[{"service_code": "1", "token": "t"}, {"service_request_id": "7"}]')
    assert (len(read.items), read.skipped) == (1, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-10T12:00:00Z", utc(2024, 3, 10, 12)),
        ("2024-03-10T12:00:00-05:00", utc(2024, 3, 10, 17)),
        ("2024-03-10T12:00:00+0530", utc(2024, 3, 10, 6, 30)),
        ("2024-03-10 12:00:00 -05", utc(2024, 3, 10, 17)),
        ("2024-03-10 12:00:00 UTC", utc(2024, 3, 10, 12)),
        ("2024-03-09T12:00:00", utc(2024, 3, 9, 18)),
        ("2024-03-09T12:00:00.25", utc(2024, 3, 9, 18, 0, 0, 250_000)),
        ("2024-03-09T12:00:00.1234567Z", utc(2024, 3, 9, 12, 0, 0, 123_456)),
        ("2024-03-09T12:00", utc(2024, 3, 9, 18)),
        ("2024-07-01", utc(2024, 7, 1, 5)),
        ("2024-02-30T12:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2024-07-01T00:00:00+99:99", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_read_as_they_are_written(text: str, expected: datetime | None) -> None:
    assert dates.read(text, zone=CHICAGO) == expected


@given(MOMENTS)
def test_a_date_that_is_written_is_read_as_the_same(at: datetime) -> None:
    for zone in (None, CHICAGO, ZoneInfo("Australia/Lord_Howe")):
        assert dates.read(dates.written(at, zone=zone), zone=zone) == at


def test_services_are_read_with_groups_and_keywords() -> None:
    text = (
        '{"services": [{"service_code": 12, "service_name": "Rats", "metadata": "true",'
        ' "keywords": "pest, vermin,", "groups": [{"group": "Health"}]},'
        ' {"service_name": "without a code"}]}'
    )
    read = reading.services(parse(text.encode()))
    (service,) = read.items
    assert (service.code, service.metadata, service.group) == ("12", True, "Health")
    assert service.keywords == ("pest", "vermin")
    assert read.skipped == 1


JSON_DEFINITION = """
{"service_definition": {"service_code": "12", "attributes": [
  {"code": "B", "variable": "false", "datatype": "text", "order": "2", "description": "Note"},
  {"code": "A", "variable": true, "datatype": "SingleValueList", "required": "true", "order": 1,
   "values": [{"key": 1, "name": "One"}, {"name": "Two"}], "automated": "hidden_field"}]}}
"""
XML_DEFINITION = """
<service_definition><service_code>12</service_code><attributes>
<attribute><code>B</code><variable>false</variable><datatype>text</datatype><order>2</order>
<description>Note</description></attribute>
<attribute><code>A</code><variable>true</variable><datatype>singlevaluelist</datatype>
<required>true</required><order>1</order><automated>hidden_field</automated><values>
<value><key>1</key><name>One</name></value><value><key>Two</key><name>Two</name></value></values>
</attribute></attributes></service_definition>
"""


@pytest.mark.parametrize("text", [JSON_DEFINITION, XML_DEFINITION, f"[{JSON_DEFINITION}]"])
def test_a_definition_is_read_in_both_formats(text: str) -> None:
    definition = reading.definition(parse(text.encode()), code="12")
    first, second = definition.attributes
    assert (definition.service_code, first.code, second.code) == ("12", "A", "B")
    assert (first.variable, first.required, first.datatype) == (True, True, "singlevaluelist")
    assert first.values == (("1", "One"), ("Two", "Two"))
    assert (first.automated, second.variable) == ("hidden_field", False)


@pytest.mark.parametrize(
    ("values", "pairs"),
    [
        ('{"a": "Ah", "b": ""}', (("a", "Ah"), ("b", "b"))),
        ('["a", "b"]', (("a", "a"), ("b", "b"))),
        ('{"value": {"key": "a", "name": "Ah"}}', (("a", "Ah"),)),
        ("null", ()),
    ],
)
def test_choices_are_read_however_they_are_told(values: str, pairs: object) -> None:
    text = f'{{"service_code": "1", "attributes": [{{"code": "A", "values": {values}}}]}}'
    assert reading.definition(parse(text.encode()), code="1").attributes[0].values == pairs


def test_updates_without_id_or_date_are_left_out() -> None:
    text = (
        '[{"update_id": 5, "service_request_id": 7, "status": "NO_FURTHER_ACTION",'
        ' "updated_datetime": "2024-01-01T00:00:00Z"},'
        ' {"update_id": "6", "service_request_id": "7"}]'
    )
    read = reading.updates(parse(text.encode()), zone=None)
    assert [(u.update_id, u.status) for u in read.items] == [("5", "no_further_action")]
    assert read.skipped == 1


@pytest.mark.parametrize(
    "text",
    [
        '[{"code": 400, "description": "No place."}]',
        '{"errors": [{"code": 400, "description": "No place."}]}',
        '{"code": 400, "description": "No place."}',
        '{"error": "No place."}',
        '{"errors": ["No place."]}',
        '{"type": "about:blank", "title": "Bad", "status": 400, "detail": "No place."}',
        "<errors><error><code>400</code><description>No place.</description></error></errors>",
        '{"error": {"code": "x", "message": "No <b>place.</b>"}}',
    ],
)
def test_what_is_wrong_is_read_from_errors_of_every_shape(text: str) -> None:
    (sentence,) = faults(parse(text.encode()))
    assert " ".join(sentence.split()) in {"No place.", "No place. "}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), nested))
def test_no_answer_breaks_the_reader(plain: object) -> None:
    for read in (
        lambda: reading.requests(plain, zone=None),
        lambda: reading.updates(plain, zone=None),
        lambda: reading.services(plain),
        lambda: reading.definition(plain, code="1"),
        lambda: reading.created(plain),
        lambda: faults(plain),
    ):
        try:
            read()
        except NotUnderstood:
            continue


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(body: bytes) -> None:
    for start in (b"", b"<", b"{", b"<?xml version='1.0' encoding='x'?><a>"):
        try:
            parse(start + body)
        except NotUnderstood:
            continue
