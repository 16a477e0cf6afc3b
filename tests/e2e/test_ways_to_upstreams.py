"""What an upstream is shown and how it is reached (docs/identity.md): client certificates, versions of TLS, an egress
proxy. The proxy is a script; the TLS that goes through it is real."""

import base64
import socket
import ssl
import threading
import time

import pytest
from asking import ask, ask_many
from authority import Authority
from gateway import Gateway
from scripted import Scripted
from settled import settled
from tables import one_route
from upstream import Upstream, answering, reply

CLEAN = {name: "" for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")}
ELSEWHERE = "acme.openai.azure.test"


def good(_):
    return reply(200, {"id": "good", "choices": []}, {"connection": "close"})


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


def asking_for_certificates(authority, name="localhost"):
    context = authority.issue(name)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.certificate)
    return context


class Certified(Upstream):
    """Remembers who connected, by the common name of the certificate."""

    def __init__(self, context):
        self.shown = []

        def once(connection):
            subject = connection._connection.sock.getpeercert()["subject"]
            self.shown.append(dict(pair for part in subject for pair in part)["commonName"])
            if request := connection.request():
                connection.send(good(request))

        super().__init__(once, tls=context)


def showing(table, pair):
    table["resources"]["east"]["tls"] |= {"certificate": str(pair[0]), "key": str(pair[1])}
    return table


def test_a_client_certificate_is_shown_and_a_new_one_needs_no_restart(authority, tmp_path):
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"

    def put(name):
        for source, target in zip(authority.files(name), (certificate, key)):
            target.with_suffix(".new").write_bytes(source.read_bytes())
            target.with_suffix(".new").rename(target)

    put("first")
    with Certified(asking_for_certificates(authority)) as upstream:
        table = showing(one_route({"east": upstream.address}, tls_ca=authority.certificate), (certificate, key))
        with Gateway(table) as gateway:
            assert {each.status for each in ask_many(gateway, 5, askers=1)} == {200}
            assert set(upstream.shown) == {"first"}
            put("second")
            replies, deadline = [], time.monotonic() + 20
            while upstream.shown[-1] != "second" and time.monotonic() < deadline:
                replies.append(ask(gateway))
                time.sleep(0.02)
            settled(gateway, 5 + len(replies))
    assert upstream.shown[-1] == "second" and {each.status for each in replies} == {200}


def test_without_its_certificate_the_gateway_is_refused(authority):
    with Certified(asking_for_certificates(authority)) as upstream:
        with Gateway(one_route({"east": upstream.address}, tls_ca=authority.certificate)) as gateway:
            assert ask(gateway).status == 503
    assert not upstream.requests


def test_what_is_older_than_min_version_is_not_spoken(authority):
    old = authority.issue("localhost")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with Upstream(answering(good), tls=old) as east, Upstream(answering(good), tls=authority.issue("localhost")) as west:
        table = one_route({"east": east.address, "west": west.address}, tls_ca=authority.certificate)
        table["resources"]["east"]["tls"]["min_version"] = "1.3"
        with Gateway(table) as gateway:
            assert ask(gateway).deployment == "west"
        del table["resources"]["east"]["tls"]["min_version"]
        with Gateway(table) as gateway:
            assert ask(gateway).deployment == "east"


class Proxy(Scripted):
    """An HTTP CONNECT proxy to one place, whatever is asked for. `wants`: what it takes for a password."""

    def __init__(self, to, wants=None):
        self.heads = []
        expected = wants and "proxy-authorization: Basic " + base64.b64encode(wants.encode()).decode()

        def tunnel(connection):
            head = connection.request()[0].decode()
            self.heads.append(head)
            if expected and expected.lower() not in head.lower():
                connection.send(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
                return
            connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            host, port = to.rsplit(":", 1)
            with socket.create_connection((host, int(port))) as beyond:
                back = threading.Thread(target=pump, args=(beyond, connection.sock))
                back.start()
                pump(connection.sock, beyond)
                back.join()

        super().__init__(tunnel)

    @property
    def asked(self):
        return [head.split("\r\n")[0] for head in self.heads]


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def table_for(name, port, authority, **resource):
    """A resource whose name only a proxy can find."""
    table = one_route({"east": f"127.0.0.1:{port}"}, tls_ca=authority.certificate)
    table["resources"]["east"] |= {"endpoint": f"https://{name}:{port}", **resource}
    del table["resources"]["east"]["connect_to"]
    return table


def test_the_proxy_of_a_resource_tunnels_tls_end_to_end(authority):
    with Upstream(answering(good), tls=authority.issue(ELSEWHERE)) as upstream:
        with Proxy(upstream.address, wants="gateway:p w") as proxy:
            table = table_for(ELSEWHERE, 8443, authority, proxy=f"http://gateway:p%20w@{proxy.address}")
            with Gateway(table, CLEAN) as gateway:
                assert ask(gateway).status == 200
    assert proxy.asked == [f"CONNECT {ELSEWHERE}:8443 HTTP/1.1"]
    assert upstream.requests[0].fields["host"] == f"{ELSEWHERE}:8443"
    assert "proxy-authorization" not in upstream.requests[0].fields and "api-key" not in proxy.heads[0].lower()


def test_https_proxy_and_no_proxy_decide_for_the_rest(authority):
    with Upstream(answering(good), tls=authority.issue(ELSEWHERE)) as upstream, Proxy(upstream.address) as proxy:
        through = {**CLEAN, "HTTPS_PROXY": "http://" + proxy.address}
        for environment, status, asked in (
            (through, 200, 1),
            ({**through, "NO_PROXY": "other.test,.azure.test"}, 503, 0),
            ({**through, "NO_PROXY": "azure.example"}, 200, 1),
            (CLEAN, 503, 0),
        ):
            proxy.heads.clear()
            with Gateway(table_for(ELSEWHERE, 8443, authority), environment) as gateway:
                assert ask(gateway).status == status, environment
            assert len(proxy.asked) == asked, environment
        proxy.heads.clear()
        with Gateway(table_for(ELSEWHERE, 8443, authority, proxy="none"), through) as gateway:
            assert ask(gateway).status == 503
        assert not proxy.asked


def test_a_proxy_that_refuses_is_a_failure_to_connect(authority):
    with Upstream(answering(good), tls=authority.issue("localhost")) as west, Proxy(west.address, wants="a:b") as proxy:
        table = one_route({"east": west.address, "west": west.address}, tls_ca=authority.certificate)
        table["resources"]["east"]["proxy"] = "http://gateway:canary-77@" + proxy.address
        with Gateway(table, CLEAN) as gateway:
            answered = ask(gateway)
            [line] = settled(gateway, 1)
            told = [event for event in gateway.events() if event["event"] == "egress_proxy_refused"]
            assert b"canary-77" not in gateway.fetch("/config") + gateway.fetch("/status.json")
            assert "canary-77" not in gateway.events_path.read_text()
    assert (answered.status, answered.deployment) == (200, "west")
    assert [each["deployment"] for each in line["attempts"]] == ["east", "west"] and told
    assert len(west.requests) == 1
