// Captured frames through the card of RTL, simulated: what leaves by each port, what goes to the
// host, and the card's counters.
//
// The card's time is the capture's: frames of one port and one millisecond go in a row, then the
// card deals with all of it before the next. What leaves has the time of what came last. There are
// no flow entries: each frame is judged by `otherwise`. Threads: one; ends with its own.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "host/base/status.h"
#include "host/card/reasons.h"
#include "host/card/types.h"

namespace vitrine::sim {

struct Replay {
  std::array<std::string, 2> in;   // by port: inside, outside; empty: nothing comes there
  std::array<std::string, 2> out;  // empty: not written
  std::string punted;
  card::Action otherwise = card::Action::kForward;
  std::string trace_file;  // FST waves
};

struct ReplayOutcome {
  card::Counters counters;
  double seconds = 0;  // of this machine
};

// kUnsupported: waves in a build without them; kTimeout: the card hangs; else of files.
Result<ReplayOutcome> replay(const Replay& what);

// A row a counter, or one JSON object.
std::string to_text(const ReplayOutcome& outcome);
std::string to_json(const ReplayOutcome& outcome);

}  // namespace vitrine::sim
