#include "host/events/fields.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/events/sample.h"

namespace vitrine::events {
namespace {

using Labels = std::vector<std::string>;

std::map<std::string, Labels> labels_by_group() {
  std::map<std::string, Labels> labels;
  for (const Field& field : fields()) {
    labels[std::string(field.group_label)].emplace_back(field.label);
  }
  return labels;
}

// nullptr where there is none.
const Field* find_field(std::string_view group, std::string_view name) {
  const auto found = std::ranges::find_if(
      fields(), [&](const Field& field) { return field.group == group && field.name == name; });
  return found == fields().end() ? nullptr : &*found;
}

TEST(EventFields, GroupsHaveTheReferencesLabels) {
  const auto labels = labels_by_group();
  EXPECT_EQ(labels.at("Source"),
            Labels({"User", "Realm", "IP address", "Port", "Interface", "Identity", "Remote device",
                    "Client OS name", "Context name"}));
  EXPECT_EQ(labels.at("Destination"),
            Labels({"IP address", "Port", "Interface", "Service", "Host", "URL", "URL category",
                    "Web reputation", "Threat type"}));
  EXPECT_EQ(labels.at("Transaction"),
            Labels({"Connection ID", "Transaction ID", "Component name", "Bytes sent",
                    "Bytes received", "Total bytes", "Request content type",
                    "Response content type", "HTTP response status", "HTTP app detected phase",
                    "Configuration version", "Error details"}));
  EXPECT_EQ(labels.at("TLS"),
            Labels({"Encrypted flow", "Decrypted flow", "Requested domain", "Ambiguous destination",
                    "Server certificate name", "Server certificate issuer", "TLS version",
                    "Server cipher suite", "Error details"}));
  EXPECT_EQ(labels.at("Application"), Labels({"Name", "Type", "Behavior"}));
  EXPECT_EQ(labels.at("Device"), Labels({"Name", "Type"}));
  EXPECT_TRUE(labels.contains("Policy"));
}

TEST(EventFields, NamesAreUniqueInTheirGroupAndGroupsAreContiguous) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  std::set<std::string_view> finished;
  std::string_view group;
  for (const Field& field : fields()) {
    EXPECT_TRUE(seen.emplace(field.group, field.name).second) << field.group << "." << field.name;
    if (field.group != group) {
      EXPECT_TRUE(finished.insert(field.group).second) << field.group;
      group = field.group;
    }
  }
}

TEST(EventFields, EveryFieldReachesAMemberOfItsOwn) {
  Event event;
  std::set<const void*> members;
  for (const Field& field : fields()) {
    const void* mutable_member =
        std::visit([](auto* member) -> const void* { return member; }, field.ref(event));
    const void* const_member = std::visit([](const auto* member) -> const void* { return member; },
                                          field.const_ref(event));
    EXPECT_EQ(mutable_member, const_member) << field.name;
    EXPECT_TRUE(members.insert(mutable_member).second) << field.group << "." << field.name;
  }
}

TEST(EventFields, TextsAreEmptyWhereNotKnown) {
  const Event event = refused_event();
  EXPECT_EQ(text_of(event, *find_field("transaction", "bytes_sent")), "179");
  EXPECT_EQ(text_of(event, *find_field("tls", "encrypted_flow")), "Yes");
  EXPECT_EQ(text_of(event, *find_field("tls", "decrypted_flow")), "No");
  EXPECT_EQ(text_of(event, *find_field("tls", "ambiguous_destination")), "");
  EXPECT_EQ(text_of(event, *find_field("transaction", "http_response_status")), "");
  EXPECT_EQ(text_of(event, *find_field("inspection", "leg")), "server leg");
  EXPECT_EQ(text_of(event, *find_field("inspection", "cause")), "server_refused_handshake");
  EXPECT_EQ(find_field("tls", "nothing"), nullptr);
}

TEST(EventTypes, CodesAreUniqueAndFindTheirEntry) {
  std::set<std::string_view> codes;
  for (const EventTypeText& type : kEventTypes) {
    EXPECT_TRUE(codes.insert(type.code).second);
    EXPECT_EQ(event_type_from(type.code), type.type);
    EXPECT_EQ(text_of(type.type).code, type.code);
  }
  codes.clear();
  for (const CauseText& cause : kCauses) {
    EXPECT_TRUE(codes.insert(cause.code).second);
    EXPECT_EQ(cause_from(cause.code), cause.cause);
    EXPECT_EQ(text_of(cause.cause).code, cause.code);
  }
  EXPECT_EQ(event_type_from("tls abort"), std::nullopt);
  EXPECT_EQ(cause_from("?"), std::nullopt);
}

TEST(EventSetters, EndpointsAndNameFillTheDestination) {
  Event event;
  const Endpoint client{IpAddress::parse("2001:db8::1").value(), 50000};
  const Endpoint server{IpAddress::parse("2001:db8::2").value(), 8443};
  set_endpoints(event, client, server);
  EXPECT_EQ(event.source.ip_address, "2001:db8::1");
  EXPECT_EQ(event.destination.service, "tcp/8443");
  EXPECT_EQ(event.destination.host, "2001:db8::2");
  set_server_name(event, "");
  EXPECT_EQ(event.destination.host, "2001:db8::2");
  set_server_name(event, "example.org");
  EXPECT_EQ(event.destination.host, "example.org");
  EXPECT_EQ(event.tls.requested_domain, "example.org");
}

TEST(EventSetters, FailureKeepsWhatIsKnownOfTheFlow) {
  Event event;
  event.tls.decrypted_flow = true;  // it failed after decryption was established
  set_failure(event, Leg::kClient, Cause::kRecordAuthenticationFailed, "library", "plain");
  EXPECT_EQ(event.tls.decrypted_flow, true);
  EXPECT_EQ(event.tls.encrypted_flow, true);
  EXPECT_EQ(event.transaction.error_details, "library");
  EXPECT_EQ(event.tls.error_details, "plain");
}

}  // namespace
}  // namespace vitrine::events
