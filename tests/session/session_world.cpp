#include "tests/session/session_world.h"

#include <array>
#include <thread>

#include <sys/socket.h>

#include "host/signer/authority.h"

namespace vitrine::session {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only

// One for all tests: the thread can move into a new namespace but not back.
takeover::Stack& stack() {
  static const std::unique_ptr<takeover::Stack> made = takeover::Stack::create().value();
  return *made;
}

// A CA whose signer is a thread, and the forge that asks it: RSA keys are slow to make.
class Signing {
 public:
  static Signing& instance() {
    static Signing signing;
    return signing;
  }
  ~Signing() {
    forge_.reset();
    client_.detach();  // ends the thread
  }

  boost::asio::io_context& io() { return io_; }
  const test::TestCert& ca() const { return ca_; }
  signer::LeafForge& forge() { return *forge_; }

 private:
  Signing() {
    EXPECT_TRUE(secure_memory_init());
    clock_.set_wall_ms(test::kNow * 1000);
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    client_.attach(UniqueFd(pair[0]), [] {});
    thread_ = std::jthread([fd = pair[1], this] {
      const UniqueFd socket(fd);
      const signer::Authority authority(up_ref(ca_.certificate.get()), up_ref(ca_.key.get()));
      std::vector<uint8_t> packet(signer::kMaxMessage);
      for (ssize_t n = 0; (n = ::recv(fd, packet.data(), packet.size(), 0)) > 0;) {
        const auto reply = authority.answer(Bytes(packet).first(static_cast<size_t>(n)));
        ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
      }
    });
    forge_ = signer::LeafForge::create(client_, clock_, up_ref(ca_.certificate.get())).value();
  }

  boost::asio::io_context io_;
  ManualClock clock_;
  test::TestCert ca_ = test::CertBuilder("/CN=Vitrine CA").ca().self_signed();
  std::jthread thread_;
  signer::SignerClient client_{io_.get_executor()};
  std::unique_ptr<signer::LeafForge> forge_;
};

}  // namespace

SessionWorld::SessionWorld() : ca_(Signing::instance().ca()), io_(Signing::instance().io()) {
  clock_.set_wall_ms(test::kNow * 1000);
  config_.reset_midstream = true;
  decide("decrypt");
}

void SessionWorld::use_policy(const std::string& text) {
  const uint32_t version = engine_ == nullptr ? 1 : engine_->policy()->version + 1;
  const auto made = make_policy(version, "version: 1\n" + text, "policy", [](const std::string&) {
    return Result<std::string>(Status(Code::kNotFound, "no files"));
  });
  ASSERT_TRUE(made) << made.status().to_string();
  policy_ = *made;
  if (engine_ != nullptr) {
    const auto rules = card_rules(*policy_, clock_.wall_ms());
    ASSERT_TRUE(rules) << rules.status().to_string();
    ASSERT_TRUE(engine_->adopt(policy_, *rules));
  }
}

void SessionWorld::decide(const std::string& action) {
  use_policy("undecryptable: {unknown_hello: block}\ndecryption: [{name: the-rule, action: " +
             action + "}]\n");
}

void SessionWorld::start() {
  legs_ = tls::LegFactory::create({}, clock_).value();
  trust_ = trust::TrustStore::open({"", std::nullopt}).value();
  ASSERT_TRUE(trust_->import(as_bytes(root_.pem())));
  verifier_ = std::make_unique<trust::Verifier>(*trust_, clock_);
  hub_ = events::EventHub::open({.state_dir = state_.path(), .device_name = "test"}).value();
  engine_ = std::make_unique<Engine>(Services{io_, clock_, card_, stack(), *legs_, *verifier_,
                                              Signing::instance().forge(), *hub_, policy_, config_,
                                              http_judge_});
  engine_->start();
}

SessionWorld::~SessionWorld() {
  io_.restart();
  io_.poll();  // questions to the engine that nobody had answered
  engine_.reset();
  io_.restart();
  io_.poll();  // what the engine had asked for, cancelled
}

void SessionWorld::punt(card::Port port, const std::vector<uint8_t>& frame,
                        card::PuntReason reason) {
  engine_->on_punt({{port, 0}, reason, 0, frame});
}

void SessionWorld::deliver() {
  for (const test::FakeCard::Injected& injected : card_.take_injected()) {
    if (injected.how == card::InjectAs::kReceived) {
      received_.push_back(injected);
      continue;
    }
    const bool inside = injected.port == card::Port::kInside;
    test::TcpEnd* end = inside ? client_ : server_;
    if (end == nullptr) {
      (inside ? out_inside_ : out_outside_).push_back(injected.frame);
      continue;
    }
    // As the other port received it: the end's side of the wire.
    const auto packet = wire::parse_frame(injected.frame, opposite(injected.port));
    ASSERT_TRUE(packet) << packet.status().to_string();
    ASSERT_TRUE(wire::checksums_are_right(*packet));
    end->receive(*packet);
  }
}

bool SessionWorld::run_until(const std::function<bool()>& done) {
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) {
      return false;
    }
    deliver();
    if (applications_) {
      applications_();
    }
    bool moved = false;
    for (test::TcpEnd* end : {client_, server_}) {
      if (end != nullptr) {
        for (const std::vector<uint8_t>& frame : end->take_frames()) {
          punt(end->port(), frame);
          deliver();
          moved = true;
        }
      }
    }
    io_.restart();
    if (!moved && io_.poll() == 0) {
      io_.restart();
      io_.run_for(1ms);
    }
  }
  return true;
}

void SessionWorld::tick() {
  const size_t before = card_.heartbeats;
  EXPECT_TRUE(run_until([&] { return card_.heartbeats > before; }));
  deliver();
}

std::vector<events::Event> SessionWorld::events(events::EventType type) {
  hub_->flush();
  events::EventQuery query;
  query.type = type;
  query.limit = 1000;
  auto found = hub_->query(query);
  EXPECT_TRUE(found) << found.status().to_string();
  return found ? std::move(found).value() : std::vector<events::Event>();
}

uint64_t SessionWorld::count(const std::string& name) const {
  for (const api::NamedCount& row : engine_->snapshot(0).counts) {
    if (row.name == name) {
      return row.value;
    }
  }
  ADD_FAILURE() << "no counter " << name;
  return 0;
}

}  // namespace vitrine::session
