"""Towards upstreams: every kind of credential that fetches tokens, against fakes written from the
protocol's description (identity_services.py), and Microsoft's own client against the same fakes."""

import time

import pytest
from asking import ask, ask_many
from authority import Authority
from gateway import Gateway
from identity_services import (
    CLIENT, COGNITIVE, TENANT, AppService, Entra, Imds, Issuer, guarded, rsa_certificate)
from settled import settled
from tables import one_route
from upstream import Upstream

CLEAN = {name: "" for name in (
    "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST", "AZURE_CLIENT_CERTIFICATE_PATH", "IDENTITY_ENDPOINT", "IDENTITY_HEADER",
    "MSI_ENDPOINT", "IMDS_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "HTTPS_PROXY", "https_proxy")}
SECRET = "a~B.c-D_e+f/g=h&i"


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture
def east(issuer):
    with Upstream(guarded(issuer)) as upstream:
        yield upstream


def table_for(upstream, credential, **more):
    table = one_route({"east": upstream.address}, **more)
    table["credentials"] = {"east-key": credential}
    return table


def credential_of(gateway, name="east-key"):
    return next(each for each in gateway.status()["credentials"] if each["name"] == name)


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def at_entra(entra, authority, **more):
    """(what the table says, the environment) for a token endpoint whose certificate is ours."""
    return ({"tenant": TENANT, "client_id": CLIENT, "authority": entra.authority, **more},
            {**CLEAN, "SSL_CERT_FILE": str(authority.certificate)})


def answers(table, env):
    with Gateway(table, env={**CLEAN, **env}) as gateway:
        replies = ask_many(gateway, 5, askers=1)
        status = credential_of(gateway)
        settled(gateway, 5)
        return [each.status for each in replies], status, gateway.events()


def test_a_managed_identity_at_imds(issuer, east):
    with Imds(issuer) as imds:
        got, status, _ = answers(table_for(east, {"managed_identity": {}}), imds.environment)

    assert got == [200] * 5 and len(imds.requests) == 1
    assert status["usable"] and 3500 < status["expires_in_seconds"] <= 3600
    assert status["refreshes"] == {"ok": 1, "failed": 0} and status["source"] == "managed_identity"


def test_a_user_assigned_identity(issuer, east):
    with Imds(issuer) as imds:
        chosen = {"managed_identity": {"client_id": CLIENT}}
        got, _, _ = answers(table_for(east, chosen), imds.environment)
        other = {"managed_identity": {"client_id": TENANT}}
        refused, status, events = answers(table_for(east, other), imds.environment)

    assert got == [200] * 5
    assert refused == [503] * 5 and status["trouble"] == "refused" and not status["usable"]
    failed = next(each for each in events if each["event"] == "credential_refresh_failed")
    assert failed["detail"] == "400 invalid_request" and failed["level"] == "error"


def test_app_service(issuer, east):
    with AppService(issuer) as service:
        got, _, _ = answers(table_for(east, {"managed_identity": {}}), service.environment)
    assert got == [200] * 5


def test_a_service_principal_with_a_secret(issuer, east, authority):
    with Entra(issuer, authority.issue("localhost"), secret=SECRET) as entra:
        said, env = at_entra(entra, authority, secret={"env": "MY_SECRET"})
        got, _, _ = answers(table_for(east, {"client_secret": said}), {**env, "MY_SECRET": SECRET})
        wrong, _, events = answers(table_for(east, {"client_secret": said}),
                                   {**env, "MY_SECRET": "wrong"})

    assert got == [200] * 5 and wrong == [503] * 5
    failed = next(each for each in events if each["event"] == "credential_refresh_failed")
    assert failed["detail"] == "401 invalid_client AADSTS7000215"


def test_a_service_principal_with_a_certificate(issuer, east, authority, tmp_path):
    path, certificate = rsa_certificate(tmp_path)
    stranger, _ = rsa_certificate(tmp_path, "stranger")
    with Entra(issuer, authority.issue("localhost"), certificate=certificate) as entra:
        said, env = at_entra(entra, authority, certificate=str(path))
        got, _, _ = answers(table_for(east, {"client_certificate": said}), env)
        said["certificate"] = str(stranger)
        wrong, status, _ = answers(table_for(east, {"client_certificate": said}), env)

    assert got == [200] * 5
    assert wrong == [503] * 5 and status["trouble"] == "refused"


def test_a_workload_identity_reads_its_token_at_each_exchange(issuer, east, authority, tmp_path):
    projected = tmp_path / "azure-identity-token"
    projected.write_text("first.federated.token\n")
    with Entra(issuer, authority.issue("localhost"), federated=["first.federated.token"],
               lifetime=4) as entra:
        _, env = at_entra(entra, authority)
        env |= {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT,
                "AZURE_FEDERATED_TOKEN_FILE": str(projected), "AZURE_AUTHORITY_HOST": entra.authority + "/"}
        with Gateway(table_for(east, {"workload_identity": {}}), env=env) as gateway:
            assert ask(gateway).status == 200
            projected.write_text("second.federated.token\n")
            entra.federated = {"second.federated.token"}
            wait_until(lambda: credential_of(gateway)["refreshes"]["ok"] >= 3)
            assert ask(gateway).status == 200
            assert credential_of(gateway)["refreshes"]["failed"] == 0


@pytest.mark.parametrize("offered", ["secret", "federated", "machine"])
def test_azure_default_takes_the_first_that_is_there(issuer, east, authority, tmp_path, offered):
    projected = tmp_path / "token"
    projected.write_text("federated.token")
    with Entra(issuer, authority.issue("localhost"), secret=SECRET, federated=["federated.token"]) as entra:
        with Imds(issuer) as imds:
            _, env = at_entra(entra, authority)
            env |= imds.environment
            if offered != "machine":
                env |= {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT,
                        "AZURE_AUTHORITY_HOST": entra.authority, "AZURE_FEDERATED_TOKEN_FILE": str(projected)}
            if offered == "secret":
                env |= {"AZURE_CLIENT_SECRET": SECRET}
            got, status, _ = answers(table_for(east, {"azure_default": {}}), env)

    expected = {"secret": "client_secret", "federated": "workload_identity", "machine": "managed_identity"}
    assert got == [200] * 5
    assert (status["kind"], status["source"]) == ("azure_default", expected[offered])
    assert bool(imds.requests) == (offered == "machine")


@pytest.mark.parametrize("first", [[404], [410, 410, 410], [429], [503]], ids=str)
def test_imds_is_asked_again(issuer, east, first):
    """410: every ten seconds; the test waits for the second try only."""
    with Imds(issuer) as imds:
        imds.then = first[:1]
        with Gateway(table_for(east, {"managed_identity": {}}), env={**CLEAN, **imds.environment}) as gateway:
            assert ask(gateway).status == 503
            assert credential_of(gateway)["trouble"] == "busy"
            wait_until(lambda: credential_of(gateway)["usable"], 14)
            assert ask(gateway).status == 200


def test_without_a_token_the_next_deployment_answers_and_nobody_waits(issuer, east):
    with Imds(issuer) as imds, Upstream(guarded(issuer)) as west:
        imds.always = lambda: time.sleep(20) or b""
        table = one_route({"east": east.address, "west": west.address})
        table["credentials"] = {"east-key": {"managed_identity": {}},
                                "west-key": {"bearer": issuer.token(COGNITIVE, 600)}}
        with Gateway(table, env={**CLEAN, **imds.environment}) as gateway:
            replies = ask_many(gateway, 20, askers=2)
            lines = settled(gateway, 20)
            tiers = gateway.status()["routes"][0]["tiers"]

    assert {(each.status, each.deployment, each.attempts) for each in replies} == {(200, "west", 1)}
    assert max(each.seconds for each in replies) < 1
    assert tiers[0][0]["skip"] == "no_credential" and not east.requests
    assert len(lines) == 20


def test_microsofts_own_client_takes_the_same_fakes(issuer, authority, tmp_path, monkeypatch):
    """So that the fakes are not merely what our code expects."""
    from azure.identity import (
        CertificateCredential, ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential)

    path, certificate = rsa_certificate(tmp_path)
    projected = tmp_path / "token"
    projected.write_text("federated.token")
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "prod")
    common = {"connection_verify": str(authority.certificate), "disable_instance_discovery": True}
    with Entra(issuer, authority.issue("localhost"), secret=SECRET, certificate=certificate,
               federated=["federated.token"]) as entra, Imds(issuer) as imds, AppService(issuer) as service:
        common["authority"] = entra.authority
        credentials = [
            ClientSecretCredential(TENANT, CLIENT, SECRET, **common),
            CertificateCredential(TENANT, CLIENT, str(path), **common),
            WorkloadIdentityCredential(tenant_id=TENANT, client_id=CLIENT, token_file_path=str(projected), **common),
        ]
        tokens = [each.get_token(COGNITIVE + "/.default").token for each in credentials]
        for environment in (imds.environment, service.environment):
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            tokens.append(ManagedIdentityCredential().get_token(COGNITIVE + "/.default").token)

    assert all(issuer.claims(token, COGNITIVE) for token in tokens) and len(set(tokens)) == 5
