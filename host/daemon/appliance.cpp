#include "host/daemon/appliance.h"

#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

#include "host/api/server.h"
#include "host/card/soft/soft_card.h"
#include "host/daemon/backend.h"
#include "host/daemon/bypass_bridge.h"
#include "host/daemon/bypass_guard.h"
#include "host/daemon/configuring.h"
#include "host/daemon/install.h"
#include "host/daemon/key_log.h"
#include "host/daemon/licensing.h"
#include "host/daemon/privileges.h"
#include "host/daemon/run_lock.h"
#include "host/licence/signer_key.h"
#include "host/session/engine.h"
#include "host/signer/signer_process.h"

namespace vitrine::daemon {
namespace {

// Without a sign of the session thread for so long the card clears its keys.
constexpr uint32_t kHeartbeatTimeoutMs = 10'000;
constexpr int kLockWaitMs = 3000;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Status(Code::kNotFound, "cannot read " + path);
  }
  return text.str();
}

Status find_groups(const Options& options, api::RoleGroups& groups) {
  constexpr const char* kDefaultReaders = "vitrine-read";
  if (!options.administrators.empty()) {
    const auto found = find_group(options.administrators);
    if (!found) {
      return found.status();
    }
    groups.administrators = *found;
  }
  const auto readers = find_group(options.readers.empty() ? kDefaultReaders : options.readers);
  if (readers) {
    groups.readers = *readers;
  }
  return readers || options.readers.empty() ? Status::ok() : readers.status();
}

session::Config session_config(const Options& options) {
  session::Config config;
  config.handshake_timeout_ms = options.handshake_timeout_s * 1000;
  config.idle_timeout_ms = options.idle_timeout_s * 1000;
  config.reset_midstream = options.fail_mode == FailMode::kClosed;
  return config;
}

}  // namespace

// In order of construction; destroyed in reverse.
struct Appliance::Parts {
  explicit Parts(const Options& given) : options(given) {}

  Options options;
  Account account;
  api::RoleGroups groups;
  UniqueFd run_lock;
  UniqueFd guard;
  std::optional<KeyLog> key_log;
  std::unique_ptr<card::Card> card;
  boost::asio::io_context session_io{1};
  boost::asio::io_context api_io{1};
  std::unique_ptr<takeover::Stack> stack;
  std::unique_ptr<signer::SignerSupervisor> signer;
  UniqueX509 ca;
  std::unique_ptr<events::EventHub> hub;
  std::unique_ptr<trust::TrustStore> trust;
  std::unique_ptr<trust::Verifier> verifier;
  std::optional<licence::LicenceStore> licences;
  std::unique_ptr<tls::LegFactory> legs;
  std::optional<Licensing> licensing;
  std::unique_ptr<signer::LeafForge> forge;
  std::optional<Installer> installer;
  std::optional<Configuring> configuring;
  inspect::MirrorHub mirror{Clock::system()};
  std::unique_ptr<session::Engine> engine;
  std::unique_ptr<Backend> backend;
  std::unique_ptr<api::Server> api;
  std::thread api_thread;

  Status begin();        // stages 1 and 2
  Status open_card();    // 3
  Status privileged();   // 4 to 6
  Status open_stores();  // 7
  Status open_legs();
  Status import_trusted();
  Status configure();
  Status serve();  // 8
  void tell(const std::string& message);
  void stop();
};

Status Appliance::Parts::begin() {
  auto found = find_account(options.user);
  if (!found) {
    return found.status();
  }
  account = std::move(found).value();
  if (Status known = find_groups(options, groups); !known) {
    return known;
  }
  if (Status secure = secure_memory_init(); !secure) {
    return secure;
  }
  auto lock = take_run_lock(options.state_dir, kLockWaitMs);
  if (!lock) {
    return lock.status();
  }
  run_lock = std::move(lock).value();
  if (Status gone = disconnect_bypass(options.inside); !gone) {
    return gone;
  }
  if (options.fail_mode == FailMode::kOpen) {
    auto started = start_bypass_guard(options.inside, options.outside, options.state_dir, run_lock);
    if (!started) {
      return started.status();
    }
    guard = std::move(started).value();
  }
  if (!options.keylog_file.empty()) {
    auto opened = KeyLog::open(options.keylog_file);
    if (!opened) {
      return opened.status();
    }
    key_log = std::move(opened).value();
    spdlog::warn("TLS secrets of all inspected connections are written to {}", options.keylog_file);
  }
  return Status::ok();
}

Status Appliance::Parts::open_card() {
  card::soft::SoftCardConfig config;
  config.inside_interface = options.inside;
  config.outside_interface = options.outside;
  config.segment_offload = options.offload;
  config.impairment = options.impairment;
  config.max_flows = options.max_flows;
  config.heartbeat_timeout_ms = kHeartbeatTimeoutMs;
  config.fail_open = options.fail_mode == FailMode::kOpen;
  auto made = card::soft::make_soft_card(std::move(config));
  if (!made) {
    return made.status();
  }
  card = std::move(made).value();
  return Status::ok();
}

Status Appliance::Parts::privileged() {
  auto made = takeover::Stack::create();
  if (!made) {
    return made.status();
  }
  stack = std::move(made).value();
  signer = std::make_unique<signer::SignerSupervisor>(session_io.get_executor(),
                                                      signer::SignerOptions{"", options.state_dir});
  auto certificate = signer->start();
  if (!certificate) {
    return certificate.status();
  }
  ca = std::move(certificate).value();
  if (Status locked = lock_memory(); !locked) {
    return locked;
  }
  return drop_privileges(account, options.state_dir, options.socket);
}

