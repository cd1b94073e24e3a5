#include "host/session/opening_stage.h"

#include <utility>

namespace vitrine::session {

OpeningStage::OpeningStage(FlowFacts facts, wire::Opening opening, wire::HoldBudget& budget)
    : facts_(std::move(facts)), opening_(std::move(opening)), budget_(&budget) {}

uint32_t OpeningStage::client_next_sequence() const {
  return assembler_.has_value() ? assembler_->next_sequence() : opening_.client().next_sequence;
}

OpeningOutcome OpeningStage::on_packet(const wire::TcpPacket& packet, uint16_t segment_size,
                                       std::vector<Out>& out) {
  const bool from_client = packet.key == opening_.key();
  if (from_client && packet.has(wire::kSyn) &&
      packet.sequence != opening_.client().initial_sequence) {
    assembler_.reset();  // a new incarnation
  }
  const uint32_t expected = opening_.client().next_sequence;
  const wire::OpeningStep step = opening_.on_packet(packet);
  facts_.links = {opening_.client().link, opening_.server().link};
  const auto pass = [&] {
    out.push_back({opposite(packet.key.ingress), segment_size,
                   std::vector<uint8_t>(step.frame.begin(), step.frame.end())});
  };
  switch (step.verdict) {
    case wire::OpeningVerdict::kPass:
      pass();
      return OpeningOutcome::kWait;
    case wire::OpeningVerdict::kHold:
      return hold(packet, segment_size, out);
    case wire::OpeningVerdict::kServerSpokeFirst:
    case wire::OpeningVerdict::kNotInspectable:
      pass();
      return OpeningOutcome::kNotTls;
    case wire::OpeningVerdict::kClosed:
      // Behind held data a FIN must not overtake it.
      if (assembler_.has_value() && from_client && packet.has(wire::kFin)) {
        return hold(packet, segment_size, out);
      }
      // The server has seen nothing of what is held, so it would not believe this reset.
      if (from_client && packet.has(wire::kRst) && packet.sequence != expected) {
        error_ = "the client reset the connection inside its ClientHello";
        cut_short_ = true;
        return OpeningOutcome::kBadHello;
      }
      pass();
      return OpeningOutcome::kClosed;
    case wire::OpeningVerdict::kDrop:
      return OpeningOutcome::kWait;
  }
  return OpeningOutcome::kWait;
}

OpeningOutcome OpeningStage::hold(const wire::TcpPacket& packet, uint16_t segment_size,
                                  std::vector<Out>& out) {
  if (!assembler_.has_value()) {
    assembler_.emplace(opening_.client().initial_sequence + 1, *budget_);
  }
  const Status kept = assembler_->add(packet, segment_size);
  if (kept.code() == Code::kUnavailable) {
    return OpeningOutcome::kNoRoom;
  }
  tls::HelloParse parse = tls::parse_client_hello(assembler_->contiguous());
  switch (parse.status) {
    case tls::HelloStatus::kComplete:
      hello_ = std::move(parse.hello);
      return OpeningOutcome::kHello;
    case tls::HelloStatus::kNotTls:
      return OpeningOutcome::kNotTls;
    case tls::HelloStatus::kMalformed:
      error_ = std::move(parse.error);
      too_large_ = parse.too_large;
      return OpeningOutcome::kBadHello;
    case tls::HelloStatus::kNeedMore:
      break;
  }
  if (assembler_->finished()) {
    error_ = "the client closed the connection inside its ClientHello";
    cut_short_ = true;
    return OpeningOutcome::kBadHello;
  }
  // A full assembler whose hello is still not whole will never be.
  if (!kept && assembler_->contiguous().size() >= tls::kMaxHelloWireBytes) {
    error_ = "the ClientHello is larger than 64 KiB";
    too_large_ = true;
    cut_short_ = true;
    return OpeningOutcome::kBadHello;
  }
  if (assembler_->wants_ack()) {
    out.push_back({packet.key.ingress, 0, assembler_->acknowledge(opening_)});
  }
  return OpeningOutcome::kWait;
}

}  // namespace vitrine::session
