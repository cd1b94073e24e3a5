#include "host/tls/leg_factory.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <unordered_map>

#include <fmt/format.h>

#include "host/tls/session_cache.h"
#include "host/tls/ssl_context.h"
#include "host/tls/ssl_leg.h"
#include "host/tls/suites.h"

namespace vitrine::tls {
namespace {

constexpr size_t kMaxContexts = 64;
constexpr uint16_t kTls12 = 0x0303;
constexpr uint16_t kTls13 = 0x0304;
// Licence-free: authenticated, not encrypted.
constexpr const char* kIntegrityOnly = "eNULL:!aNULL:!PSK:@SECLEVEL=0";

// Length-prefixed names, as the library and the wire want them.
std::vector<uint8_t> alpn_wire(const std::vector<std::string>& names) {
  std::vector<uint8_t> wire;
  for (const std::string& name : names) {
    wire.push_back(static_cast<uint8_t>(name.size()));
    wire.insert(wire.end(), name.begin(), name.end());
  }
  return wire;
}

// Unambiguous: every part carries its length.
std::string session_key(const ServerLegConfig& config, const std::string& context_key) {
  const ClientHello& hello = *config.hello;
  const auto alpn = alpn_wire(hello.alpn);
  const std::string name = hello.server_name.value_or("");
  return fmt::format("{}|{}|{}|{}:{}|{}:{}|{}:{}", config.trust_epoch, config.client.to_string(),
                     config.server.to_string(), name.size(), name, alpn.size(), as_text(alpn),
                     context_key.size(), context_key);
}

}  // namespace

struct LegFactory::State {
  struct Context {
    std::string key;
    UniqueSslCtx context;
  };

  State(LegPolicy p, SuiteTable s, const Clock& clock)
      : policy(std::move(p)), suites(std::move(s)), sessions(clock) {}

  Result<ContextSettings> offer(const ClientHello& hello) const;
  Result<UniqueSslCtx> server_context(const ContextSettings& settings, const std::string& key);
  Status make_client_contexts();
  bool common_version(const ClientHello& hello, uint16_t& lowest, uint16_t& highest) const;
  int security_level() const { return policy.integrity_only ? 0 : 1; }

