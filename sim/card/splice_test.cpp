// Spliced connections through the whole card: the soft card's splicer says what must leave.
#include "sim/card/spliced_card.h"

namespace vitrine::sim {
namespace {

using bench::FlowOptions;
using card::Direction;
using card::TlsVersion;

struct Kind {
  const char* name;
  TlsVersion version;
  size_t in_key_size;
  size_t out_key_size;
  uint8_t ip_version;
};

class EachKind : public SplicedCard, public testing::WithParamInterface<Kind> {
 protected:
  static FlowOptions options() {
    FlowOptions options;
    options.version = GetParam().version;
    options.in_key_size = GetParam().in_key_size;
    options.out_key_size = GetParam().out_key_size;
    options.ip_version = GetParam().ip_version;
    options.odd_records = 0;
    return options;
  }
};

TEST_P(EachKind, BytesLeaveAsTheyLeaveTheSoftCard) {
  FlowOptions with = options();
  with.smallest_record = 70;
  ASSERT_EQ(install(3, with, 1), 0U);
  for (int i = 0; i < 60; ++i) {
    const Direction direction = i / 4 % 2 == 0 ? Direction::kFromInside : Direction::kFromOutside;
    send(3, flow(3).next_in_order(direction, 100 + 97 * static_cast<size_t>(i) % 1300));
    if (i % 4 == 3) {
      send(3, flow(3).acknowledge(direction));
    }
  }
  expect_all();
  EXPECT_EQ(sent_, 75U);
  EXPECT_EQ(counter(regs::kCountersSplicedLo), 75U);
  EXPECT_EQ(statistics(3), 0U);
  EXPECT_GT(result64(8), 5U);  // records
  EXPECT_TRUE(events().empty());
}

INSTANTIATE_TEST_SUITE_P(Splice, EachKind,
                         testing::Values(Kind{"Tls13Aes128V4", TlsVersion::kTls13, 16, 16, 4},
                                         Kind{"Tls13Aes256V6", TlsVersion::kTls13, 32, 32, 6},
                                         Kind{"Tls13MixedV4", TlsVersion::kTls13, 16, 32, 4},
                                         Kind{"Tls12Aes128V6", TlsVersion::kTls12, 16, 16, 6},
                                         Kind{"Tls12Aes256V4", TlsVersion::kTls12, 32, 32, 4}),
                         [](const testing::TestParamInfo<Kind>& kind) { return kind.param.name; });

}  // namespace
}  // namespace vitrine::sim
