// Record keys of an established leg, and the alert that is sealed with them.
#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "host/tls/record_seal.h"
#include "host/tls/ssl_leg.h"

namespace vitrine::tls {
namespace {

constexpr uint8_t kAlertRecord = 21;
constexpr uint8_t kFatal = 2;
constexpr size_t kMasterSecretBytes = 48;

}  // namespace

size_t SslLeg::key_bytes() const {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_.get());
  switch (cipher != nullptr ? SSL_CIPHER_get_cipher_nid(cipher) : NID_undef) {
    case NID_aes_128_gcm:
      return 16;
    case NID_aes_256_gcm:
      return 32;
    default:
      return 0;
  }
}

std::optional<Hash> SslLeg::hash() const {
  const SSL_CIPHER* cipher = SSL_get_pending_cipher(ssl_.get());
  if (cipher == nullptr) {
    cipher = SSL_get_current_cipher(ssl_.get());
  }
  const EVP_MD* digest = cipher != nullptr ? SSL_CIPHER_get_handshake_digest(cipher) : nullptr;
  switch (digest != nullptr ? EVP_MD_get_type(digest) : NID_undef) {
    case NID_sha256:
      return Hash::kSha256;
    case NID_sha384:
      return Hash::kSha384;
    default:
      return std::nullopt;
  }
}

Status SslLeg::quiescent() const {
  if (progress_ != Progress::kEstablished) {
    return {Code::kUnavailable, "the leg is not established"};
  }
  if (has_input() || has_plaintext() || bytes_to_boundary() != 0) {
    return {Code::kUnavailable, "the leg is within a record or has data to read"};
  }
  if (SSL_get_key_update_type(ssl_.get()) != SSL_KEY_UPDATE_NONE) {
    return {Code::kUnavailable, "a key update is to be answered"};
  }
  return Status::ok();
}

Result<RecordDirection> SslLeg::direction13(const TrafficSecret& secret,
                                            const RecordCount& count) const {
  auto key = secret.record_key(key_bytes());
  if (!key) {
    return key.status();
  }
  auto next_secret = secret.next();
  if (!next_secret) {
    return next_secret.status();
  }
  auto next_key = next_secret->record_key(key_bytes());
  if (!next_key) {
    return next_key.status();
  }
  RecordDirection direction;
  direction.key = std::move(key).value();
  direction.next_key = std::move(next_key).value();
  direction.next_secret = std::move(next_secret).value();
  direction.next_record = count.next;
  direction.generation = count.generation;
  return direction;
}

Result<Tls12Keys> SslLeg::tls12_keys() const {
  const auto suite_hash = hash();
  Secret master(kMasterSecretBytes);
  if (!suite_hash || !master.valid()) {
    return {Code::kExhausted, "no locked memory left for the master secret"};
  }
  if (SSL_SESSION_get_master_key(SSL_get_session(ssl_.get()), master.mutable_view().data(),
                                 master.size()) != kMasterSecretBytes) {
    return {Code::kUnavailable, "no master secret"};
  }
  std::array<uint8_t, 32> client{};
  std::array<uint8_t, 32> server{};
  SSL_get_client_random(ssl_.get(), client.data(), client.size());
  SSL_get_server_random(ssl_.get(), server.data(), server.size());
  return expand_tls12_keys(master, client, server, *suite_hash, key_bytes());
}

// REQUIRES: established, AES-GCM.
Result<RecordDirection> SslLeg::outgoing() const {
  if (version() == TLS1_3_VERSION) {
    return direction13(secret_out_, counter_.out());
  }
  auto keys = tls12_keys();
  if (!keys) {
    return keys.status();
  }
  RecordDirection out;
  out.key = std::move(options_.side == Side::kServer ? keys->client_write : keys->server_write);
  out.next_record = counter_.out().next;
  // The library counts its explicit nonces up from a random start.
  out.explicit_nonce = queues_.output_records.last_head() + 1;
  return out;
}

Result<RecordState> SslLeg::record_state() const {
  if (Status status = quiescent(); !status) {
    return status;
  }
  RecordState state;
  state.key_bytes = key_bytes();
  if (state.key_bytes == 0) {
    return {Code::kUnsupported, report().cipher + " is not AES-GCM"};
  }
  state.version = static_cast<card::TlsVersion>(version());
  auto out = outgoing();
  if (!out) {
    return out.status();
  }
  state.out = std::move(out).value();
  if (version() == TLS1_3_VERSION) {
    auto in = direction13(secret_in_, counter_.in());
    if (!in) {
      return in.status();
    }
    state.in = std::move(in).value();
    return state;
  }
  auto keys = tls12_keys();
  if (!keys) {
    return keys.status();
  }
  state.in.key =
      std::move(options_.side == Side::kServer ? keys->server_write : keys->client_write);
  state.in.next_record = counter_.in().next;
  return state;
}

// Before keys are agreed on an alert goes in the clear, and its receiver expects it so.
bool SslLeg::may_alert_in_clear() const {
  if (progress_ != Progress::kHandshaking) {
    return false;
  }
  return !counter_.server_hello_seen() ||
         (version() == TLS1_2_VERSION && !counter_.out().changed_cipher);
}

bool SslLeg::abort(Alert alert) {
  const uint8_t plaintext[] = {kFatal, static_cast<uint8_t>(alert)};
  bool queued = false;
  if (may_alert_in_clear()) {
    const auto record = alert_record(alert);
    queues_.output.append(record);
    queues_.output_records.feed(record);
    queued = true;
  } else if ((progress_ == Progress::kEstablished || progress_ == Progress::kClosed) &&
             !shut_down_ && spliceable()) {
    if (const auto out = outgoing()) {
      if (const auto record = seal_record(static_cast<card::TlsVersion>(version()), *out,
                                          kAlertRecord, plaintext)) {
        queues_.output.append(*record);
        queues_.output_records.feed(*record);
        queued = true;
      }
    }
  }
  progress_ = Progress::kFailed;
  ERR_clear_error();
  if (queued) {
    note_alert(true, load_be16(plaintext));
  }
  return queued;
}

}  // namespace vitrine::tls
