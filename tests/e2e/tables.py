"""Routing tables that put the gateway in front of a simulator's regions, or of scripted upstreams."""

PATIENT = {
    "breaker": {"consecutive_failures": 255, "local_failures": 255, "min_volume": 10000},
    "retry_budget": {"per_second": 1000, "cap": 10000},
}
"""Nothing opens and no retry is denied: for tests that fail the same deployment again and again."""


def one_route(addresses, tls_ca=None, **more):
    """Route gpt-4o over the resources `addresses` (name: host:port), one tier each, in order. The
    deployment has the name of its resource."""
    scheme = "https" if tls_ca else "http"
    tls = {"tls": {"ca_file": str(tls_ca)}} if tls_ca else {}
    resources, deployments = {}, {}
    for name, address in addresses.items():
        host, port = address.rsplit(":", 1)
        resources[name] = {
            "kind": "azure_v1",
            "endpoint": f"{scheme}://localhost:{port}",
            "connect_to": address,
            "credential": name + "-key",
            **tls,
        }
        deployments[name] = {"resource": name, "name": "gpt-4o-prod"}
    return {
        "credentials": {name + "-key": {"api_key": name + "-key"} for name in addresses},
        "resources": resources,
        "deployments": deployments,
        "routes": {"gpt-4o": {"tiers": [[name] for name in addresses]}},
        **more,
    }


def over_regions(sims, tiers, kind="azure", limits=None, **more):
    """Route gpt-4o over deployments of simulated resources. `sims`: resource name to Sim; `tiers`:
    lists of "resource/deployment", which the gateway knows as "resource-deployment"; `limits`:
    what all deployments were bought with (tpm, rpm)."""
    names = [each for tier in tiers for each in tier]
    path = {"azure": "", "azure_v1": "", "openai": "/v1"}[kind]
    resources = {
        name: {
            "kind": kind,
            "endpoint": sims[name].url(name) + path,
            "region": name,
            "credential": name + "-key",
        }
        for name in {each.split("/")[0] for each in names}
    }
    deployments = {
        each.replace("/", "-"): {
            "resource": each.split("/")[0],
            "name": each.split("/")[1],
            **(limits or {}),
        }
        for each in names
    }
    gateway_tiers = [[each.replace("/", "-") for each in tier] for tier in tiers]
    return {
        "credentials": {name + "-key": {"api_key": name + "-key"} for name in resources},
        "resources": resources,
        "deployments": deployments,
        "routes": {"gpt-4o": {"tiers": gateway_tiers, **more.pop("route", {})}},
        **more,
    }


def priced(table, price=None):
    """The same, with a price for what every deployment generates."""
    table["prices"] = {"list": price or {"input": 2.5, "cached_input": 1.25, "output": 10}}
    for deployment in table["deployments"].values():
        deployment["price"] = "list"
    return table
