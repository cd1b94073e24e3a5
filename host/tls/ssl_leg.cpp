// The handshake and the data of a leg; its keys are in ssl_leg_keys.cpp, its report in
// ssl_leg_report.cpp.
#include "host/tls/ssl_leg.h"

#include <algorithm>

#include <openssl/err.h>

#include "host/tls/key_log.h"

namespace vitrine::tls {

SslLeg::SslLeg(UniqueSsl ssl, Options options)
    : options_(std::move(options)), ssl_(std::move(ssl)) {}

std::unique_ptr<SslLeg> SslLeg::create(UniqueSsl ssl, Options options) {
  if (!ssl) {
    return nullptr;
  }
  std::unique_ptr<SslLeg> leg(new SslLeg(std::move(ssl), std::move(options)));
  UniqueBio bio = make_queue_bio(&leg->queues_);
  if (!bio) {
    return nullptr;
  }
  SSL* const handle = leg->ssl_.get();
  BIO* const both_ways = bio.release();
  SSL_set_bio(handle, both_ways, both_ways);
  SSL_set_app_data(handle, leg.get());
  SSL_set_mode(handle, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (leg->options_.side == Side::kServer) {
    SSL_set_connect_state(handle);
  } else {
    SSL_set_accept_state(handle);
  }
  return leg;
}

// A leg that ends without close_notify (it was spliced) has not spoilt its session; the library
// would bar it from resumption.
SslLeg::~SslLeg() {
  if (progress_ == Progress::kEstablished || progress_ == Progress::kClosed) {
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
}

size_t SslLeg::feed(Bytes from_peer) {
  const size_t room = kMaxInput - std::min(kMaxInput, queues_.input.size());
  const Bytes taken = from_peer.first(std::min(room, from_peer.size()));
  queues_.input.append(taken);
  queues_.input_records.feed(taken);
  return taken.size();
}

Progress SslLeg::advance() {
  ERR_clear_error();
  if (progress_ == Progress::kHandshaking) {
    handshake();
  }
  // Tickets, key updates and alerts are worked on without taking plaintext away.
  if (progress_ == Progress::kEstablished && has_input() && !has_plaintext()) {
    uint8_t byte = 0;
    size_t n = 0;
    if (const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &n); result != 1) {
      after_call(result);
    }
  }
  close_at_eof();
  return progress_;
}

Progress SslLeg::handshake() {
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    on_established();
  } else {
    after_call(result);
  }
  return progress_;
}

void SslLeg::on_established() {
  progress_ = Progress::kEstablished;
  if (options_.side == Side::kServer && !chain_) {
    // A resumed session: the chain was verified when the session was made.
    if (STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl_.get()); chain != nullptr) {
      chain_.reset(X509_chain_up_ref(chain));
      verdict_.emplace();
      verdict_->error = X509_V_OK;
      verdict_->text = "verified earlier; resumed";
    }
  }
}

size_t SslLeg::read(MutableBytes plaintext) {
  ERR_clear_error();
  size_t total = 0;
  while (progress_ == Progress::kEstablished && total < plaintext.size()) {
    size_t n = 0;
    const int result =
        SSL_read_ex(ssl_.get(), plaintext.data() + total, plaintext.size() - total, &n);
    total += n;
    if (result != 1) {
      after_call(result);
      break;
    }
  }
  close_at_eof();
  return total;
}

size_t SslLeg::write(Bytes plaintext) {
  ERR_clear_error();
  size_t total = 0;
  const bool open = progress_ == Progress::kEstablished || progress_ == Progress::kClosed;
  while (open && !shut_down_ && total < plaintext.size() && queues_.output.size() < kMaxOutput) {
    size_t n = 0;
    const int result =
        SSL_write_ex(ssl_.get(), plaintext.data() + total, plaintext.size() - total, &n);
    total += n;
    if (result != 1) {
      after_call(result);
      break;
    }
  }
  return total;
}

void SslLeg::shutdown() {
  if (progress_ != Progress::kEstablished && progress_ != Progress::kClosed) {
    return;
  }
  if (!shut_down_) {
    shut_down_ = true;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
}

void SslLeg::after_call(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return;
    case SSL_ERROR_ZERO_RETURN:
      closed_cleanly_ = true;
      progress_ = Progress::kClosed;
      return;
    default:
      fail(openssl_error_string());
  }
}

void SslLeg::fail(std::string error) {
  progress_ = Progress::kFailed;
  error_ = std::move(error);
  ERR_clear_error();
}

// The library is never told of a bare end of the stream: it would answer with an alert to a peer
// that has done nothing but close.
void SslLeg::close_at_eof() {
  if (!eof_ || has_input()) {
    return;
  }
  if (progress_ == Progress::kHandshaking) {
    fail(openssl_error_string(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_EOF_WHILE_READING)));
  } else if (progress_ == Progress::kEstablished && !has_plaintext()) {
    progress_ = Progress::kClosed;
  }
}

void SslLeg::on_message(bool sent, int content_type, Bytes message) {
  if (content_type == SSL3_RT_ALERT && message.size() == 2) {
    note_alert(sent, load_be16(message.data()));
    return;
  }
  const auto change = counter_.on_message(sent, content_type, message, SSL_version(ssl_.get()));
  if (change == RecordCounter::Change::kKeyUpdate) {
    TrafficSecret& secret = sent ? secret_out_ : secret_in_;
    auto next = secret.next();
    // Without the next secret record_state() refuses; the leg itself goes on.
    secret = next ? std::move(next).value() : TrafficSecret();
  }
}

void SslLeg::on_key_log(std::string_view line) {
  if (options_.key_log) {
    options_.key_log(line);
  }
  auto logged = read_key_log(line);
  const auto suite_hash = hash();
  if (!logged || !suite_hash) {
    return;
  }
  const bool from_client = logged->kind == LoggedSecret::Kind::kClientTraffic;
  const bool incoming = from_client == (options_.side == Side::kClient);
  (incoming ? secret_in_ : secret_out_) = TrafficSecret(std::move(logged->secret), *suite_hash);
}

int SslLeg::on_verify(X509_STORE_CTX* context) {
  STACK_OF(X509)* const sent = X509_STORE_CTX_get0_untrusted(context);
  PeerVerdict verdict;
  verdict.text = "no verifier";
  if (sent != nullptr && sk_X509_num(sent) > 0) {
    chain_.reset(X509_chain_up_ref(sent));
    if (options_.verifier) {
      // Whatever verification leaves in the error queue must not hide the handshake's own error.
      ERR_set_mark();
      verdict = options_.verifier(sent);
      ERR_pop_to_mark();
    }
  }
  const bool go_on = verdict.trusted() || verdict.tolerated;
  X509_STORE_CTX_set_error(context, verdict.error);
  X509_STORE_CTX_set_error_depth(context, verdict.depth);
  verdict_ = std::move(verdict);
  return go_on ? 1 : 0;
}

bool SslLeg::on_new_session(SSL_SESSION* session) {
  if (!options_.new_session || !verdict_ || !verdict_->trusted()) {
    return false;
  }
  options_.new_session(UniqueSslSession(session));
  return true;
}

void SslLeg::note_alert(bool sent, uint16_t code) {
  if (alerts_.size() < kMaxAlerts) {
    alerts_.push_back({code, sent});
  }
}

}  // namespace vitrine::tls