  LegPolicy policy;
  SuiteTable suites;
  SessionCache sessions;
  UniqueSslCtx client_128;  // prefers AES-128-GCM
  UniqueSslCtx client_256;
  std::mutex mutex;
  std::list<Context> contexts;  // most recently used first
  std::unordered_map<std::string, std::list<Context>::iterator> by_key;
};

bool LegFactory::State::common_version(const ClientHello& hello, uint16_t& lowest,
                                       uint16_t& highest) const {
  lowest = 0;
  highest = 0;
  for (const uint16_t version : {kTls12, kTls13}) {
    if (version >= policy.min_version && version <= policy.max_version &&
        hello.offers_version(version)) {
      lowest = lowest == 0 ? version : lowest;
      highest = version;
    }
  }
  return highest != 0;
}

Result<ContextSettings> LegFactory::State::offer(const ClientHello& hello) const {
  ContextSettings settings;
  settings.security_level = security_level();
  settings.resume = policy.resume_upstream && !policy.integrity_only;
  settings.groups = offered_groups(hello);
  if (policy.integrity_only) {
    settings.max_version = kTls12;
    settings.cipher_list = suites.all(false);
    return settings;
  }
  if (!common_version(hello, settings.min_version, settings.max_version)) {
    return {Code::kUnsupported,
            "the client offers no TLS version that the policy allows (TLS 1.2 and 1.3 at most)"};
  }
  if (settings.min_version == kTls12) {
    settings.cipher_list = suites.offer(hello, false);
  }
  if (settings.max_version == kTls13) {
    settings.cipher_suites = suites.offer(hello, true);
  }
  if (settings.cipher_list.empty() && settings.cipher_suites.empty()) {
    return {Code::kUnsupported, "the client offers no cipher suite that the policy allows"};
  }
  if (settings.cipher_list.empty()) {
    settings.min_version = kTls13;
  } else if (settings.cipher_suites.empty()) {
    settings.max_version = kTls12;
  }
  if (settings.min_version > settings.max_version) {
    return {Code::kUnsupported, "the client's suites do not fit the versions it offers"};
  }
  settings.signatures = offered_signatures(hello);
  return settings;
}

Result<UniqueSslCtx> LegFactory::State::server_context(const ContextSettings& settings,
                                                       const std::string& key) {
  std::lock_guard lock(mutex);
  if (const auto found = by_key.find(key); found != by_key.end()) {
    contexts.splice(contexts.begin(), contexts, found->second);
    return up_ref(contexts.front().context.get());
  }
  auto made = make_server_leg_context(settings);
  if (!made) {
    return made.status();
  }
  contexts.push_front({key, std::move(made).value()});
  by_key.emplace(key, contexts.begin());
  if (contexts.size() > kMaxContexts) {
    by_key.erase(contexts.back().key);
    contexts.pop_back();
  }
  return up_ref(contexts.front().context.get());
}

Status LegFactory::State::make_client_contexts() {
  for (const size_t key_bytes : {size_t{16}, size_t{32}}) {
    ContextSettings settings;
    settings.security_level = security_level();
    settings.max_version = policy.integrity_only ? kTls12 : kTls13;
    settings.cipher_list = suites.preference(key_bytes, false);
    settings.cipher_suites = suites.preference(key_bytes, true);
    auto made = make_client_leg_context(settings);
    if (!made) {
      return made.status();
    }
    (key_bytes == 16 ? client_128 : client_256) = std::move(made).value();
  }
  return Status::ok();
}

LegFactory::LegFactory(std::shared_ptr<State> state, const Clock& clock)
    : state_(std::move(state)), clock_(clock) {}
LegFactory::~LegFactory() = default;

Result<std::unique_ptr<LegFactory>> LegFactory::create(LegPolicy policy, const Clock& clock) {
  auto state = make_state(std::move(policy), clock);
  if (!state) {
    return state.status();
  }
  return std::unique_ptr<LegFactory>(new LegFactory(std::move(state).value(), clock));
}

Status LegFactory::set_policy(LegPolicy policy) {
  auto state = make_state(std::move(policy), clock_);
  if (!state) {
    return state.status();
  }
  state_ = std::move(state).value();
  return Status::ok();
}

Result<std::shared_ptr<LegFactory::State>> LegFactory::make_state(LegPolicy policy,
                                                                  const Clock& clock) {
  auto suites = policy.integrity_only
                    ? SuiteTable::create(kIntegrityOnly, "")
                    : SuiteTable::create(policy.cipher_string, policy.cipher_suites);
  if (!suites) {
    return suites.status();
  }
  auto state = std::make_shared<State>(std::move(policy), std::move(suites).value(), clock);
  if (Status status = state->make_client_contexts(); !status) {
    return status;
  }
  return state;
}

const LegPolicy& LegFactory::policy() const { return state_->policy; }

Alert LegFactory::refusal_alert(const ClientHello& hello) const {
  uint16_t lowest = 0;
  uint16_t highest = 0;
  return state_->common_version(hello, lowest, highest) ? Alert::kHandshakeFailure
                                                        : Alert::kProtocolVersion;
}

Status LegFactory::check_offer(const ClientHello& hello) const {
  const auto settings = state_->offer(hello);
  return settings ? Status::ok() : settings.status();
}

Result<std::unique_ptr<Leg>> LegFactory::make_server_leg(const ServerLegConfig& config) {
  const ClientHello& hello = *config.hello;
  const auto settings = state_->offer(hello);
  if (!settings) {
    return settings.status();
  }
  const std::string context_key = settings->key();
  const auto context = state_->server_context(*settings, context_key);
  if (!context) {
    return context.status();
  }
  SslLeg::Options options;
  options.side = Side::kServer;
  options.verifier = config.verifier;
  options.key_log = state_->policy.key_log;
  UniqueSslSession resumed;
  if (settings->resume) {
    std::string key = session_key(config, context_key);
    resumed = state_->sessions.take(key);
    options.new_session = [state = state_, key = std::move(key)](UniqueSslSession session) {
      state->sessions.put(key, std::move(session));
    };
  }
  UniqueSsl ssl(SSL_new(context->get()));
  if (!ssl) {
    return openssl_status("server leg");
  }
  const auto alpn = alpn_wire(hello.alpn);
  // set_alpn_protos says 0 for success.
  const bool configured =
      (!hello.server_name ||
       SSL_set_tlsext_host_name(ssl.get(), hello.server_name->c_str()) == 1) &&
      (alpn.empty() ||
       SSL_set_alpn_protos(ssl.get(), alpn.data(), static_cast<unsigned>(alpn.size())) == 0) &&
      (hello.max_fragment_length == 0 ||
       SSL_set_tlsext_max_fragment_length(ssl.get(), hello.max_fragment_length) == 1) &&
      (!hello.has_status_request ||
       SSL_set_tlsext_status_type(ssl.get(), TLSEXT_STATUSTYPE_ocsp) == 1);
  if (!configured) {
    return openssl_status("server leg");
  }
  if (hello.has_fallback_scsv) {
    SSL_set_mode(ssl.get(), SSL_MODE_SEND_FALLBACK_SCSV);
  }
  if (resumed) {
    SSL_set_session(ssl.get(), resumed.get());
  }
  std::unique_ptr<Leg> leg = SslLeg::create(std::move(ssl), std::move(options));
  if (!leg) {
    return openssl_status("server leg");
  }
  return leg;
}

Result<std::unique_ptr<Leg>> LegFactory::make_client_leg(const ClientLegConfig& config) {
  if (!config.leaf) {
    return {Code::kInvalidArgument, "a client leg needs a leaf to show"};
  }
  SSL_CTX* const context =
      (config.preferred_key_bytes == 32 ? state_->client_256 : state_->client_128).get();
  UniqueSsl ssl(SSL_new(context));
  if (!ssl ||
      SSL_use_cert_and_key(ssl.get(), config.leaf->certificate(), config.leaf->key(),
                           config.leaf->issuers(), 1) != 1 ||
      SSL_set_min_proto_version(ssl.get(), config.version) != 1 ||
      SSL_set_max_proto_version(ssl.get(), config.version) != 1) {
    return openssl_status("client leg");
  }
  if (config.server_suite != 0) {
    const std::string list =
        state_->suites.bounded(config.server_suite, config.preferred_key_bytes);
    const bool bounded = config.version == kTls13
                             ? SSL_set_ciphersuites(ssl.get(), list.c_str()) == 1
                             : SSL_set_cipher_list(ssl.get(), list.c_str()) == 1;
    if (list.empty() || !bounded) {
      return {Code::kInternal, "the server leg's suite is not one that was offered"};
    }
  }
  SslLeg::Options options;
  options.side = Side::kClient;
  options.served_alpn = config.alpn;
  options.key_log = state_->policy.key_log;
  std::unique_ptr<Leg> leg = SslLeg::create(std::move(ssl), std::move(options));
  if (!leg) {
    return openssl_status("client leg");
  }
  return leg;
}

}  // namespace vitrine::tls
