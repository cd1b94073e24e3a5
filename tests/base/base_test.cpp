#include <cerrno>

#include <gtest/gtest.h>

#include "host/base/bytes.h"
#include "host/base/net.h"
#include "host/base/secret.h"
#include "host/base/status.h"

namespace vitrine {
namespace {

TEST(Status, ErrnoBecomesACodeAndAMessage) {
  const Status status = Status::from_errno("open ca.pem", EACCES);
  EXPECT_EQ(status.code(), Code::kPermission);
  EXPECT_EQ(status.to_string(), "permission denied: open ca.pem: Permission denied");
}

TEST(ByteReader, ReadPastTheEndFailsForGood) {
  const uint8_t bytes[] = {1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u16(), 0x0102);
  EXPECT_EQ(reader.u16(), 0);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0) << "one byte is left, but the reader has failed";
}

TEST(ByteReader, VectorLongerThanTheInputIsRefused) {
  const uint8_t bytes[] = {0, 9, 1, 2};
  ByteReader reader(bytes);
  EXPECT_TRUE(reader.vector16().empty());
  EXPECT_FALSE(reader.ok());
}

TEST(ByteOrder, LoadsAndStoresAreBigEndian) {
  uint8_t bytes[8];
  store_be64(bytes, 0x0102030405060708);
  EXPECT_EQ(to_hex(bytes), "0102030405060708");
  EXPECT_EQ(load_be64(bytes), 0x0102030405060708U);
  EXPECT_EQ(load_be16(bytes + 6), 0x0708);
}

TEST(IpNetwork, ContainsByPrefixWithinOneFamily) {
  const IpNetwork v4 = IpNetwork::parse("10.1.2.128/25").value();
  EXPECT_TRUE(v4.contains(IpAddress::parse("10.1.2.129").value()));
  EXPECT_FALSE(v4.contains(IpAddress::parse("10.1.2.127").value()));
  EXPECT_FALSE(v4.contains(IpAddress::parse("::a01:281").value()));
  const IpNetwork all = IpNetwork::parse("::/0").value();
  EXPECT_TRUE(all.contains(IpAddress::parse("fe80::1").value()));
  EXPECT_FALSE(all.contains(IpAddress::parse("10.1.2.3").value()));
}

TEST(IpNetwork, RefusesWhatIsNotANetwork) {
  for (const char* text :
       {"", "10.0.0.1/24", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "fe80::/129", "x"}) {
    EXPECT_FALSE(IpNetwork::parse(text).is_ok()) << text;
  }
}

TEST(Endpoint, WritesIpv6InBrackets) {
  EXPECT_EQ((Endpoint{IpAddress::parse("2001:db8::1").value(), 443}.to_string()),
            "[2001:db8::1]:443");
  EXPECT_EQ((Endpoint{IpAddress::parse("192.0.2.1").value(), 443}.to_string()), "192.0.2.1:443");
}

TEST(Secret, CopiesCompareAndWipedOnesAreEmpty) {
  ASSERT_TRUE(secure_memory_init().is_ok());
  const uint8_t bytes[] = {1, 2, 3, 4};
  Secret a((Bytes(bytes)));
  Secret b = a;
  ASSERT_TRUE(a.valid());
  EXPECT_TRUE(a == b);
  b.mutable_view()[3] ^= 1;
  EXPECT_FALSE(a == b);
  a.wipe();
  EXPECT_FALSE(a.valid());
  EXPECT_EQ(a.size(), 0U);
}

// A key slot that is not in use is copied with those that are.
TEST(Secret, CopyOfAnEmptyOneIsEmpty) {
  ASSERT_TRUE(secure_memory_init().is_ok());
  const Secret empty;
  const Secret copy = empty;
  EXPECT_FALSE(copy.valid());
  Secret full(size_t{16});
  full = empty;
  EXPECT_FALSE(full.valid());
  EXPECT_TRUE(full == empty);
}

TEST(Secret, FailsClosedWhenTheLockedHeapIsFull) {
  ASSERT_TRUE(secure_memory_init().is_ok());
  EXPECT_FALSE(Secret(size_t{1} << 30).valid());
}

}  // namespace
}  // namespace vitrine
