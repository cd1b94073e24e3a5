// Handshakes a second through both legs in one thread, with client and server ends in the same
// thread: the TLS share of what the appliance does for a connection. Direct is the two ends alone.
#include <benchmark/benchmark.h>

#include "host/tls/leg_factory.h"
#include "tests/tls/ssl_peer.h"

namespace vitrine::tls {
namespace {

using test::Identity;
using test::make_identity;
using test::make_leaf;
using test::pump;
using test::SslPeer;

struct Bench {
  Bench() {
    if (!secure_memory_init()) {
      std::abort();
    }
    LegPolicy policy;
    policy.resume_upstream = false;
    factory = LegFactory::create(policy).value();
    policy.resume_upstream = true;
    resuming = LegFactory::create(policy).value();
    hello.versions = {0x0304, 0x0303};
    hello.cipher_suites = {0x1301, 0x1302, 0xc02b, 0xc02f};
    hello.supported_groups = {29, 23};
    hello.signature_algorithms = {0x0403, 0x0804};
    hello.server_name = "bench.example";
  }
  Identity identity = make_identity("bench.example");
  std::shared_ptr<const ServedLeaf> leaf = make_leaf("bench.example");
  std::unique_ptr<LegFactory> factory;
  std::unique_ptr<LegFactory> resuming;
  ClientHello hello;
  UniqueSslCtx server_context = [this] {
    SslPeer server = SslPeer::server(identity);
    return up_ref(server.context());
  }();
  UniqueSslCtx client_context = [] {
    SslPeer client = SslPeer::client();
    return up_ref(client.context());
  }();
};

Bench& bench() {
  static Bench instance;
  return instance;
}

void direct(benchmark::State& state) {
  for (auto _ : state) {
    SslPeer server = SslPeer::server_on(bench().server_context.get());
    SslPeer client = SslPeer::client_on(bench().client_context.get());
    for (int i = 0; i < 2; ++i) {
      client.handshake();
      server.feed(client.output());
      server.handshake();
      client.feed(server.output());
    }
  }
}
BENCHMARK(direct);

void proxied(benchmark::State& state, LegFactory& factory, bool with_keys) {
  Bench& b = bench();
  ServerLegConfig upstream;
  upstream.hello = &b.hello;
  upstream.client = IpAddress::parse("192.0.2.1").value();
  upstream.server = {IpAddress::parse("192.0.2.2").value(), 443};
  upstream.verifier = [](STACK_OF(X509)*) {
    PeerVerdict verdict;
    verdict.error = X509_V_OK;
    return verdict;
  };
  ClientLegConfig downstream;
  downstream.leaf = b.leaf;
  for (auto _ : state) {
    auto server_leg = factory.make_server_leg(upstream).value();
    SslPeer server = SslPeer::server_on(b.server_context.get());
    pump(*server_leg, server);
    auto client_leg = factory.make_client_leg(downstream).value();
    SslPeer client = SslPeer::client_on(b.client_context.get());
    pump(*client_leg, client);
    if (with_keys && (!server_leg->record_state() || !client_leg->record_state())) {
      state.SkipWithError("no keys");
    }
  }
}
void full(benchmark::State& state) { proxied(state, *bench().factory, false); }
BENCHMARK(full);
void full_with_keys(benchmark::State& state) { proxied(state, *bench().factory, true); }
BENCHMARK(full_with_keys);
void resumed_with_keys(benchmark::State& state) { proxied(state, *bench().resuming, true); }
BENCHMARK(resumed_with_keys);

}  // namespace
}  // namespace vitrine::tls

BENCHMARK_MAIN();
