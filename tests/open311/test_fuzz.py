"""Whatever is sent to this door, it answers in its own shape and never breaks."""

import json
from io import BytesIO
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from citycall.core.careful_request import Request
from citycall.service_requests.policies import READ_SCOPE, SUBMIT_SCOPE, WORK_SCOPE
from tests.city import City
from tests.open311.posting import BASE, GOOD, POST, new_key, picture, post, taken

BOUNDARY = b"bOuNdArY"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY.decode()}"
FORM = "application/x-www-form-urlencoded"
PATHS = [
    *(
        f"{name}{end}"
        for name in ("requests", "services", "discovery")
        for end in (".json", ".xml")
    ),
    *(f"requests/{name}.json" for name in ("1", "x", "26-48392-01755", "9" * 40, "%00", "%ff")),
    *(f"services/{name}.xml" for name in ("pothole", "lamp-out", "x", "%00", "%ED%A0%80")),
    *(f"tokens/{name}.json" for name in ("a", "%00", "%ff", "x" * 300)),
    "servicerequestupdates.json",
    "servicerequestupdates.xml",
    "requests",
    "requests.csv",
    "requests.json/",
    "",
    "requests/.json",
    "requests/1/2.json",
    "nowhere.json",
    "%2e%2e/%2e%2e/etc/passwd.xml",
]
KINDS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
NAMES = [
    *("api_key", "jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id"),
    *("attribute[wires]", "attribute[lights][]", "attribute[blocks]", "attribute[", "attribute[]"),
    *("email", "phone", "first_name", "description", "media", "media_url", "client_request_id"),
    *("service_request_id", "start_date", "end_date", "status", "page", "page_size", "limit"),
    *("offset", "bbox", "radius", "q", "sort", "extensions", "updated_after", "updated_before"),
    *("update_id", "updated_datetime", "external_status_code", "after_id", "stop_read"),
    *("", "\x00", "[", "constructor", "LAT", "callback"),
]
VALUES = [
    *(b"", b" ", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", "ünïcödé 🌳".encode()),
    *(b"NaN", b"inf", b"-Infinity", b"1e999", b"-1", b"0", b"1e-400", b"9" * 400, b"0x10"),
    *("٣٩".encode(), b"1_000", b"39.29", b"-76.6", b"200", b"-200", b"1,5", b"..", b"+", b"--1"),
    *(b"pothole", b"lamp-out", b"water-leak,pothole", b"yes", b"one", b"open", b"CLOSED", b"true"),
    *(b"2026-03-01", b"2026-02-30", b"2026-13-01T00:00:00Z", b"0001-01-01T00:00:00+14:00"),
    *(b"9999-12-31T23:59:59-14:00", b"2026-03-01T25:61:61", b"2026-03-01T00:00:00+99:99"),
    *(b"2026-03-08T02:30:00", b"20260301T000000Z", b"now", b"-1 day", b"2026-W10-1"),
    *(b"-77,39,-76,40", b"180,90,-180,-90", b"nan,nan,nan,nan", b"1,2,3", b"1,2,3,4,5", b",,,"),
    *(b"1", b"2", b"1000000", b"99999999999999999999", b"-5", b"1.5", b"1,2,x,,3"),
    *(b"pat@example.org", b"@", b"410-555-0123", b"http://[::1", b"https://x.example/1.jpg"),
    *(b"data:image/png;base64,AAAA", b"<b>&amp;</b>]]>", b"<!DOCTYPE x [<!ENTITY y 'z'>]>"),
    *(b"' OR 1=1 --", b"%(x)s", b"{0}", b"\\u0000", b"\r\nSet-Cookie: a=b", b"x" * 5_000),
]
TYPES = [
    FORM,
    MULTIPART,
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=\xff",
    f"{MULTIPART}; charset=base64",
    f"{MULTIPART}; charset=utf-16",
    *(f"{FORM}; charset={name}" for name in ("utf-8", "latin-1", "utf-16", "utf-7", "nonsense")),
    *(f"{FORM}; charset={name}" for name in ("base64", "rot13", "idna", "zlib", "punycode", "")),
    *("application/json", "application/json; charset=utf-16", "text/json", "application/ld+json"),
    *("text/xml", "application/xml; charset=ascii", "text/plain", "image/png", "", "/", ";;;"),
]

names = st.sampled_from(NAMES).map(str.encode) | st.binary(max_size=20)
values = (
    st.sampled_from(VALUES)
    | st.binary(max_size=60)
    | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
pairs = st.lists(st.tuples(names, values), max_size=12)
good = st.lists(
    st.sampled_from([(name.encode(), value.encode()) for name, value in GOOD.items()]), max_size=6
)
numbers = st.floats() | st.integers(-(10**30), 10**30)
plain = (
    st.none()
    | st.booleans()
    | numbers
    | st.text(max_size=30)
    | st.sampled_from([value.decode("utf-8", "replace") for value in VALUES])
)
nested = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*NAMES, "attribute", "code", "value"]), inner, max_size=6
        )
    ),
    max_leaves=20,
)


