// A leg over an OpenSSL connection; LegFactory makes and configures it.
//
// The library's callbacks find their leg through the connection's application data; contexts made
// by ssl_context.h route them to the on_...() functions here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/tls/leg.h"
#include "host/tls/queue_bio.h"
#include "host/tls/record_counter.h"

namespace vitrine::tls {

class SslLeg final : public Leg {
 public:
  // What the factory decides; empty functions do nothing.
  struct Options {
    Side side = Side::kServer;
    PeerVerifier verifier;    // server leg
    std::string served_alpn;  // client leg: what to choose; "" for none
    std::function<void(std::string_view)> key_log;
    std::function<void(UniqueSslSession)> new_session;  // server leg
  };

  // Null where memory is short.
  static std::unique_ptr<SslLeg> create(UniqueSsl ssl, Options options);
  ~SslLeg() override;

  size_t feed(Bytes from_peer) override;
  void feed_eof() override { eof_ = true; }
  Progress advance() override;
  Progress progress() const override { return progress_; }
  Bytes output() const override { return queues_.output.view(); }
  void consume_output(size_t n) override { queues_.output.consume(n); }
  size_t read(MutableBytes plaintext) override;
  size_t write(Bytes plaintext) override;
  bool has_plaintext() const override { return SSL_pending(ssl_.get()) > 0; }
  bool has_input() const override { return !queues_.input.empty(); }
  void shutdown() override;
  bool abort(Alert alert) override;
  bool closed_cleanly() const override { return closed_cleanly_; }
  size_t bytes_to_boundary() const override { return queues_.input_records.bytes_to_boundary(); }
  Result<RecordState> record_state() const override;
  bool spliceable() const override { return key_bytes() != 0; }
  LegReport report() const override;
  uint16_t version() const override;
  size_t key_bytes() const override;
  std::string alpn() const override;
  uint8_t max_fragment_length() const override;
  X509* peer_certificate() const override;
  STACK_OF(X509) * peer_chain() const override { return chain_.get(); }
  Bytes stapled_ocsp() const override;

  // From the library, during advance(), read() and write().
  void on_message(bool sent, int content_type, Bytes message);
  void on_key_log(std::string_view line);
  int on_verify(X509_STORE_CTX* context);
  void on_client_certificate_request() { client_certificate_requested_ = true; }
  // Takes the session where someone wants it.
  bool on_new_session(SSL_SESSION* session);
  const std::string& served_alpn() const { return options_.served_alpn; }

 private:
  SslLeg(UniqueSsl ssl, Options options);

  Progress handshake();
  void on_established();
  // Sorts out why a library call did not succeed; true where the leg goes on.
  void after_call(int result);
  void fail(std::string error);
  void close_at_eof();
  std::optional<Hash> hash() const;
  Result<RecordDirection> direction13(const TrafficSecret& secret, const RecordCount& count) const;
  Result<RecordDirection> outgoing() const;
  Result<Tls12Keys> tls12_keys() const;
  Status quiescent() const;
  bool may_alert_in_clear() const;
  void note_alert(bool sent, uint16_t code);

  Options options_;
  UniqueSsl ssl_;
  LegQueues queues_;
  RecordCounter counter_;
  TrafficSecret secret_in_;
  TrafficSecret secret_out_;
  Progress progress_ = Progress::kHandshaking;
  bool eof_ = false;
  bool closed_cleanly_ = false;
  bool shut_down_ = false;
  bool client_certificate_requested_ = false;
  std::string error_;
  std::vector<AlertSeen> alerts_;
  std::optional<PeerVerdict> verdict_;
  UniqueX509Stack chain_;
};

}  // namespace vitrine::tls
