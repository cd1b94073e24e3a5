// Drives an engine packet by packet, as a client and a server would, and reads what leaves it.
#pragma once

#include <algorithm>
#include <string>

#include "tests/session/session_world.h"
#include "tests/tls/hello_builder.h"

namespace vitrine::session {

inline std::vector<uint8_t> whole_hello(const std::string& name = "server.test") {
  tls::test::HelloBuilder hello;
  hello.session_id(32).suites({0x1301, 0xc02f}).server_name(name).versions({0x0304});
  return hello.records();
}

class EngineDriver : public SessionWorld {
 protected:
  static constexpr uint32_t kServerIsn = 5000;

  static test::PacketBuilder client(uint16_t port) {
    return test::PacketBuilder().from("192.0.2.1", port).to("198.51.100.7", 443);
  }
  static uint32_t isn(uint16_t port) { return port * 1000U; }

  void syn(uint16_t port) {
    punt(card::Port::kInside, client(port).syn(isn(port)).mss(1460).build());
  }
  void syn_ack(uint16_t port) {
    punt(card::Port::kOutside,
         client(port).reply().syn_ack(kServerIsn, isn(port) + 1).mss(1460).build());
  }
  test::PacketBuilder from_client(uint16_t port, size_t offset = 0) const {
    return client(port).sequence(isn(port) + 1 + static_cast<uint32_t>(offset)).ack(kServerIsn + 1);
  }
  void open(uint16_t port) {
    syn(port);
    syn_ack(port);
    punt(card::Port::kInside, from_client(port).build());
  }
  void data(uint16_t port, Bytes bytes, size_t offset = 0) {
    punt(card::Port::kInside, from_client(port, offset).payload(bytes).build());
  }
  void plain_text(uint16_t port) { data(port, as_bytes("GET / HTTP/1.0\r\n\r\n")); }

  struct Left {
    std::vector<wire::TcpPacket> inside;
    std::vector<wire::TcpPacket> outside;
    size_t resets(bool to_inside) const {
      const auto& packets = to_inside ? inside : outside;
      return static_cast<size_t>(std::count_if(packets.begin(), packets.end(),
                                               [](const auto& p) { return p.has(wire::kRst); }));
    }
  };
  // What left the card since the last call.
  Left left() {
    frames_ = card_.take_injected();
    Left left;
    for (const auto& injected : frames_) {
      if (injected.how == card::InjectAs::kEgress) {
        const auto packet = wire::parse_frame(injected.frame, opposite(injected.port));
        EXPECT_TRUE(packet && wire::checksums_are_right(*packet));
        (injected.port == card::Port::kInside ? left.inside : left.outside).push_back(*packet);
      }
    }
    return left;
  }
  size_t taken_by_the_card() const {
    return static_cast<size_t>(std::count_if(
        frames_.begin(), frames_.end(),
        [](const auto& injected) { return injected.how == card::InjectAs::kReceived; }));
  }

  std::vector<test::FakeCard::Injected> frames_;
};

}  // namespace vitrine::session
