// Inspection after its handshakes: the relay, the attempts to hand over to the card, and every way
// to end.
#include <algorithm>
#include <array>
#include <utility>

#include "host/session/inspection.h"

namespace vitrine::session {
namespace {

// Gaps between attempts to hand over grow; the last one repeats.
uint64_t retry_gap_ns(uint32_t attempts) {
  constexpr std::array<uint64_t, 5> kGapsMs = {20, 100, 500, 2000, 10000};
  return kGapsMs[std::min<size_t>(attempts, kGapsMs.size()) - 1] * kMs;
}

}  // namespace

void Inspection::relay_for_good(const std::string& reason) {
  facts_.relay_reason = reason;
  next_handover_ns_ = 0;
  context_.totals.add_relay(reason);
  connection_->stay();
}

void Inspection::begin_handover() {
  ++handover_attempts_;
  stage_ = Stage::kHandover;
  handover_.emplace(*connection_, pump_, context_.services.card,
                    now() + config().handover_timeout_ms * kMs, config().idle_timeout_ms,
                    facts_.decrypt.strict,
                    content_ != nullptr ? card::TapMode::kAll : card::TapMode::kNone);
}

bool Inspection::step_handover() {
  const Handover::Outcome outcome = handover_->step(now());
  facts_.host_bytes = pump_.plaintext_bytes();
  switch (outcome) {
    case Handover::Outcome::kPending:
      return false;
    case Handover::Outcome::kDone:
      facts_.card_flow = handover_->flow();
      facts_.deltas = handover_->sequence_deltas();
      facts_.state = api::FlowState::kSpliced;
      chains_ = handover_->take_chains();
      if (content_ != nullptr) {
        content_->begin_tap(handover_->first_records());
      }
      stage_ = Stage::kSpliced;
      context_.totals.add(Count::kHandovers);
      handover_.reset();
      pump_ = LegPump();
      return false;
    case Handover::Outcome::kNotNow:
      stage_ = Stage::kRelay;
      if (handover_->card_full()) {
        (void)context_.make_room_on_card();
      }
      if (handover_attempts_ < config().handover_attempts) {
        context_.totals.add(Count::kHandoversRetried);
        next_handover_ns_ = now() + retry_gap_ns(handover_attempts_);
        break;
      }
      [[fallthrough]];
    case Handover::Outcome::kNever:
      stage_ = Stage::kRelay;
      context_.totals.add(Count::kHandoversFailed);
      relay_for_good(handover_->why());
      break;
    case Handover::Outcome::kReset:
      stage_ = Stage::kRelay;
      break;
  }
  handover_.reset();
  return true;
}

bool Inspection::step_relay() {
  pump_.run();
  facts_.host_bytes = pump_.plaintext_bytes();
  if (content_ != nullptr && content_->blocked()) {
    refuse_content();
    return true;
  }
  for (size_t i = 0; i < 2; ++i) {
    const LegSocket& side = pump_.side(i);
    if (side.leg()->progress() == tls::Progress::kFailed) {
      const auto where = i == 0 ? events::Leg::kClient : events::Leg::kServer;
      fail({where, events::Cause::kRecordAuthenticationFailed, side.leg()->report().error,
            "a leg failed after its handshake", tls::Alert::kBadRecordMac});
      return true;
    }
    if (side.socket_error() != 0 ||
        connection_->reset_from(i == 0 ? facts_.client_direction()
                                       : card::opposite(facts_.client_direction()))) {
      connection_->abort();
      end(FlowEnd(i == 0 ? "reset by the client" : "reset by the server"));
      leave();
      return false;
    }
  }
  if (pump_.finished()) {
    end(FlowEnd("closed by both ends"));
    begin_closing();
    return true;
  }
  return false;
}

// The client is told where its protocol has room for it, and both streams end as cut off: neither
// side may take what came for the whole.
void Inspection::refuse_content() {
  const std::string page = content_->refuse();
  tls::Leg& client = *pump_.client().leg();
  const bool told =
      !page.empty() && pump_.passed_on(1) && client.write(as_bytes(page)) == page.size();
  end(FlowEnd("denied by an access rule", events::Cause::kPolicyDenied));
  (void)pump_.server().leg()->abort(tls::Alert::kUserCanceled);
  if (!told) {
    connection_->abort();
    leave();
    return;
  }
  client.shutdown();
  begin_closing();
}

void Inspection::fail(const Failure& failure) {
  if (!reported_) {
    if (facts_.state == api::FlowState::kHandshake) {
      context_.totals.add(Count::kHandshakesFailed);
      context_.on_failed_handshake(facts_, failure);
    }
    publish_abort(context_.services.hub, facts_, failure, pump_.client().leg(),
                  pump_.server().leg());
    reported_ = true;
  }
  LegSocket& client = pump_.client();
  if (client.leg() == nullptr) {
    client.discard();
    client.send_raw(tls::alert_record(failure.client_alert));
  } else if (failure.leg == events::Leg::kServer) {
    client.leg()->abort(failure.client_alert);
  }
  if (tls::Leg* server = pump_.server().leg();
      server != nullptr && server->progress() == tls::Progress::kEstablished) {
    if (facts_.state == api::FlowState::kHandshake) {
      server->shutdown();  // nothing of the client's was passed on yet
    } else {
      server->abort(failure.client_alert);  // a close_notify would vouch for a cut-off stream
    }
  }
  begin_closing();
}

void Inspection::begin_closing() {
  stage_ = Stage::kClosing;
  deadline_ns_ = now() + config().closing_timeout_ms * kMs;
  for (size_t i = 0; i < 2; ++i) {
    pump_.side(i).finish_sending();
    pump_.side(i).drain();
  }
}

bool Inspection::step_closing() {
  pump_.client().drain();
  pump_.server().drain();
  pump_.client().discard();
  pump_.server().discard();
  if (connection_ != nullptr && !connection_->over() && now() < deadline_ns_) {
    return false;
  }
  // One end's reset is over for itself only: the other end must hear of it.
  if (connection_ != nullptr &&
      (!connection_->over() || connection_->reset_from(card::Direction::kFromInside) ||
       connection_->reset_from(card::Direction::kFromOutside))) {
    connection_->abort();
  }
  leave();
  return false;
}

void Inspection::on_tap_bytes(const card::TapBytes& tap) {
  if (content_ != nullptr) {
    content_->on_tap_bytes(tap);
  }
}

void Inspection::on_tap_record(const card::TapRecord& record) {
  if (content_ != nullptr) {
    content_->on_tap_record(record);
  }
}

void Inspection::on_splice_closed(const card::FlowEvent& event) {
  facts_.card_flow = 0;
  end(end_of_splice(event));
  leave();
}

void Inspection::end_splice(events::Cause cause, const std::string& text,
                            const card::FlowStats& stats) {
  facts_.card_flow = 0;
  FlowEnd last(text, cause);
  last.card = stats;
  if (cause != events::Cause::kShutdown && cause != events::Cause::kPolicyChanged) {
    last.type = events::EventType::kTlsAbort;
  }
  end(last);
  leave();
}

Status Inspection::on_key_update(const card::FlowEvent& event) {
  auto keys = chains_[card::index(event.direction)].advance();
  if (!keys) {
    return keys.status();
  }
  Status renewed =
      context_.services.card.update_keys(facts_.card_flow, event.direction, keys->in, keys->out);
  if (renewed) {
    context_.totals.add(Count::kKeyUpdates);
    return renewed;
  }
  // Where the flow has ended meanwhile there is nothing to renew; its closed event says how.
  const bool ended = renewed.code() == Code::kNotFound || renewed.code() == Code::kUnavailable;
  return ended ? Status::ok() : renewed;
}

void Inspection::kill(events::Cause cause, const std::string& text) {
  if (stage_ == Stage::kOver) {
    return;
  }
  if (connection_ != nullptr && stage_ != Stage::kSpliced) {
    connection_->abort();
  }
  end(FlowEnd(text, cause));
  leave();
}

void Inspection::end(const FlowEnd& end) {
  if (reported_) {
    return;
  }
  reported_ = true;
  if (content_ != nullptr) {
    content_->finish();  // its transactions are told before the connection's end
  }
  FlowEnd timed = end;
  timed.now_ns = now();
  publish_end(context_.services.hub, facts_, timed);
}

void Inspection::leave() {
  if (connection_ != nullptr) {
    context_.connections.erase(*connection_);
  }
  handover_.reset();
  pump_ = LegPump();
  content_.reset();
  connection_.reset();
  stage_ = Stage::kOver;
}

}  // namespace vitrine::session
