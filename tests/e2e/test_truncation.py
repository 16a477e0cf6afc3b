"""S-2: an upstream that ends early never makes an answer that looks complete.

The matrix of reliability.md §7: six places to cut, three framings, four endings. The caller gets
either a complete answer (the cut was before the commit point and another attempt was made), or whole
events, one error event of the dialect and a broken end.
"""

import itertools
import json

import pytest
import raw_http
import sse_body
from certificates import self_signed
from figures import figure
from gateway import Gateway
from settled import settled
from sim import Sim, two_regions
from tables import PATIENT, one_route

CUTS = ["before_head", "mid_head", "mid_chunk_size", "mid_data", "mid_event", "before_done"]
FRAMINGS = ["chunked", "length", "close"]
ENDINGS = ["fin", "rst", "clean", "tls_no_close_notify"]
MATRIX = list(itertools.product(CUTS, FRAMINGS, ENDINGS))
HEADLESS = {"before_head", "mid_head"}

# Long enough that a JSON answer is committed before all of it is there (commit.bytes is 64 KiB).
LONG = "sim:tokens=40000"
PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}


def body_for(dialect, prompt="tell me", **more):
    said = {"messages": [{"role": "user", "content": prompt}]} if dialect == "chat" else {
        "input": prompt
    }
    return {"model": "gpt-4o", **said, **more}


def request(dialect, version="1.1", **body):
    made = raw_http.request_bytes(PATHS[dialect], body_for(dialect, **body), {})
    return made.replace(b"HTTP/1.1", b"HTTP/" + version.encode(), 1)


class Regions:
    """East and west behind one gateway; what is cut is always cut in the east."""

    def __init__(self, certificate=None):
        options = {"first_token_ms": 0, "token_ms": 0, "tokens": 12}
        tls = {"tls": certificate} if certificate else {}
        config = two_regions(**options, **tls)
        west = config["resources"]["west"]
        west["deployments"]["gpt-4o-prod"] = west["deployments"]["gpt-4o-dr"]
        self.sim = Sim(config).start()
        try:
            addresses = {name: self.sim.address(name) for name in ("east", "west")}
            ca = certificate["certificate"] if certificate else None
            self.gateway = Gateway(one_route(addresses, tls_ca=ca, **PATIENT)).start()
        except Exception:
            self.sim.stop()
            raise
        self.asked = 0

    def stop(self):
        try:
            settled(self.gateway, self.asked)
        finally:
            self.gateway.stop()
            self.sim.stop()

    def ask(self, bytes_of_request, fault=None):
        if fault:
            self.sim.clear_faults()
            self.sim.fault(fault, resource="east", count=1)
        self.asked += 1
        answer = raw_http.exchange(self.gateway.listening[0], bytes_of_request)
        if fault:
            assert self.sim.faults()[0]["applied"] == 1
        return answer


@pytest.fixture(scope="module")
def plain():
    regions = Regions()
    yield regions
    regions.stop()


@pytest.fixture(scope="module")
def over_tls(tmp_path_factory):
    regions = Regions(self_signed(tmp_path_factory.mktemp("tls")))
    yield regions
    regions.stop()


@pytest.fixture
def regions_for(plain, over_tls):
    """TLS can end in one more way; the others are tried on plain connections."""
    return lambda ending: over_tls if ending == "tls_no_close_notify" else plain


def verdict(answer, dialect, whole_text):
    """"complete", "honest", or what is wrong with a stream's answer. What looks complete but is not
    begins with "silent"."""
    if answer.status != 200:
        return f"status {answer.status}"
    if "transfer-encoding: chunked" in answer.head.lower():
        body, ended = raw_http.dechunk(answer.body)
    else:
        body, ended = answer.body, answer.ending == "fin"
    found = sse_body.events(body)
    if any(sse_body.is_error(event, dialect) for event in found[-1:]):
        told = found.pop()
        number = json.loads(told[1]).get("sequence_number", len(found))
        if number != len(found):
            return f"sequence_number {number} after {len(found)} events"
        if any(sse_body.is_terminal(event) for event in found):
            return "forged: a terminal marker before the error"
        if ended:
            return "silent: an error event, then a regular end"
        is_honest = True
    elif ended and found and sse_body.is_terminal(found[-1]):
        is_honest = False
    else:
        return f"silent: {'regular' if ended else 'broken'} end after {found[-1:]}"
    if len(sse_body.ids(found, dialect)) > 1:
        return "mixed: events of two answers"
    said = sse_body.text(found, dialect)
    if is_honest:
        return "honest" if whole_text.startswith(said) else f"text {said!r}"
    return "complete" if said == whole_text else f"silent: text {said!r}"


