"""The admin listener behind TLS, and with client certificates (docs/status.md)."""

import os
import socket
import ssl
import subprocess

import pytest
from authority import Authority
from gateway import BINARY, Gateway
from settled import settled
from tables import one_route

TOKEN = "operators-token"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


def gateway_with(sim, authority, folder, **tls):
    (folder / "token").write_text(TOKEN)
    certificate, key = authority.files("localhost")
    admin = {"listen": "0.0.0.0:0", "token": {"file": str(folder / "token")},
             "tls": {"certificate": str(certificate), "key": str(key), **tls}}
    return Gateway(one_route({"east": sim.address("east")}, admin=admin))


def url(gateway, path=""):
    return "https://localhost:" + gateway.admin.rpartition(":")[2] + path


def curl(gateway, authority, path, *options):
    """(curl's exit status, HTTP status)"""
    done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", authority.certificate, *options,
                           url(gateway, path)], capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout


def test_curl_and_the_commands_read_it_by_tls(sim, authority, tmp_path):
    with gateway_with(sim, authority, tmp_path) as gateway:
        assert curl(gateway, authority, "/readyz") == (0, "200")
        assert curl(gateway, authority, "/metrics") == (0, "401")
        assert curl(gateway, authority, "/metrics", "-H", "Authorization: Bearer " + TOKEN) == (0, "200")
        assert curl(gateway, authority, "/metrics", "--tls-max", "1.1")[0] != 0
        for trusted, code in ((authority.certificate, 0), ("/etc/ssl/certs/ca-certificates.crt", 1)):
            asked = subprocess.run([BINARY, "explain", "--admin", url(gateway), "--model", "gpt-4o"], capture_output=True, text=True,
                                   env={**os.environ, "SSL_CERT_FILE": str(trusted), "SPILLWAY_ADMIN_TOKEN": TOKEN}, timeout=20)
            assert asked.returncode == code, asked.stderr
        plain = subprocess.run([BINARY, "health", "--admin", "localhost:" + gateway.admin.rpartition(":")[2]], capture_output=True, timeout=20)
        assert plain.returncode == 1


def test_whoever_has_no_certificate_gets_no_answer(sim, authority, tmp_path):
    ours = [str(path) for path in authority.files("operator")]
    stranger = [str(path) for path in Authority(tmp_path / "strangers").files("operator")]
    with gateway_with(sim, authority, tmp_path, client_ca=str(authority.certificate)) as gateway:
        assert curl(gateway, authority, "/livez", "--cert", ours[0], "--key", ours[1]) == (0, "200")
        assert curl(gateway, authority, "/metrics", "--cert", ours[0], "--key", ours[1]) == (0, "401")
        assert curl(gateway, authority, "/livez")[0] != 0
        assert curl(gateway, authority, "/livez", "--cert", stranger[0], "--key", stranger[1])[0] != 0


def test_a_new_certificate_counts_at_once_and_a_broken_one_not_at_all(sim, authority, tmp_path):
    files = [tmp_path / "tls.crt", tmp_path / "tls.key"]

    def put(issuer):
        for source, target in zip(issuer.files("localhost"), files):
            target.write_bytes(source.read_bytes())

    put(authority)
    second = Authority(tmp_path / "second")
    with gateway_with(sim, authority, tmp_path, certificate=str(files[0]), key=str(files[1])) as gateway:
        put(second)
        assert curl(gateway, second, "/livez") == (0, "200") and curl(gateway, authority, "/livez")[0] != 0
        files[1].write_text("no key")
        assert curl(gateway, second, "/livez") == (0, "200")
        assert [event for event in gateway.events() if event["event"] == "admin_tls_kept"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_caller_with_a_certificate_may_resume(sim, authority, version):
    """Of the callers' listener: SDKs in Node keep TLS sessions."""
    certificate, key = authority.files("localhost")
    context = ssl.create_default_context(cafile=authority.certificate)
    context.minimum_version = context.maximum_version = version
    context.load_cert_chain(*authority.files("caller"))
    listen = [{"address": "127.0.0.1:0", "tls": {"certificate": str(certificate), "key": str(key), "client_ca": str(authority.certificate)}}]
    with Gateway(one_route({"east": sim.address("east")}, listen=listen)) as gateway:
        session, reused = None, []
        for _ in range(2):
            with context.wrap_socket(socket.create_connection(gateway.address, timeout=10), server_hostname="localhost",
                                     session=session) as tls:
                tls.sendall(b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")
                assert tls.recv(65536).startswith(b"HTTP/1.1 200")
                session, reused = tls.session, [*reused, tls.session_reused]
        settled(gateway, 2)
    assert reused == [False, True]