def form(sent: list[tuple[bytes, bytes]]) -> bytes:
    return b"&".join(
        quote_from_bytes(name).encode() + b"=" + quote_from_bytes(value).encode()
        for name, value in sent
    )


def parts(sent: list[tuple[bytes, bytes]]) -> bytes:
    """The pairs as multipart, some of them as uploads; the names are not cleaned on purpose."""
    written = b""
    for number, (name, value) in enumerate(sent):
        upload = b'; filename="a\xff.png"\r\nContent-Type: image/png' if number % 3 == 2 else b""
        head = b'--%b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n'
        written += head % (BOUNDARY, name, upload) + value + b"\r\n"
    return written + b"--" + BOUNDARY + b"--\r\n"


@st.composite
def broken(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Something good that was cut, doubled, or overwritten in the middle."""
    body = draw(whole)
    at = draw(st.integers(0, len(body)))
    return draw(
        st.sampled_from([body, body[:at], body[at:], body + body, body[:at] + b"\x00\xff\r\n"])
    )


bodies = (
    (pairs | good | st.tuples(good, pairs).map(lambda two: [*two[0], *two[1]])).map(form)
    | broken((pairs | good).map(parts))
    | broken(nested.map(lambda told: json.dumps(told).encode()))
    | st.binary(max_size=200)
    | st.sampled_from(
        [
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
            b"<request><service_code>pothole</service_code>",
            b"{" * 2_000,
            b"[" * 200_000,
            b'{"lat": 1e999}',
            b'{"description": "\\ud800"}',
        ]
    )
)
latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
headers = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_ACCEPT": st.sampled_from(["application/json", "*/*", "text/xml;q=x", ",,;", ""]),
        "HTTP_AUTHORIZATION": st.just("Bearer \xff") | latin,
        "HTTP_IDEMPOTENCY_KEY": latin,
        "HTTP_IF_NONE_MATCH": st.sampled_from(["*", '"x"', 'W/"']) | latin,
        "CONTENT_LENGTH": st.sampled_from(["", "0", "5", "abc", "-1"]),
        "HTTP_X_FORWARDED_FOR": latin,
    },
)


@pytest.fixture
def _as_served(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Around the door is what stands around it in the web process."""
    monkeypatch.setattr("django.test.client.WSGIRequest", Request)
    settings.MIDDLEWARE = settings.MACHINE_MIDDLEWARE
    settings.CITYCALL_CALLS_PER_MINUTE = 10**9


@pytest.fixture
def key(city: City, _as_served: None) -> str:
    return new_key(SUBMIT_SCOPE, READ_SCOPE, WORK_SCOPE)


def call(method: str, path: str, query: bytes, body: bytes, kind: str, more: dict[str, str]) -> Any:
    arrives = {"QUERY_STRING": query.decode("latin-1"), "wsgi.input": BytesIO(body)}
    extra: dict[str, Any] = {**arrives, **more}
    client = Client(raise_request_exception=False)
    return client.generic(method, f"{BASE}/{path}", body, content_type=kind, **extra)


def well_formed(answer: Any, path: str) -> None:
    """No failure of ours; the asked format, and every refusal in the standard's shape."""
    assert answer.status_code < 500, answer.content
    if answer.status_code in {204, 301, 302, 304} or answer.request["REQUEST_METHOD"] == "HEAD":
        return
    kind = answer["Content-Type"]
    asked = path.rstrip("/").rpartition(".")[2]
    if asked in KINDS:
        assert kind == KINDS[asked]
    told = errors_in(answer.content, kind) if answer.status_code >= 400 else []
    if answer.status_code >= 400:
        assert told
        assert all(400 <= code < 500 and sentence for code, sentence in told)


def errors_in(content: bytes, kind: str) -> list[tuple[int, str]]:
    if kind.startswith("application/json"):
        return [(row["code"], row["description"]) for row in json.loads(content)]
    root = fromstring(content)
    assert root.tag == "errors"
    return [(int(row.findtext("code", "0")), row.findtext("description", "")) for row in root]


everything = given(
    method=st.sampled_from(["GET", "POST", "POST", "POST", "HEAD", "PUT", "OPTIONS", "DELETE"]),
    path=st.sampled_from(PATHS) | st.sampled_from(["requests.json"] * 3),
    query=pairs,
    body=bodies,
    kind=st.sampled_from(TYPES),
    more=headers,
    known=st.booleans(),
)
quick = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
long = settings(quick, max_examples=4_000)


def sent(key: str, told: dict[str, Any]) -> None:
    query = form([*told["query"], *([(b"api_key", key.encode())] if told["known"] else [])])
    answer = call(
        told["method"], told["path"], query, told["body"], told["kind"], dict(told["more"])
    )
    well_formed(answer, told["path"])


@quick
@everything
def test_whatever_comes_is_answered_in_shape(key: str, **told: Any) -> None:
    sent(key, told)


@pytest.mark.slow
@long
@everything
def test_whatever_comes_is_answered_in_shape_for_long(key: str, **told: Any) -> None:
    sent(key, told)


@quick
@given(told=nested)
def test_whatever_json_comes_is_answered_in_shape(key: str, told: Any) -> None:
    body = json.dumps({**GOOD, "told": told, "attribute": told}).encode()
    answer = call("POST", "requests.json", f"api_key={key}".encode(), body, "application/json", {})
    well_formed(answer, "requests.json")


@quick
@given(query=pairs, path=st.sampled_from(["requests", "servicerequestupdates", "services"]))
def test_whatever_is_asked_is_answered_in_shape(key: str, query: Any, path: str) -> None:
    for end in ("json", "xml"):
        answer = call("GET", f"{path}.{end}", form(query), b"", "", {})
        well_formed(answer, f"{path}.{end}")


@pytest.mark.parametrize("many", [1_001, 5_000])
@pytest.mark.parametrize("kind", [FORM, MULTIPART, "application/json", "text/plain"])
def test_thousands_of_fields_are_refused(key: str, many: int, kind: str) -> None:
    told = [(f"attribute[a{number}]".encode(), b"1") for number in range(many)]
    if kind == MULTIPART:
        body = parts(told)
    elif kind == "application/json":
        body = json.dumps({name.decode(): "1" for name, _value in told}).encode()
    else:
        body = form(told)
    answer = call("POST", "requests.json", f"api_key={key}".encode(), body, kind, {})
    well_formed(answer, "requests.json")
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize("kind", [FORM, MULTIPART, "application/json", "text/plain"])
def test_a_huge_field_is_refused(key: str, kind: str) -> None:
    told = [(b"description", b"x" * 1_100_000)]
    as_json = json.dumps({"description": "x" * 1_100_000}).encode()
    body = {MULTIPART: parts(told), "application/json": as_json}.get(kind, form(told))
    answer = call("POST", "requests.xml", f"api_key={key}".encode(), body, kind, {})
    well_formed(answer, "requests.xml")
    assert answer.status_code in {400, 413}


def test_thousands_of_parameters_in_the_address_are_refused(key: str) -> None:
    query = f"api_key={key}&{'&'.join(['a=1'] * 1_001)}".encode()
    answer = call("POST", "requests.json", query, b"", f"{FORM}; charset=utf-8", {})
    well_formed(answer, "requests.json")
    assert answer.status_code == 400


def test_a_repeated_field_is_no_harm(key: str) -> None:
    body = form([(b"description", b"again")] * 900)
    query = f"api_key={key}&service_code=pothole&lat=39.29&long=-76.6".encode()
    assert call("POST", "requests.json", query, body, FORM, {}).status_code == 200


def test_a_hundred_and_one_uploads_are_refused(key: str) -> None:
    answer = post(key, **{"media[]": [picture() for _number in range(101)]})
    well_formed(answer, "requests.json")
    assert answer.status_code in {400, 413}


class _Broken:
    """A body whose sender goes away in the middle."""

    def read(self, *_sizes: int) -> bytes:
        raise OSError("gone")

    readline = read


@pytest.mark.parametrize("kind", [FORM, MULTIPART, "application/json"])
def test_a_sender_who_goes_away_is_answered_all_the_same(key: str, kind: str) -> None:
    more: dict[str, Any] = {"wsgi.input": _Broken(), "CONTENT_LENGTH": "500"}
    answer = call("POST", "requests.json", f"api_key={key}".encode(), b"x", kind, more)
    well_formed(answer, "requests.json")
    assert answer.status_code == 400


def test_a_good_report_is_still_taken(key: str) -> None:
    assert taken(post(key))
    assert Client().post(POST, {**GOOD, "api_key": key}).status_code == 200
