"""The gateway over the three kinds of upstream, one tier each, and the real SDKs in front of it.

East speaks Azure's classic surface, west Azure v1, platform OpenAI's. `serve_by(kind)` makes one of
them serve by letting the tiers before it answer 503, so that every cell of the matrix is a failover
as well. The simulator's answers are functions of the request: what an SDK gets through the gateway
has to equal, object for object, what it gets from that resource directly (`direct`).
"""

import asyncio
import time

import openai
from figures import SLOW
from gateway import Gateway
from settled import settled
from sim import Sim
from tables import PATIENT

KINDS = {"azure": "east", "azure_v1": "west", "openai": "platform"}
"""The resource of each kind, in the order of the tiers."""

CHAT, EMBED, INSTRUCT = "gpt-4o", "text-embedding-3-small", "gpt-35-turbo-instruct"
TINY = "tiny"
"""The routes. Nothing of more than 1000 tokens fits into TINY, which is east's CHAT."""

NAMES = {
    "east": {CHAT: "gpt-4o-prod", EMBED: "embed", INSTRUCT: "instruct"},
    "west": {CHAT: "gpt-4o-dr", EMBED: "embed-dr", INSTRUCT: "instruct-dr"},
    "platform": {CHAT: "chat-latest", EMBED: "embed-latest", INSTRUCT: "instruct-latest"},
}
"""What the resources call the routes' models: nothing like the routes or one another."""

API_VERSION = "2025-03-01-preview"
"""The first dated one that knows responses."""

CONTEXT_TOKENS = 300_000


def simulated():
    def resource(name, kind):
        models = {
            called: {"model": route, "context": CONTEXT_TOKENS}
            for route, called in NAMES[name].items()
        }
        pace = {"first_token_ms": 0, "token_ms": 0}
        return {"kind": kind, "key": name + "-key", "region": name, "deployments": models, **pace}

    kinds = {"east": "azure", "west": "azure", "platform": "openai"}
    resources = {name: resource(name, kind) for name, kind in kinds.items()}
    return {"deterministic": True, "header_faults": False, "resources": resources}


def table(sim):
    resources, deployments = {}, {}
    for kind, name in KINDS.items():
        resources[name] = {
            "kind": kind,
            "endpoint": sim.url(name) + ("/v1" if kind == "openai" else ""),
            "credential": name + "-key",
        }
        for route, model in NAMES[name].items():
            deployments[f"{name}-{route}"] = {"resource": name, "name": model}
    resources["east"]["api_version"] = API_VERSION
    deployments["tiny"] = {"resource": "east", "name": NAMES["east"][CHAT], "tpm": 1000}
    routes = {
        route: {"tiers": [[f"{name}-{route}"] for name in KINDS.values()]}
        for route in NAMES["east"]
    }
    return {
        "credentials": {name + "-key": {"api_key": name + "-key"} for name in KINDS.values()},
        "resources": resources,
        "deployments": deployments,
        "routes": {**routes, TINY: {"tiers": [["tiny"]]}},
        **PATIENT,
    }


class Kinds:
    """Use as a context manager; checks at the end that every request had exactly one outcome."""

    def __init__(self):
        self.sent_at = []  # time.monotonic() of every request the Python SDK sent to the gateway
        self.sim = Sim(simulated())
        self._clients = {}
        self._runner = asyncio.Runner()

    def __enter__(self):
        self.sim.start()
        try:
            self.gateway = Gateway(table(self.sim)).start()
        except Exception:
            self.sim.stop()
            raise
        return self

    def __exit__(self, failure, *unused):
        try:
            self._close_clients()
            if failure is None:
                settled(self.gateway, len(self.sent_at))
        finally:
            self.gateway.stop()
            self.sim.stop()
            self._runner.close()

    def _close_clients(self):
        for client in self._clients.values():
            closed = client.close()
            if asyncio.iscoroutine(closed):
                self._runner.run(closed)

    def recover(self):
        """Nothing fails, nothing is counted, no deployment waits. A request shows that east works:
        a region in which everything has failed lately is left alone."""
        self.sim.reset()
        deadline = time.monotonic() + 20 * SLOW
        while any(each["cools_for_seconds"] > 0 for each in self.gateway.status()["deployments"]):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        client = self.client(openai.OpenAI, base_url=self.gateway.url + "/v1")
        raw = client.chat.completions.with_raw_response.create(model=CHAT, messages=[])
        assert raw.headers["x-spillway-deployment"] == f"east-{CHAT}"
        self.sim.reset()

    def serve_by(self, kind):
        self.recover()
        for earlier in list(KINDS)[: list(KINDS).index(kind)]:
            self.sim.fault({"status": 503}, resource=KINDS[earlier])

    def direct(self, kind):
        """A client of the resource itself."""
        name = KINDS[kind]
        if kind == "azure":
            arguments = {"azure_endpoint": self.sim.url(name), "api_version": API_VERSION}
            return self._client(openai.AzureOpenAI, api_key=name + "-key", **arguments)
        url = self.sim.url(name) + ("/v1" if kind == "openai" else "/openai/v1")
        return self._client(openai.OpenAI, api_key=name + "-key", base_url=url)

    def client(self, of, **arguments):
        """A client of the gateway, of class `of`, that does not retry unless told."""
        return self._client(of, **{"api_key": "callers-own", "max_retries": 0, **arguments})

    def _client(self, of, **arguments):
        key = (of, *sorted(arguments.items()))
        if key not in self._clients:
            self._clients[key] = of(http_client=self._http(of), timeout=60, **arguments)
        return self._clients[key]

    def _http(self, of):
        def seen(request):
            if request.url.port == self.gateway.address[1]:
                self.sent_at.append(time.monotonic())

        async def seen_async(request):
            seen(request)

        if issubclass(of, openai.AsyncOpenAI):
            hooks = {"request": [seen_async]}
            return openai.DefaultAsyncHttpxClient(verify=False, event_hooks=hooks)
        return openai.DefaultHttpxClient(verify=False, event_hooks={"request": [seen]})

    def run(self, awaitable):
        return self._runner.run(awaitable)

    def line(self, request_id):
        """The access log's line of a request; each that was sent has one."""
        lines = self.gateway.access_log(len(self.sent_at))
        assert len(lines) == len(self.sent_at)
        return next(line for line in lines if line["request_id"] == request_id)
