#include "host/card/reasons.h"

#include <numeric>

#include "host/card/types.h"

namespace vitrine::card {

uint64_t Counters::total_in() const { return received[0] + received[1] + injected; }

uint64_t Counters::total_out() const {
  return forwarded + spliced + held + std::accumulate(dropped.begin(), dropped.end(), uint64_t{0}) +
         std::accumulate(punted.begin(), punted.end(), uint64_t{0});
}

const char* close_reason_text(CloseReason reason) {
  switch (reason) {
    case CloseReason::kFin:
      return "closed by both ends";
    case CloseReason::kReset:
      return "reset by an end";
    case CloseReason::kIdle:
      return "idle";
    case CloseReason::kRemoved:
      return "removed by the host";
    case CloseReason::kBadRecord:
      return "a record did not authenticate";
    case CloseReason::kProtocol:
      return "TLS record framing was broken";
    case CloseReason::kRenegotiation:
      return "TLS renegotiation after the splice";
    case CloseReason::kZeroized:
      return "keys were cleared";
  }
  return "unknown";
}

}  // namespace vitrine::card
