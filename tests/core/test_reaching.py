"""Calling another system: bounded in time and size, and never into a network of the city's."""

import gzip
import logging
import socket
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
import trustme

from citycall.core import reaching
from citycall.core.reaching import BadAddress, Unreached, check_address, reach
from tests.exchange import receiver as receivers
from tests.exchange.receiver import Receiver, receiving

PUBLIC = "93.184.215.14"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def _here(settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A resolver that gives these answers, one after the other; returns what it was asked."""
    asked: list[str] = []
    left = list(answers)

    def getaddrinfo(host: str, port: int, **_rest: object) -> list[object]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.usefixtures("_here")
class TestAnswers:
    def test_a_request_arrives_as_it_was_given(self, receiver: Receiver) -> None:
        receiver.answers(201, b"made", X_Mark="seven")
        reply = reach("POST", f"{receiver.url}/a?b=c", headers={"X-Own": "1"}, content=b"body")
        assert (reply.status, reply.body, reply.headers["x-mark"]) == (201, b"made", "seven")
        came = receiver.came[0]
        assert (came.method, came.path, came.body) == ("POST", "/a?b=c", b"body")
        assert came.headers["host"] == f"127.0.0.1:{receiver.port}"
        assert came.headers["x-own"] == "1"

    def test_an_answer_that_is_no_success_is_an_answer(self, receiver: Receiver) -> None:
        receiver.answers(503, b"later", Retry_After="7")
        reply = reach("GET", receiver.url)
        assert (reply.status, reply.headers["Retry-After"]) == (503, "7")

    def test_no_redirect_is_followed(self, receiver: Receiver) -> None:
        receiver.answers(302, Location=f"{receiver.url}/elsewhere")
        assert reach("GET", receiver.url).status == 302
        assert [came.path for came in receiver.came] == ["/"]

    def test_a_packed_answer_is_unpacked(self, receiver: Receiver) -> None:
        receiver.answers(200, gzip.compress(b"words"), Content_Encoding="gzip")
        assert reach("GET", receiver.url).body == b"words"

    def test_the_name_is_in_the_header_and_the_checked_address_in_the_connection(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = names(monkeypatch, ["127.0.0.1"])
        reach("GET", f"http://partner.example:{receiver.port}/")
        assert receiver.came[0].headers["host"] == f"partner.example:{receiver.port}"
        assert asked == ["partner.example"]

    def test_the_next_address_is_tried_where_one_does_not_connect(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names(monkeypatch, ["127.0.0.99", "127.0.0.1"])
        assert reach("GET", f"http://partner.example:{receiver.port}/").status == 200

    def test_no_proxy_of_the_environment_is_used(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        assert reach("GET", receiver.url).status == 200

    def test_an_address_of_the_sixth_version(self, settings) -> None:
        settings.CITYCALL_ALLOWED_NETWORKS = ["::1/128"]
        with _sixth() as (port, answered):
            assert reach("GET", f"http://[::1]:{port}/").status == 204
            assert f"Host: [::1]:{port}".encode() in answered[0]


@pytest.mark.usefixtures("_here")
class TestBounds:
    def reached(self, receiver: Receiver, **bounds: float) -> tuple[Unreached, float]:
        started = time.monotonic()
        with pytest.raises(Unreached) as raised:
            reach("POST", receiver.url, content=b"x", **bounds)  # type: ignore[arg-type]
        return raised.value, time.monotonic() - started

    @pytest.mark.parametrize(
        "slow", [receivers.silent, receivers.dripping, receivers.dripping_body]
    )
    def test_the_whole_time_is_bounded(self, receiver: Receiver, slow) -> None:
        receiver.answering = slow
        problem, took = self.reached(receiver, seconds=0.4)
        assert (problem.why, problem.sent) == ("slow", True)
        assert 0.4 <= took < 8

    def test_an_endless_answer_is_refused(self, receiver: Receiver) -> None:
        receiver.answering = receivers.endless
        problem, _took = self.reached(receiver, most_bytes=100_000)
        assert problem.why == "answer too long"

    def test_a_small_answer_that_unpacks_to_a_large_one_is_refused_before_it_is_large(
        self, receiver: Receiver
    ) -> None:
        receiver.answers(200, zlib.compress(b" " * 50_000_000), Content_Encoding="deflate")
        tracemalloc.start()
        try:
            problem, _took = self.reached(receiver, most_bytes=100_000)
            _now, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert problem.why == "answer too long"
        assert most < 10_000_000

    def test_an_answer_in_an_unknown_packing_is_refused(self, receiver: Receiver) -> None:
        receiver.answers(200, b"????", Content_Encoding="br")
        assert self.reached(receiver)[0].why == "answer packed in an unknown way"

    @pytest.mark.parametrize(
        "body", [b"not packed", gzip.compress(b"words" * 99)[:-9]], ids=["none", "cut off"]
    )
    def test_a_broken_packing_is_refused(self, receiver: Receiver, body: bytes) -> None:
        receiver.answers(200, body, Content_Encoding="gzip")
        assert self.reached(receiver)[0].why == "answer packed wrongly"

    def test_an_answer_that_breaks_off_is_refused(self, receiver: Receiver) -> None:
        receiver.answering = receivers.hanging_up
        problem, _took = self.reached(receiver)
        assert problem.sent

    @pytest.mark.parametrize(
        "answering", [receivers.endless, receivers.dripping_body, receivers.hanging_up]
    )
    def test_a_caller_may_take_what_came(self, receiver: Receiver, answering) -> None:
        receiver.answering = answering
        reply = reach("GET", receiver.url, seconds=0.4, most_bytes=500, cut=True)
        assert (reply.status, reply.whole) == (200, False)
        assert 0 < len(reply.body) <= 500

    def test_a_refused_connection_has_surely_sent_nothing(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            with pytest.raises(Unreached) as raised:
                reach("POST", f"http://127.0.0.1:{unused.getsockname()[1]}/")
        assert (raised.value.why, raised.value.sent) == ("no connection", False)

    def test_a_name_server_that_says_nothing_is_not_waited_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def late(*_args: object, **_rest: object) -> list[object]:
            time.sleep(1.5)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", late)
        with pytest.raises(Unreached) as raised:
            reach("GET", "http://partner.example/", seconds=0.2)
        assert (raised.value.why, raised.value.sent) == ("slow", False)

    def test_nothing_secret_is_written_down(
        self, receiver: Receiver, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        reach("GET", f"{receiver.url}/?api_key=hush", headers={"Authorization": "Bearer hush"})
        receiver.answering = receivers.hanging_up
        with pytest.raises(Unreached) as raised:
            reach("GET", f"{receiver.url}/?api_key=hush")
        assert "hush" not in caplog.text + str(raised.value)


class TestPrivateNetworks:
    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "10.1.2.3", "172.16.0.1",
            "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1",
            "255.255.255.255", "192.0.0.8", "198.18.0.1", "localhost",
            "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fec0::1]", "[ff02::1]",
            "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[::127.0.0.1]", "[2002:7f00:1::]",
            "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::1]",
            "[2001:db8::1]",
        ],
    )  # fmt: skip
    def test_they_are_refused_in_every_spelling(self, host: str) -> None:
        with pytest.raises(BadAddress):
            check_address(f"http://{host}:8080/")
        with pytest.raises(Unreached) as raised:
            reach("GET", f"http://{host}:8080/", seconds=2)
        assert not raised.value.sent

    @pytest.mark.parametrize(
        "host", [PUBLIC, "[2606:4700::1111]", f"[::ffff:{PUBLIC}]", f"[64:ff9b::{PUBLIC}]"]
    )
    def test_public_addresses_are_not(self, host: str) -> None:
        check_address(f"https://{host}/hook")

    def test_one_private_address_among_public_ones_is_enough(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names(monkeypatch, [PUBLIC, "10.0.0.5"])
        with pytest.raises(BadAddress):
            check_address("https://partner.example/")

    def test_an_allowed_network_is_called(self, receiver: Receiver, settings) -> None:
        with pytest.raises(Unreached):
            reach("GET", receiver.url)
        settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1"]
        assert reach("GET", receiver.url).status == 200

    def test_a_name_that_changes_its_address_gains_nothing(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names(monkeypatch, [PUBLIC], ["127.0.0.1"])
        check_address(f"http://rebind.example:{receiver.port}/")
        with pytest.raises(Unreached) as raised:
            reach("GET", f"http://rebind.example:{receiver.port}/", seconds=2)
        assert raised.value.why == "address not allowed"
        assert receiver.connections == 0

    def test_a_name_is_looked_up_once_for_judging_and_connecting(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = names(monkeypatch, [PUBLIC], ["127.0.0.1"])
        with pytest.raises(Unreached):
            reach("GET", f"http://rebind.example:{receiver.port}/", seconds=0.3)
        assert len(asked) == 1
        assert receiver.connections == 0


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "", "partner.example", "ftp://partner.example/", "file:///etc/passwd", "https://",
            "https:///hook", "gopher://partner.example", "https://user@93.184.215.14/",
            "https://user:word@93.184.215.14/", "https://93.184.215.14:0/",
            "https://93.184.215.14:99999/", "https://93.184.215.14/\r\nX: 1",
            f"https://{'a' * 64}.example/", "https://93.184.215.14/" + "a" * 1000,
        ],
    )  # fmt: skip
    def test_what_is_no_web_address_is_refused(self, url: str) -> None:
        with pytest.raises(BadAddress) as raised:
            check_address(url)
        assert raised.value.field == "url"

    def test_a_name_that_nobody_has_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_args: object, **_rest: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(BadAddress, match="No server with this name"):
            check_address("https://nobody.example/")
        with pytest.raises(Unreached) as raised:
            reach("GET", "https://nobody.example/")
        assert (raised.value.why, raised.value.sent) == ("name not found", False)


@pytest.mark.usefixtures("_here")
class TestCertificates:
    @pytest.fixture
    def trusted(self, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
        authority = trustme.CA()
        trust = ssl.create_default_context()
        authority.configure_trust(trust)
        monkeypatch.setattr(reaching, "_trust", lambda: trust)
        return authority

    def tls(self, authority: trustme.CA, name: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(made)
        return made

    def test_the_certificate_is_for_the_name_and_not_the_address(
        self, trusted: trustme.CA, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names(monkeypatch, ["127.0.0.1"])
        with receiving(tls=self.tls(trusted, "partner.example")) as receiver:
            assert reach("GET", f"https://partner.example:{receiver.port}/").status == 200

    def test_the_certificate_of_another_name_is_refused(
        self, trusted: trustme.CA, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names(monkeypatch, ["127.0.0.1"])
        with receiving(tls=self.tls(trusted, "other.example")) as receiver:
            with pytest.raises(Unreached) as raised:
                reach("POST", f"https://partner.example:{receiver.port}/", content=b"x")
            assert (raised.value.why, raised.value.sent) == ("certificate refused", False)
            assert receiver.came == []

    def test_a_certificate_that_nobody_vouches_for_is_refused(self) -> None:
        with (
            receiving(tls=self.tls(trustme.CA(), "127.0.0.1")) as receiver,
            pytest.raises(Unreached, match="certificate refused"),
        ):
            reach("GET", receiver.url)


class _sixth:  # noqa: N801  (used as a function)
    """One answer over IPv6."""

    def __enter__(self) -> tuple[int, list[bytes]]:
        import threading

        self.answered: list[bytes] = []
        self.listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
        self.thread = threading.Thread(target=self.answer)
        self.thread.start()
        return self.listening.getsockname()[1], self.answered

    def answer(self) -> None:
        connection, _peer = self.listening.accept()
        with connection:
            self.answered.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def __exit__(self, *_what: object) -> None:
        self.thread.join(5)
        self.listening.close()
