#include "app/worker_table.hpp"

#include "app/config_file.hpp"

#include <algorithm>

namespace spillway {

namespace {

std::string text_of(const HostPort& at) { return at.host + ":" + std::to_string(at.port) + "\n"; }

std::string tls_reach(const UpstreamTls& tls) {
    std::string text = "tls " + std::to_string(static_cast<int>(tls.min_version)) + "\n";
    for (const std::string& file : {tls.ca_file, tls.certificate, tls.key}) {
        text += file + "\n" + content_hash(read_text(file).value_or("")) + "\n";
    }
    return text;
}

}  // namespace

Reach reach_of(const Fleet& fleet) {
    Reach reach;
    for (const FleetResource& resource : fleet.resources()) {
        const ResourceConfig& config = resource.config;
        std::string one = config.name + "\n" + text_of(resource.address) + config.endpoint.host;
        if (resource.tunnel) { one += "\nthrough " + text_of(resource.tunnel->to); }
        if (config.endpoint.tls) { one += "\n" + tls_reach(config.tls); }
        reach.push_back(std::move(one));
    }
    return reach;
}

Kept kept_of(const Reach& before, const Reach& after) {
    Kept kept;
    for (const std::string& one : after) {
        const auto found = std::ranges::find(before, one);
        kept.push_back(found == before.end()
                           ? std::nullopt
                           : std::optional(static_cast<std::size_t>(found - before.begin())));
    }
    return kept;
}

boost::system::result<std::shared_ptr<WorkerTable>, std::string> prepare_table(const TableParts&
                                                                                   parts,
                                                                               CellRegistry& cells,
                                                                               std::size_t worker) {
    auto table = std::make_shared<WorkerTable>();
    table->fleet = parts.fleet;
    table->callers = parts.callers;
    table->accounts = parts.accounts;
    for (const FleetRoute& route : parts.fleet->routes()) {
        table->route_cells.push_back(&cells.route(worker, route.config.name));
    }
    for (const Caller& caller : parts.callers->all()) {
        table->caller_cells.push_back(&cells.caller(worker, caller.name()));
    }
    for (const FleetDeployment& deployment : parts.fleet->deployments()) {
        table->deployment_cells.push_back(&cells.deployment(worker, deployment.config.name));
    }
    const std::vector<FleetResource>& resources = parts.fleet->resources();
    for (std::size_t i = 0; i < resources.size(); ++i) {
        table->tls.push_back(nullptr);
        if (!resources[i].config.endpoint.tls || parts.kept[i]) { continue; }
        auto tls = TlsContext::client(resources[i].client_tls());
        if (!tls) { return "resource " + resources[i].config.name + ": " + tls.error(); }
        table->tls.back() = std::move(*tls);
    }
    return table;
}

void adopt_table(WorkerContext& context, const std::shared_ptr<WorkerTable>& table,
                 const Kept& kept) {
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (kept[i]) {
            table->tls[i] = context.table->tls[*kept[i]];
            table->pools.push_back(context.table->pools[*kept[i]]);
        } else {
            table->pools.push_back(std::make_shared<ConnectionPool>(context.wheel,
                                                                    context.cells.upstream_idle));
        }
    }
    context.table = table;
}

}  // namespace spillway
