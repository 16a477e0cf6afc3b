// How many threads are worth starting here. A container with half a core sees all cores of its
// host; as many workers would spend the quota on switching and then stand still together.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>

namespace spillway {

/// Content of a cgroup v2 `cpu.max` ("50000 100000", "max 100000") in cores; none: unlimited, or
/// not understood.
[[nodiscard]] std::optional<double> cores_of(std::string_view cpu_max);

/// The tightest quota of this process's cgroup and those above it; none: unlimited or unknown.
/// `cgroup` is the content of /proc/self/cgroup, `mount` usually /sys/fs/cgroup.
[[nodiscard]] std::optional<double> cpu_quota(std::string_view cgroup,
                                              const std::filesystem::path& mount);

/// Threads for `workers` of the table; 0: the cores this process may use, at least 1. Warns when
/// the table asks for more than its quota can feed.
[[nodiscard]] std::size_t worker_count(std::size_t workers);

}  // namespace spillway
