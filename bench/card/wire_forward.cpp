// The soft card between two interfaces with everything forwarded: what its ports and its worker
// cost alone.
//
//   wire_forward INSIDE OUTSIDE [SECONDS] [no-offload]
//
// Put a client behind one interface and a server behind the other, and measure there. Prints the
// counters.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "host/base/secret.h"
#include "host/card/soft/soft_card.h"

int main(int argc, char** argv) {
  using namespace vitrine;
  if (argc < 3) {
    std::fprintf(stderr, "usage: wire_forward INSIDE OUTSIDE [SECONDS] [no-offload]\n");
    return 2;
  }
  card::soft::SoftCardConfig config;
  config.inside_interface = argv[1];
  config.outside_interface = argv[2];
  config.segment_offload = argc < 5 || std::strcmp(argv[4], "no-offload") != 0;
  auto card = card::soft::make_soft_card(std::move(config));
  if (!card) {
    std::fprintf(stderr, "%s\n", card.status().to_string().c_str());
    return 1;
  }
  if (const Status started = (*card)->start(); !started) {
    std::fprintf(stderr, "%s\n", started.to_string().c_str());
    return 1;
  }
  std::printf("%s\n", (*card)->info().detail.c_str());
  std::this_thread::sleep_for(std::chrono::seconds(argc > 3 ? std::atoi(argv[3]) : 10));
  (*card)->stop();
  const card::Counters counters = (*card)->counters();
  std::printf("received %lu %lu forwarded %lu egress_full %lu missed %lu %lu balanced %d\n",
              counters.received[0], counters.received[1], counters.forwarded,
              counters.dropped[static_cast<size_t>(card::DropReason::kEgressFull)],
              counters.missed[0], counters.missed[1], counters.balanced() ? 1 : 0);
  return 0;
}
