// A connection that is decrypted, from its SYN on: OpenSSL ends behind as much TCP as they need,
// the kernel's TCP and real legs in between, a fake card to hand over to.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "host/session/inspection.h"
#include "tests/session/session_world.h"
#include "tests/tls/leg_fixture.h"

namespace vitrine::session {

// A TLS application over a TCP end.
struct TlsEnd {
  test::TcpEnd tcp;
  tls::test::SslPeer ssl;
  bool talking = true;  // false: TCP only
  std::string received;

  void step() {
    if (!talking || !tcp.established()) {
      return;
    }
    const std::vector<uint8_t> bytes = tcp.take_received();
    if (!bytes.empty()) {
      ssl.feed(bytes);
    }
    if (ssl.handshake()) {
      received += ssl.read();
    }
    if (const std::vector<uint8_t> output = ssl.output(); !output.empty()) {
      tcp.send(output);
    }
  }
  bool done() const { return SSL_is_init_finished(ssl.ssl()) != 0; }
};

inline tls::test::Identity identity_of(const test::TestCert& certificate) {
  return {up_ref(certificate.certificate.get()), up_ref(certificate.key.get())};
}

class InspectionTest : public SessionWorld {
 protected:
  // `version` 0x0303 or 0x0304.
  void connect(uint16_t version = 0x0304) {
    // Every connection has ports of its own: a socket of one before may linger in the stack.
    static uint16_t port = 30000;
    const test::PacketBuilder to_server =
        test::PacketBuilder().from("192.0.2.1", ++port).to("198.51.100.7", 443);
    const auto versions = [version](SSL_CTX* context) {
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
    };
    near_ = std::make_unique<TlsEnd>(TlsEnd{test::TcpEnd(to_server, card::Port::kInside, 1000),
                                            tls::test::SslPeer::client(versions), true, ""});
    SSL_set_tlsext_host_name(near_->ssl.ssl(), kServerName);
    far_ = std::make_unique<TlsEnd>(
        TlsEnd{test::TcpEnd(test::PacketBuilder(to_server).reply(), card::Port::kOutside, 5000),
               tls::test::SslPeer::server(identity_of(certificate_), versions), true, ""});
    client_ = &near_->tcp;
    server_ = &far_->tcp;
    applications_ = [this] {
      near_->step();
      far_->step();
    };
    near_->tcp.open();
  }
  bool spliced() {
    return run_until([&] { return flows(api::FlowState::kSpliced) == 1; });
  }
  // On the host for good.
  bool relayed() {
    return run_until([&] {
      const Snapshot now = engine_->snapshot(1);
      return now.rows.size() == 1 && !now.rows[0].relay_reason.empty();
    });
  }
  bool nothing_left() {
    return run_until([&] {
      const Snapshot now = engine_->snapshot(0);
      return std::all_of(now.flows.begin(), now.flows.end(), [](uint64_t n) { return n == 0; });
    });
  }
  std::string client_alert() const { return near_->ssl.error(); }
  // Records and frames of the splice's last state, as the card would tell them.
  void card_saw_traffic() {
    for (auto& direction : card_.stats.directions) {
      direction.packets = 3;
      direction.next_sequence = 7000;
      direction.last_acknowledgement = 8000;
    }
  }

  test::TestCert certificate_ = test::CertBuilder("/CN=server").dns(kServerName).signed_by(root_);
  std::unique_ptr<TlsEnd> near_;  // the client
  std::unique_ptr<TlsEnd> far_;   // the server
};

}  // namespace vitrine::session
