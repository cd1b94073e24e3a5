#include "host/session/handover.h"

#include <utility>

namespace vitrine::session {
namespace {

constexpr uint64_t kFirstProbeNs = 1'000'000;
constexpr int kMaxRounds = 64;  // records that may be cut while draining

}  // namespace

Handover::Handover(takeover::Connection& connection, LegPump& pump, card::Card& card,
                   uint64_t deadline_ns, uint32_t idle_timeout_ms, bool strict, card::TapMode tap)
    : connection_(connection),
      pump_(pump),
      card_(card),
      deadline_ns_(deadline_ns),
      idle_timeout_ms_(idle_timeout_ms),
      strict_(strict),
      tap_(tap),
      probe_gap_ns_(kFirstProbeNs) {
  connection_.hold();
}

Handover::Outcome Handover::step(uint64_t now_ns) {
  switch (drain()) {
    case Drain::kReset:
      return Outcome::kReset;
    case Drain::kNever:
      return give_up(Outcome::kNever, "an end had closed before the handover");
    case Drain::kWaiting:
      if (now_ns >= deadline_ns_) {
        return give_up(Outcome::kNotNow, "not quiet in time");
      }
      if (next_probe_ns_ == 0) {
        next_probe_ns_ = now_ns + probe_gap_ns_;
      } else if (now_ns >= next_probe_ns_) {
        connection_.probe();
        probe_gap_ns_ *= 2;
        next_probe_ns_ = now_ns + probe_gap_ns_;
      }
      return Outcome::kPending;
    case Drain::kQuiet:
      return install();
  }
  return Outcome::kPending;
}

Handover::Drain Handover::drain() {
  for (int round = 0; round < kMaxRounds; ++round) {
    pump_.run();
    if (pump_.client().end_of_file() || pump_.server().end_of_file()) {
      return pump_.client().socket_error() != 0 || pump_.server().socket_error() != 0
                 ? Drain::kReset
                 : Drain::kNever;
    }
    const auto state = connection_.drained();
    if (!state || *state == takeover::DrainState::kFinished) {
      return Drain::kNever;
    }
    if (*state == takeover::DrainState::kReset) {
      return Drain::kReset;
    }
    if (*state == takeover::DrainState::kWaiting || !pump_.quiet()) {
      return Drain::kWaiting;
    }
    const card::Direction up = connection_.client_direction();
    const bool more_up = deliver_rest_of_record(up, pump_.client());
    const bool more_down = deliver_rest_of_record(card::opposite(up), pump_.server());
    if (!more_up && !more_down) {
      return Drain::kQuiet;
    }
  }
  return Drain::kWaiting;
}

bool Handover::deliver_rest_of_record(card::Direction direction, const LegSocket& side) {
  const size_t missing = side.leg()->bytes_to_boundary();
  if (missing == 0) {
    return false;
  }
  connection_.deliver_more(direction, static_cast<uint32_t>(missing));
  return true;
}

Handover::Outcome Handover::install() {
  auto frozen = connection_.freeze();
  if (!frozen) {
    return Outcome::kPending;  // something arrived after all; drain on
  }
  const auto client_state = pump_.client().leg()->record_state();
  const auto server_state = pump_.server().leg()->record_state();
  if (!client_state || !server_state) {
    connection_.thaw();
    return give_up(Outcome::kNever,
                   (client_state ? server_state : client_state).status().message());
  }
  SplicePlan plan =
      plan_splice(connection_.client_direction(), *client_state, *server_state, *frozen);
  for (size_t d = 0; d < 2; ++d) {
    plan.splice.directions[d].tap = tap_;
    first_records_[d] = plan.splice.directions[d].in_record;
  }
  card::FlowSpec spec;
  spec.key = connection_.key();
  spec.action = card::Action::kSplice;
  for (card::SpliceDirection& direction : plan.splice.directions) {
    direction.strict = strict_;
  }
  spec.splice = std::move(plan.splice);
  spec.idle_timeout_ms = idle_timeout_ms_;
  auto installed = card_.install(spec);
  if (!installed) {
    connection_.thaw();
    const Code code = installed.status().code();
    card_full_ = code == Code::kExhausted;
    return give_up(
        code == Code::kExhausted || code == Code::kUnavailable ? Outcome::kNotNow : Outcome::kNever,
        "the card: " + installed.status().message());
  }
  flow_ = *installed;
  sequence_deltas_ = frozen->sequence_delta;
  chains_ = std::move(plan.chains);
  connection_.finish();
  return Outcome::kDone;
}

Handover::Outcome Handover::give_up(Outcome outcome, std::string why) {
  why_ = std::move(why);
  connection_.cancel_hold();
  return outcome;
}

}  // namespace vitrine::session