def expected(cut, after_events):
    """Before the commit point the answer comes from elsewhere, complete."""
    if cut in HEADLESS or (cut != "before_done" and after_events < 2):
        return "complete"
    return "honest"


@pytest.mark.parametrize("dialect", PATHS)
def test_a_cut_stream_never_looks_complete(regions_for, dialect):
    whole = regions_for("fin").ask(request(dialect, stream=True))
    whole_text = sse_body.text(sse_body.events(raw_http.dechunk(whole.body)[0]), dialect)
    assert verdict(whole, dialect, whole_text) == "complete" and len(whole_text) > 20

    # Of the responses' events 0 and 1 are preambles too; chat's output begins with event 2.
    verdicts = {}
    for (cut, framing, ending), after in itertools.product(MATRIX, (1, 8)):
        fault = {"cut": cut, "framing": framing, "ending": ending, "after_events": after}
        answer = regions_for(ending).ask(request(dialect, stream=True), fault)
        verdicts[cut, framing, ending, after] = verdict(answer, dialect, whole_text)

    wrong = {case: v for case, v in verdicts.items() if v != expected(case[0], case[3])}
    silent = sum(v.startswith("silent") for v in verdicts.values())
    forged = sum(v.startswith("forged") for v in verdicts.values())
    assert not wrong
    figure(f"S-2-{dialect}", silent + forged, f"silent-or-forged-of-{len(verdicts)}", "0",
           silent + forged == 0)


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_cut_stream_ends_in_a_reset_for_http_1_0(regions_for, dialect, ending):
    whole = regions_for(ending).ask(request(dialect, version="1.0", stream=True))
    whole_text = sse_body.text(sse_body.events(whole.body), dialect)
    assert verdict(whole, dialect, whole_text) == "complete" and whole.ending == "fin"

    for cut, framing in itertools.product(set(CUTS) - HEADLESS, FRAMINGS):
        fault = {"cut": cut, "framing": framing, "ending": ending, "after_events": 8}
        answer = regions_for(ending).ask(request(dialect, version="1.0", stream=True), fault)
        assert (verdict(answer, dialect, whole_text), answer.ending) == ("honest", "rst"), fault


def json_is_whole(answer):
    """Whether a caller would take it for complete: its framing says so, and it parses."""
    body = answer.body
    framing = raw_http.fields(answer.head)
    if "transfer-encoding" in framing:
        body, ended = raw_http.dechunk(body)
    else:
        ended = len(body) == int(framing["content-length"])
    if not ended:
        return False
    json.loads(body)  # framed as complete: has to be
    return True


def test_a_cut_document_that_is_still_held_comes_from_elsewhere(regions_for):
    cuts = ["before_head", "mid_head", "mid_data", "mid_chunk_size"]
    for cut, framing, ending in itertools.product(cuts, FRAMINGS, ENDINGS):
        fault = {"cut": cut, "framing": framing, "ending": ending}
        answer = regions_for(ending).ask(request("chat"), fault)
        assert answer.status == 200 and json_is_whole(answer), fault


def test_a_cut_document_that_is_under_way_breaks_off(regions_for):
    for framing, ending in itertools.product(FRAMINGS, ENDINGS):
        fault = {"cut": "after_bytes", "after_bytes": 100_000, "framing": framing,
                 "ending": ending}
        answer = regions_for(ending).ask(request("chat", prompt=LONG), fault)
        assert answer.status == 200 and answer.ending != "open", fault
        assert not json_is_whole(answer), fault


def test_a_cut_is_told_to_the_operator(plain):
    fault = {"cut": "mid_event", "after_events": 5, "ending": "fin"}
    before = plain.gateway.metric("spillway_upstream_failures_total", reason="truncated")
    plain.ask(request("chat", stream=True), fault)

    line = plain.gateway.access_log(plain.asked)[-1]
    assert (line["outcome"], line["status"]) == ("upstream_error", 200)
    assert [(a["deployment"], a["reason"]) for a in line["attempts"]] == [("east", "truncated")]
    after = plain.gateway.metric("spillway_upstream_failures_total", reason="truncated")
    assert after - before == 1
