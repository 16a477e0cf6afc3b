"""What hands out tokens in Azure, as azure-protocol.md §2.2-2.4 describes it: IMDS, App Service, Entra's
token endpoint. Tokens are real signed JWTs, and `guarded` is an upstream that takes nothing else.

    issuer = Issuer()
    with Imds(issuer) as imds, Upstream(guarded(issuer)) as east: ...

`then` is what a service answers before anything else, first come first served: a status, a
(status, body, headers), or a function of nothing that returns the bytes (and may take its time).
"""

import base64
import datetime
import json
import time
import urllib.parse
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm
from upstream import Upstream, reply

COGNITIVE = "https://cognitiveservices.azure.com"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Issuer:
    """Signs access tokens, and knows its own again. `published`: its keys by id, as others see them."""

    def __init__(self):
        self.issued = []
        self.published = {}
        self.rotate("first")

    def rotate(self, key_id, publish=True):
        """Signs with a new key from now on."""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key_id = key_id
        if publish:
            self.publish()

    def publish(self):
        self.published[self.key_id] = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))

    def key_set(self):
        return {"keys": [{"kid": key_id, "use": "sig", "kty": "RSA", "n": key["n"], "e": key["e"]}
                         for key_id, key in self.published.items()]}

    def token(self, audience, seconds, **claims):
        now = int(time.time())
        body = {"aud": audience, "iss": f"https://sts.windows.net/{TENANT}/", "iat": now,
                "nbf": now, "exp": now + seconds, "uti": uuid.uuid4().hex, **claims}
        self.issued.append(jwt.encode(body, self._key, "RS256", headers={"kid": self.key_id}))
        return self.issued[-1]

    def claims(self, token, audience):
        """Raises jwt.InvalidTokenError."""
        return jwt.decode(token, self._key.public_key(), ["RS256"], audience=audience)


class Service(Upstream):
    """Answers with `answer(request)`, unless something is to come first."""

    def __init__(self, answer, tls=None):
        self.then = []
        self.always = None  # as an element of `then`, for all requests from now on

        def script(connection):
            while request := connection.request():
                first = self.then.pop(0) if self.then else self.always
                connection.send(answer(request) if first is None else said(first))

        super().__init__(script, tls)


def said(first):
    if callable(first):
        return first()
    status, body, headers = first if isinstance(first, tuple) else (first, {}, {})
    return reply(status, body, headers)


def query_of(request):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(request.target).query))


class Imds(Service):
    """All numbers are text. `lifetime`: seconds."""

    def __init__(self, issuer, lifetime=3600):
        self.lifetime = lifetime

        def answer(request):
            query = query_of(request)
            if request.target.split("?")[0] != "/metadata/identity/oauth2/token":
                return reply(404, {"error": "not found"})
            if request.fields.get("metadata") != "true" or "x-forwarded-for" in request.fields:
                return reply(400, {"error": "bad_request_102",
                                   "error_description": "Required metadata header not specified"})
            if query.get("api-version") != "2018-02-01" or "/.default" in query.get("resource", ""):
                return reply(400, {"error": "invalid_resource", "error_description": "AADSTS500011: x"})
            if query.get("client_id", CLIENT) != CLIENT:
                return reply(400, {"error": "invalid_request", "error_description": "Identity not found"})
            now = int(time.time())
            return reply(200, {
                "access_token": issuer.token(query["resource"], self.lifetime), "refresh_token": "",
                "expires_in": str(self.lifetime), "expires_on": str(now + self.lifetime),
                "not_before": str(now), "resource": query["resource"], "token_type": "Bearer"})

        super().__init__(answer)

    @property
    def environment(self):
        return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://" + self.address}


class AppService(Service):
    KEY = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a"

    def __init__(self, issuer):
        def answer(request):
            query = query_of(request)
            if request.fields.get("x-identity-header") != self.KEY:
                return reply(401, {"statusCode": 401, "message": "No identity header"})
            if query.get("api-version") != "2019-08-01" or "resource" not in query:
                return reply(500, {"statusCode": 500, "message": "An unexpected error occurred"})
            return reply(200, {
                "access_token": issuer.token(query["resource"], 7200), "token_type": "Bearer",
                "expires_on": str(int(time.time()) + 7200), "resource": query["resource"],
                "client_id": query.get("client_id", CLIENT)})

        super().__init__(answer)

    @property
    def environment(self):
        return {"IDENTITY_ENDPOINT": f"http://{self.address}/msi/token", "IDENTITY_HEADER": self.KEY}


def refused(code, number, description):
    return reply(401, {
        "error": code, "error_description": f"AADSTS{number}: {description} Trace ID: 1 Timestamp: 2",
        "error_codes": [number], "timestamp": "2026-11-26 00:00:00Z", "trace_id": "1",
        "correlation_id": "2"})


