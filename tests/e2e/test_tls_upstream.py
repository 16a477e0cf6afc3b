"""F-9: upstreams that cannot prove who they are never see a byte of a request."""

import pytest
from asking import ask, ask_many, deployment
from authority import Authority, serving
from certificates import self_signed
from figures import figure
from gateway import Gateway
from settled import settled
from tables import one_route
from upstream import Upstream, answering, reply

GOOD = {"id": "good", "choices": []}


def good(_):
    return reply(200, GOOD)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def impostors(authority, tmp_path_factory):
    """Servers' contexts, and what an operator has to be told of each."""
    folder = tmp_path_factory.mktemp("impostors")
    files = self_signed(folder)
    return {
        "expired": (authority.issue("localhost", ends="20210101000000Z"), "expired"),
        "wrong-name": (authority.issue("elsewhere.example"), "mismatch"),
        "self-signed": (serving(files["certificate"], files["key"]), "self-signed"),
        "unknown-ca": (Authority(folder / "theirs").issue("localhost"), "issuer"),
        "plain": (None, "wrong version"),
    }


IMPOSTORS = ["expired", "wrong-name", "self-signed", "unknown-ca", "plain"]


def test_no_impostor_is_sent_a_request(authority, impostors):
    assert set(IMPOSTORS) == set(impostors)
    accepted, well_told = [], []
    for name, (context, why) in impostors.items():
        requests, events = refused_by(authority, name, context)
        accepted += requests
        told = [event for event in events if why in str(event).lower()]
        assert told, (name, events)
        well_told += [event for event in told if "localhost" in str(event)]
    figure("F-9", len(accepted), "impostors-accepted", 0, not accepted)
    figure("F-9", len(well_told), "told-with-host-and-reason", 5, len(well_told) >= 5)


def perplexed(connection):
    """A server without TLS: it cannot read our greeting and says so."""
    connection.send(reply(400, {"error": {"message": "not HTTP"}}))
    connection.wait_for_end()


def refused_by(authority, name, context):
    """What arrived at this impostor, and what the operator was told. Callers notice nothing."""
    script = answering(good) if context else perplexed
    with Upstream(script, tls=context) as east:
        with Upstream(answering(good), tls=authority.issue("localhost")) as west:
            addresses = {"east": east.address, "west": west.address}
            table = one_route(addresses, tls_ca=authority.certificate)
            with Gateway(table) as gateway:
                replies = ask_many(gateway, 20, askers=1)
                lines = settled(gateway, 20)
                breaker = deployment(gateway, "east")["breaker"]
                events = [e for e in gateway.events() if e["event"] != "started"]

    assert {each.status for each in replies} == {200}, name
    assert {each.deployment for each in replies} == {"west"}
    lost = [line["attempts"][0] for line in lines if len(line["attempts"]) == 2]
    assert len(lost) == 3 and {each["reason"] for each in lost} == {"tls"}
    assert (breaker["state"], breaker["reason"]) == ("open", "local")
    return east.requests, events


def test_a_proven_upstream_is_used_and_its_sessions_are_resumed(authority):
    """Every answer closes its connection, so that each request needs a handshake."""

    def once(connection):
        connection.request()
        connection.send(reply(200, GOOD, {"connection": "close"}))

    with Upstream(once, tls=authority.issue("localhost")) as upstream:
        table = one_route({"east": upstream.address}, tls_ca=authority.certificate)
        with Gateway(table) as gateway:
            replies = ask_many(gateway, 20, askers=1)
            settled(gateway, 20)

    assert {each.status for each in replies} == {200}
    assert upstream.connections == 20
    assert upstream.sessions_resumed >= 18


def test_without_the_ca_file_the_same_upstream_is_a_stranger(authority):
    with Upstream(answering(good), tls=authority.issue("localhost")) as upstream:
        table = one_route({"east": upstream.address}, tls_ca=authority.certificate)
        del table["resources"]["east"]["tls"]
        with Gateway(table) as gateway:
            answered = ask(gateway)

    assert answered.status == 503 and not upstream.requests