Status Appliance::Parts::open_stores() {
  auto opened_hub =
      events::EventHub::open({.state_dir = options.state_dir, .device_name = options.device_name});
  if (!opened_hub) {
    return opened_hub.status();
  }
  hub = std::move(opened_hub).value();
  trust::TrustOptions trust_options;
  trust_options.state_dir = options.state_dir;
  if (!options.system_roots) {
    trust_options.system_bundle.reset();
  } else if (!options.system_bundle.empty()) {
    trust_options.system_bundle = options.system_bundle;
  }
  auto opened_trust = trust::TrustStore::open(std::move(trust_options));
  if (!opened_trust) {
    return opened_trust.status();
  }
  trust = std::move(opened_trust).value();
  verifier = std::make_unique<trust::Verifier>(*trust, Clock::system());
  return import_trusted();
}

Status Appliance::Parts::import_trusted() {
  for (const std::string& path : options.trusted_files) {
    const auto text = read_file(path);
    if (!text) {
      return text.status();
    }
    const auto imported = trust->import(as_bytes(*text));
    if (!imported && imported.status().code() != Code::kAlreadyExists) {
      return {imported.status().code(), path + ": " + imported.status().message()};
    }
  }
  return Status::ok();
}

Status Appliance::Parts::open_legs() {
  auto licence_signer = licence::signer_key();
  if (!licence_signer) {
    return licence_signer.status();
  }
  licences.emplace(options.state_dir, std::move(licence_signer).value());
  const auto licence = licence_state(*licences, Clock::system().wall_ms() / 1000);
  spdlog::info("strong cryptography: {} ({})", licence.strong_cryptography ? "yes" : "no",
               licence.text);
  tls::LegPolicy leg_policy = licensed({}, licence);
  leg_policy.resume_upstream = options.resume_upstream;
  if (key_log.has_value()) {
    leg_policy.key_log = [this](std::string_view line) { key_log->write(line); };
  }
  auto made_legs = tls::LegFactory::create(std::move(leg_policy));
  if (!made_legs) {
    return made_legs.status();
  }
  legs = std::move(made_legs).value();
  licensing.emplace(session_io, *licences, *legs, Clock::system(),
                    [this](const std::string& message) { tell(message); });
  auto made_forge = signer::LeafForge::create(signer->client(), Clock::system(), std::move(ca));
  if (!made_forge) {
    return made_forge.status();
  }
  forge = std::move(made_forge).value();
  return Status::ok();
}

Status Appliance::Parts::configure() {
  installer.emplace(session_io, *card, *trust, *hub);
  configuring.emplace(options, api_io, *installer, *hub, Clock::system());
  return configuring->start();
}

Status Appliance::Parts::serve() {
  engine = std::make_unique<session::Engine>(session::Services{session_io,
                                                               Clock::system(),
                                                               *card,
                                                               *stack,
                                                               *legs,
                                                               *verifier,
                                                               *forge,
                                                               *hub,
                                                               installer->policy(),
                                                               session_config(options),
                                                               {},
                                                               &mirror});
  if (Status adopted = installer->attach(*engine); !adopted) {
    return adopted;
  }
  backend = std::make_unique<Backend>(BackendParts{options, session_io, *engine, *card, *trust,
                                                   *hub, configuring->manager(), Clock::system(),
                                                   *licensing, &mirror});
  auto listening = api::Server::listen(api_io, options.socket, *backend, *hub, {.groups = groups});
  if (!listening) {
    return listening.status();
  }
  api = std::move(listening).value();
  if (Status started = card->start(); !started) {
    return started;
  }
  engine->start();
  licensing->start();
  configuring->watch();
  tell("started");
  spdlog::info("ready: {} <-> {}, card {} ({}), API at {}", options.inside, options.outside,
               card->info().kind, card->info().detail, options.socket);
  return Status::ok();
}

void Appliance::Parts::tell(const std::string& message) {
  events::Event event;
  event.type = events::EventType::kSystem;
  event.inspection.message = "vitrined " VITRINE_VERSION " " + message;
  hub->publish(std::move(event));
}

Result<std::unique_ptr<Appliance>> Appliance::start(const Options& options) {
  auto parts = std::make_unique<Parts>(options);
  for (const auto stage :
       {&Parts::begin, &Parts::open_card, &Parts::privileged, &Parts::open_stores,
        &Parts::open_legs, &Parts::configure, &Parts::serve}) {
    if (Status done = (*parts.*stage)(); !done) {
      return done;
    }
  }
  return std::unique_ptr<Appliance>(new Appliance(std::move(parts)));
}

Appliance::Appliance(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Appliance::~Appliance() = default;

void Appliance::run() {
  Parts& parts = *parts_;
  parts.api_thread = std::thread([&parts] {
    const auto work = boost::asio::make_work_guard(parts.api_io);
    parts.api_io.run();
  });
  boost::asio::signal_set reopen(parts.session_io, SIGHUP);
  const std::function<void(const boost::system::error_code&, int)> on_reopen =
      [&](const boost::system::error_code& error, int) {
        if (!error) {
          parts.hub->reopen();
          parts.configuring->reload();
          reopen.async_wait(on_reopen);
        }
      };
  reopen.async_wait(on_reopen);
  boost::asio::signal_set stop(parts.session_io, SIGTERM, SIGINT);
  stop.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) {
      spdlog::info("stopping: waiting up to {} s for handshakes", parts.options.drain_timeout_s);
      parts.engine->drain(parts.options.drain_timeout_s * 1000, [&] { parts.session_io.stop(); });
    }
  });
  parts.session_io.run();
  parts.stop();
}

void Appliance::Parts::stop() {
  api_io.stop();
  api_thread.join();
  api.reset();
  card->stop();
  tell("stopped");
  signer->stop();
  engine.reset();
  hub->flush();
  spdlog::info("stopped");
}

}  // namespace vitrine::daemon