class Entra(Service):
    """Publishes its keys, and knows one application, whose tokens say `claims`: its `secret`, its `certificate` (PEM) and the subject tokens of
    `federated` (a set that the test changes). An assertion is taken once."""

    def __init__(self, issuer, tls, secret=None, certificate=None, federated=(), lifetime=3600, claims=None):
        self.lifetime = lifetime
        self.claims = claims or {}
        self.federated = set(federated)
        self._used = set()
        self._secret = secret
        self._certificate = certificate and x509.load_pem_x509_certificate(certificate)

        def answer(request):
            if request.target.endswith("/v2.0/.well-known/openid-configuration"):
                return reply(200, self._metadata())
            if request.target == f"/{TENANT}/discovery/v2.0/keys":
                return reply(200, issuer.key_set())
            form = dict(urllib.parse.parse_qsl(request.body.decode()))
            wrong = self._refusal(request, form)
            scope = form.get("scope", "")
            if wrong is None and not scope.endswith("/.default"):
                wrong = refused("invalid_scope", 70011, "The provided value for scope is not valid.")
            if wrong is not None:
                return wrong
            token = issuer.token(scope.removesuffix("/.default"), self.lifetime, **self.claims)
            return reply(200, {"token_type": "Bearer", "expires_in": self.lifetime,
                               "ext_expires_in": self.lifetime, "access_token": token})

        super().__init__(answer, tls)

    @property
    def authority(self):
        return "https://localhost:" + self.address.rsplit(":", 1)[1]

    @property
    def url(self):
        return f"{self.authority}/{TENANT}/oauth2/v2.0/token"

    def _metadata(self):
        return {"token_endpoint": self.url, "issuer": f"{self.authority}/{TENANT}/v2.0",
                "authorization_endpoint": f"{self.authority}/{TENANT}/oauth2/v2.0/authorize"}

    def _refusal(self, request, form):
        """The answer to a request that does not prove who it is; None when it does."""
        if request.target != f"/{TENANT}/oauth2/v2.0/token" or form.get("client_id") != CLIENT:
            return refused("unauthorized_client", 700016, "Application was not found.")
        if form.get("grant_type") != "client_credentials":
            return refused("unsupported_grant_type", 70003, "The grant type is not supported.")
        if "client_secret" in form:
            right = self._secret is not None and form["client_secret"] == self._secret
            return None if right else refused("invalid_client", 7000215, "Invalid client secret.")
        if form.get("client_assertion_type") != ASSERTION:
            return refused("invalid_client", 7000218, "client_assertion or client_secret is needed.")
        return self._refusal_of_assertion(form.get("client_assertion", ""))

    def _refusal_of_assertion(self, assertion):
        if assertion in self.federated:
            return None
        if self._certificate is None:
            return refused("invalid_client", 70021, "No matching federated identity record found.")
        try:
            head = jwt.get_unverified_header(assertion)
            # Older clients, Microsoft's for Python among them, show the SHA-1.
            kind, shown = next((hash, head[name]) for name, hash in
                               (("x5t#S256", hashes.SHA256()), ("x5t", hashes.SHA1())) if name in head)
            thumbprint = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4))
            assert thumbprint == self._certificate.fingerprint(kind)
            claims = jwt.decode(assertion, self._certificate.public_key(), ["RS256", "PS256"],
                                audience=self.url, issuer=CLIENT,
                                options={"require": ["exp", "jti", "sub"]})
            assert claims["sub"] == CLIENT and claims["jti"] not in self._used
        except (jwt.InvalidTokenError, AssertionError, StopIteration) as error:
            return refused("invalid_client", 700027, f"Client assertion failed: {error}")
        self._used.add(claims["jti"])
        return None


def guarded(issuer, audience=COGNITIVE, used=None):
    """A script of an upstream that answers whoever has a token of `issuer`; `used` collects them."""

    def script(connection):
        while request := connection.request():
            token = request.fields.get("authorization", "").removeprefix("Bearer ")
            try:
                issuer.claims(token, audience)
            except jwt.InvalidTokenError as error:
                connection.send(reply(401, {"error": {"code": "401", "message": str(error)}}))
                continue
            if used is not None:
                used.append(token)
            connection.send(reply(200, {"id": "x", "object": "chat.completion", "choices": []}))

    return script


def rsa_certificate(folder, name="application"):
    """(PEM file with a certificate and its key as the credential wants it, the certificate's PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - day).not_valid_after(now + day)
                   .sign(key, hashes.SHA256()))
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    path = folder / f"{name}.pem"
    path.write_bytes(pem + private)
    return path, pem
