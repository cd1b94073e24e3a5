#include "host/card/flow_hash.h"

#include <set>

#include <gtest/gtest.h>

namespace vitrine::card {
namespace {

FlowKey some_key() {
  FlowKey key;
  key.source = IpAddress::parse("192.0.2.1").value();
  key.destination = IpAddress::parse("198.51.100.7").value();
  key.source_port = 40000;
  key.destination_port = 443;
  return key;
}

TEST(FlowKeyHash, EveryFieldOfTheKeyCounts) {
  std::vector<FlowKey> keys(10, some_key());
  keys[1].ingress = Port::kOutside;
  keys[2].vlan.outer = 7;
  keys[3].vlan.inner = 7;
  keys[4].protocol = 17;
  keys[5].source = IpAddress::parse("192.0.2.2").value();
  keys[6].destination = IpAddress::parse("198.51.100.8").value();
  keys[7].source_port = 40001;
  keys[8].destination_port = 444;
  keys[9].source.version = 6;
  const FlowKeyHash hash(SipKey{1, 2});
  std::set<size_t> values;
  std::set<PackedFlowKey> packed;
  for (const FlowKey& key : keys) {
    values.insert(hash(key));
    packed.insert(pack(key));
  }
  EXPECT_EQ(packed.size(), keys.size());
  EXPECT_EQ(values.size(), keys.size());
  EXPECT_EQ(hash(some_key()), hash(some_key()));
}

// What a peer learns of one table's collisions is of no use against another one.
TEST(FlowKeyHash, EveryTableHasAKeyOfItsOwn) {
  EXPECT_NE(FlowKeyHash()(some_key()), FlowKeyHash()(some_key()));
}

}  // namespace
}  // namespace vitrine::card
