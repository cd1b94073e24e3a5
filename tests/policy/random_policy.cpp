#include "tests/policy/random_policy.h"

#include <algorithm>
#include <array>
#include <string>

namespace vitrine::policy::test {
namespace {

constexpr std::array<const char*, 8> kNetworks = {"10.0.0.0/30", "10.0.0.0/31", "10.0.0.2-10.0.0.5",
                                                  "10.0.0.4",    "0.0.0.0/0",   "2001:db8::/126",
                                                  "2001:db8::1", "::/0"};
constexpr std::array<const char*, 8> kServices = {"tcp/443", "tcp/80-90", "tcp", "udp/443",
                                                  "udp",     "icmp",      "gre", "tcp/440-450"};
constexpr std::array<const char*, 6> kDomains = {"a.test", "*.a.test", ".b.test",
                                                 "b.test", "*",        "x.a.test"};
constexpr std::array<const char*, 5> kNames = {"", "a.test", "x.a.test", "b.test", "y.b.test"};
constexpr std::array<card::VlanTags, 4> kVlans = {
    card::VlanTags{}, card::VlanTags{10, card::VlanTags::kNone}, card::VlanTags{10, 20},
    card::VlanTags{11, card::VlanTags::kNone}};
constexpr std::array<uint16_t, 8> kPorts = {443, 80, 85, 91, 440, 445, 40000, 0};
constexpr std::array<uint8_t, 5> kProtocols = {6, 6, 17, 1, 47};

}  // namespace

AddressSet RandomWorld::addresses() {
  std::vector<AddressRange> ranges;
  for (uint32_t n = 1 + below(2); n > 0; --n) {
    ranges.push_back(parse_addresses(kNetworks[below(kNetworks.size())]).value());
  }
  return AddressSet(std::move(ranges));
}

ServiceSet RandomWorld::services() {
  std::vector<ServiceRange> ranges;
  for (uint32_t n = 1 + below(2); n > 0; --n) {
    ranges.push_back(parse_service(kServices[below(kServices.size())]).value());
  }
  return ServiceSet(std::move(ranges));
}

Conditions RandomWorld::conditions(const Rulebook& book, bool with_http) {
  Conditions when;
  when.zones = one_in(3) ? static_cast<uint8_t>(1 + below(2)) : kAnyZone;
  if (one_in(6)) {
    when.vlans.push_back(kVlans[below(kVlans.size())]);
  }
  if (one_in(2)) {
    when.source = addresses();
  }
  if (one_in(2)) {
    when.destination = addresses();
  }
  if (one_in(2)) {
    when.services = services();
  }
  if (one_in(5)) {
    when.asks_subject = true;
    when.subjects.push_back(below(static_cast<uint32_t>(book.subjects.size())));
  }
  if (one_in(6)) {
    when.schedule = 0;
  }
  if (one_in(4)) {
    when.domains.push_back(below(static_cast<uint32_t>(book.domain_lists.size())));
  }
  if (one_in(8)) {
    when.tls_versions = static_cast<uint8_t>(1 + below(7));
  }
  if (one_in(6)) {
    if (one_in(2)) {
      when.certificate.states = static_cast<uint16_t>(1 + below(15));
    } else {
      when.certificate.issuers.emplace_back("*ca*");
    }
  }
  if (with_http && one_in(3)) {
    if (one_in(2)) {
      when.http.methods.emplace_back("POST");
    }
    if (one_in(2)) {
      when.http.paths.emplace_back("/admin*");
    }
    if (one_in(3)) {
      when.http.content_types.emplace_back("image/*");
    }
  }
  return when;
}

std::shared_ptr<const Rulebook> RandomWorld::book() {
  auto book = std::make_shared<Rulebook>();
  book->subjects = {{Subject::Kind::kUser, "alice"}, {Subject::Kind::kGroup, "guests"}};
  for (size_t i = 0; i < kDomains.size(); ++i) {
    book->domain_lists.push_back({"", {DomainPattern::parse(kDomains[i]).value()}});
  }
  Schedule schedule;
  schedule.name = "early";
  schedule.add(0, 0, 60);
  book->schedules.push_back(schedule);
  for (uint32_t n = below(3); n > 0; --n) {
    IdentityRule rule;
    rule.source = addresses();
    if (one_in(3)) {
      rule.table.emplace_back(parse_addresses("10.0.0.1").value(), below(2));
    } else {
      rule.subject = below(2);
    }
    book->identity.push_back(std::move(rule));
  }
  for (uint32_t n = below(6); n > 0; --n) {
    DecryptionRule rule;
    rule.when = conditions(*book, false);
    rule.outcome.action = static_cast<DecryptAction>(below(3));
    rule.outcome.strict = rule.outcome.action == DecryptAction::kDecrypt && one_in(4);
    book->decryption.push_back(std::move(rule));
  }
  for (uint32_t n = below(5); n > 0; --n) {
    AccessRule rule;
    rule.when = conditions(*book, true);
    rule.action = static_cast<AccessAction>(below(2));
    book->access.push_back(std::move(rule));
  }
  book->quic = static_cast<QuicMode>(below(3));
  return book;
}

IpAddress RandomWorld::address() {
  IpAddress address = IpAddress::parse(one_in(3) ? "2001:db8::" : "10.0.0.0").value();
  address.bytes[address.size() - 1] = static_cast<uint8_t>(below(8));
  return address;
}

card::FlowKey RandomWorld::key() {
  card::FlowKey key;
  key.ingress = one_in(2) ? card::Port::kInside : card::Port::kOutside;
  key.vlan = kVlans[below(kVlans.size())];
  key.protocol = kProtocols[below(kProtocols.size())];
  key.source = address();
  do {
    key.destination = address();
  } while (key.destination.version != key.source.version);
  if (key.protocol == kTcp || key.protocol == kUdp) {
    key.source_port = kPorts[below(kPorts.size())];
    key.destination_port = kPorts[below(kPorts.size())];
  }
  return key;
}

Facts RandomWorld::facts(const Rulebook&) {
  Facts facts;
  facts.key = key();
  constexpr int64_t kMonday = 4 * int64_t{86'400'000};  // 1970-01-05 00:00
  facts.wall_ms = kMonday + (one_in(2) ? 0 : int64_t{7'200'000});
  facts.server_name = kNames[below(kNames.size())];
  facts.tls_version = static_cast<uint8_t>(1U << below(3));
  facts.issuer = one_in(2) ? "/cn=some ca" : "/cn=other";
  facts.certificate_state = static_cast<uint16_t>(1U << below(4));
  facts.http_host = kNames[below(kNames.size())];
  facts.http_method = one_in(2) ? "POST" : "GET";
  facts.http_path = one_in(2) ? "/admin/x" : "/";
  if (one_in(2)) {
    facts.content_type = one_in(2) ? "image/png" : "text/html";
  }
  return facts;
}

bool RandomWorld::complete(const Facts& facts) const {
  return facts.known.hello != Known::kPending && facts.known.certificate != Known::kPending &&
         facts.known.http != Known::kPending &&
         (facts.known.http == Known::kNever || facts.content_type);
}

void RandomWorld::learn(Facts& facts) {
  const auto turn_out = [&](Known& known) { known = one_in(4) ? Known::kNever : Known::kYes; };
  if (facts.known.hello == Known::kPending) {
    turn_out(facts.known.hello);
  } else if (facts.known.certificate == Known::kPending) {
    turn_out(facts.known.certificate);
  } else if (facts.known.http == Known::kPending) {
    turn_out(facts.known.http);
  } else if (!facts.content_type) {
    facts.content_type = "image/gif";
  }
}

}  // namespace vitrine::policy::test
