// Sends a wire image over a connection: the pauses of a model at work, hangs, split writes, and how
// the connection ends. Everything about bytes was decided before (wire_image); this is about time.
#pragma once

#include <cstddef>

#include "sim/connection.hpp"
#include "sim/fault.hpp"
#include "sim/options.hpp"
#include "sim/wire_image.hpp"

namespace spillway_sim {

struct Delivery {
    std::size_t events_sent = 0;
    bool is_peer_gone = false;
};

/// What the delivery of one answer needs to know beside its bytes.
struct Tempo {
    Pace pace;
    std::int64_t work_tokens = 0;

    /// The resource's pace with what the fault says instead.
    Tempo(const Pace& usual, const Fault& fault, std::int64_t work);
};

/// Waits as long as the model thinks (JSON) and as the fault hangs before the head. False: the peer
/// has left.
task<bool> wait_for_head(Connection& connection, const Tempo& tempo, const Fault& fault);

/// Sends every segment at its time.
task<Delivery> deliver(Connection& connection, const WireImage& image, const Tempo& tempo,
                       const Fault& fault);

/// Carries out the image's ending, if it has one.
task<void> end_as_told(Connection& connection, const WireImage& image);

}  // namespace spillway_sim
