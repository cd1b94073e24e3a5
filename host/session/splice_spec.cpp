#include "host/session/splice_spec.h"

namespace vitrine::session {
namespace {

card::SpliceDirection direction_of(const tls::RecordDirection& in,
                                   const tls::RecordDirection& out) {
  card::SpliceDirection direction;
  direction.in_record = in.next_record;
  direction.out_record = out.next_record;
  direction.out_explicit_nonce = out.explicit_nonce;
  direction.in = in.key;
  direction.out = out.key;
  direction.next_in = in.next_key;
  direction.next_out = out.next_key;
  return direction;
}

}  // namespace

Result<KeyChain::Pair> KeyChain::advance() {
  auto in = in_.next();
  auto out = out_.next();
  if (!in || !out) {
    return in ? out.status() : in.status();
  }
  auto in_key = in->record_key(in_key_bytes_);
  auto out_key = out->record_key(out_key_bytes_);
  if (!in_key || !out_key) {
    return in_key ? out_key.status() : in_key.status();
  }
  in_ = std::move(in).value();
  out_ = std::move(out).value();
  return Pair{std::move(in_key).value(), std::move(out_key).value()};
}

SplicePlan plan_splice(card::Direction client_direction, const tls::RecordState& client_leg,
                       const tls::RecordState& server_leg, const takeover::Frozen& frozen) {
  const size_t up = card::index(client_direction);
  const size_t down = card::index(card::opposite(client_direction));
  SplicePlan plan;
  plan.splice.version = client_leg.version;
  plan.splice.directions[up] = direction_of(client_leg.in, server_leg.out);
  plan.splice.directions[down] = direction_of(server_leg.in, client_leg.out);
  for (size_t d = 0; d < 2; ++d) {
    plan.splice.directions[d].sequence_delta = frozen.sequence_delta[d];
    plan.splice.directions[d].timestamp_delta = frozen.timestamp_delta[d];
    plan.splice.directions[d].first_sequence = frozen.first_sequence[d];
  }
  plan.chains[up] = {client_leg.in.next_secret, client_leg.key_bytes, server_leg.out.next_secret,
                     server_leg.key_bytes};
  plan.chains[down] = {server_leg.in.next_secret, server_leg.key_bytes, client_leg.out.next_secret,
                       client_leg.key_bytes};
  return plan;
}

}  // namespace vitrine::session
