#include "tests/api/fake_backend.h"

#include <algorithm>
#include <stdexcept>

namespace vitrine::api {
namespace {

Endpoint endpoint(const char* address, uint16_t port) {
  return {IpAddress::parse(address).value(), port};
}

FlowRow spliced_flow() {
  FlowRow row;
  row.id = 0x2fd1f6;
  row.client = endpoint("192.0.2.10", 49152);
  row.server = endpoint("198.51.100.7", 443);
  row.server_name = "www.example.org";
  row.state = FlowState::kSpliced;
  row.client_version = row.server_version = "TLSv1.3";
  row.client_suite = row.server_suite = "TLS_AES_128_GCM_SHA256";
  row.alpn = "h2";
  row.card_packets = {100, 2000};
  row.card_bytes = {5000, 3'000'000};
  row.host_bytes = {600, 4000};
  row.age_ms = 65'000;
  return row;
}

FlowRow relayed_flow() {
  FlowRow row;
  row.id = 7;
  row.client = endpoint("2001:db8::10", 49153);
  row.server = endpoint("2001:db8:1::7", 443);
  row.state = FlowState::kRelayed;
  row.client_version = "TLSv1.3";
  row.server_version = "TLSv1.2";
  row.client_suite = "TLS_AES_256_GCM_SHA384";
  row.server_suite = "ECDHE-RSA-AES256-GCM-SHA384";
  row.relay_reason = "version";
  row.host_bytes = {10, 20};
  row.age_ms = 900;
  return row;
}

}  // namespace

FakeBackend::FakeBackend() {
  licence_report.text = "no licence is installed";
  if (const Status started = world.start(); !started) {
    throw std::runtime_error(started.to_string());
  }
  status_report.version = "0.1.0";
  status_report.card = {"soft", "0.1.0", "AF_PACKET on inside, outside; VAES", 65536};
  status_report.card_running = true;
  status_report.inside = "eth1";
  status_report.outside = "eth2";
  status_report.uptime_ms = 3'720'000;
  status_report.configuration_version = 4;
  status_report.state_directory = "/var/lib/vitrine";
  status_report.ca_fingerprint = "ab12cd34";
  status_report.flows = {0, 1, 1, 1, 2};
  status_report.handshakes_completed = 120;
  status_report.handshakes_failed = 3;
  status_report.handovers_completed = 100;
  status_report.handovers_retried = 2;
  status_report.relay_reasons = {{"version", 20, "the legs have different TLS versions"},
                                 {"suite", 0, "no AES-GCM suite in common"}};
  flow_rows = {spliced_flow(), relayed_flow()};
  card::Counters& card = counters_report.card;
  card.received = {100, 200};
  card.forwarded = 50;
  card.spliced = 240;
  card.punted[static_cast<size_t>(card::PuntReason::kRule)] = 7;
  card.dropped[static_cast<size_t>(card::DropReason::kBadRecord)] = 3;
  counters_report.host = {{"takeovers", 12, "connections taken over"}};
  policy_report.configuration_version = 4;
  policy_report.rules = {{"bypass", "any", "203.0.113.0/24", "tcp", "do not decrypt", 2},
                         {"decrypt-all", "any", "any", "tcp", "decrypt", 120}};
  certificate_rows = {{"c1", "trusted", "/CN=Server", "/CN=Server", "01", "c1ff",
                       "2014-01-01T00:00:00Z", "2015-01-01T00:00:00Z"}};
}

std::vector<FlowRow> FakeBackend::flows(size_t limit) {
  return {flow_rows.begin(),
          flow_rows.begin() + static_cast<std::ptrdiff_t>(std::min(limit, flow_rows.size()))};
}

Result<CaReport> FakeBackend::ca() {
  if (!has_ca) {
    return Status(Code::kNotFound, "no CA: make one with `vitrine cert ca init`");
  }
  return CaReport{{"ab12", "decryption", "/CN=Vitrine", "/CN=Vitrine", "", "ab12cd34",
                   "2014-01-01T00:00:00Z", "2024-01-01T00:00:00Z"},
                  "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"};
}

Result<LicenceReport> FakeBackend::install_licence(std::string_view text) {
  if (text.find("Vitrine licence") == std::string_view::npos) {
    return Status(Code::kMalformed, "not a licence");
  }
  licence_report = {true,
                    "evaluation licence for Example, until 2027-02-22",
                    true,
                    "5f0c",
                    "Example",
                    "evaluation",
                    {"strong-cryptography"},
                    "2026-11-24",
                    "2027-02-22"};
  return licence_report;
}

Result<LicenceReport> FakeBackend::remove_licence() {
  if (!licence_report.installed) {
    return Status(Code::kNotFound, "no licence is installed");
  }
  licence_report = {};
  licence_report.text = "no licence is installed";
  return licence_report;
}

}  // namespace vitrine::api
