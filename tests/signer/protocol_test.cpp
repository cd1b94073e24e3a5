// The signer's wire format, both ways.
#include "host/signer/protocol.h"

#include <gtest/gtest.h>

namespace vitrine::signer {
namespace {

TEST(SignerProtocol, SignRequestSurvivesTheWire) {
  SignRequest request;
  request.untrusted = true;
  request.not_before = -5;
  request.not_after = int64_t{1} << 40;
  request.common_name = "cn";
  request.dns = {"a.example", "*.b.example"};
  request.addresses = {IpAddress::parse("192.0.2.1").value(),
                       IpAddress::parse("2001:db8::1").value()};
  request.public_key = {1, 2, 3};
  const auto decoded = decode_request(encode(0xfffffffe, Request(request)));
  ASSERT_TRUE(decoded.is_ok()) << decoded.status().to_string();
  EXPECT_EQ(decoded->id, 0xfffffffe);
  const auto& got = std::get<SignRequest>(decoded->body);
  EXPECT_TRUE(got.untrusted);
  EXPECT_EQ(got.not_before, request.not_before);
  EXPECT_EQ(got.not_after, request.not_after);
  EXPECT_EQ(got.common_name, request.common_name);
  EXPECT_EQ(got.dns, request.dns);
  EXPECT_EQ(got.addresses, request.addresses);
  EXPECT_EQ(got.public_key, request.public_key);
}

TEST(SignerProtocol, RepliesSurviveTheWire) {
  const std::vector<uint8_t> der(70'000, 0x30);
  const auto certificate =
      decode_reply(encode(9, Reply(CertificateReply{MessageType::kInfoReply, der})));
  ASSERT_TRUE(certificate.is_ok());
  EXPECT_EQ(std::get<CertificateReply>(certificate->body).der, der);
  const auto error = decode_reply(encode(9, Reply(Status(Code::kTimeout, std::string(5000, 'x')))));
  ASSERT_TRUE(error.is_ok());
  EXPECT_EQ(std::get<Status>(error->body).code(), Code::kTimeout);
  EXPECT_EQ(std::get<Status>(error->body).message().size(), 1024U);
}

TEST(SignerProtocol, LargestRequestFitsAMessage) {
  SignRequest request;
  request.dns.assign(kMaxLeafNames, std::string(253, 'a'));
  request.public_key.assign(kMaxPublicKey, 1);
  const std::vector<uint8_t> packet = encode(1, Request(request));
  EXPECT_LE(packet.size(), kMaxMessage);
  EXPECT_TRUE(decode_request(packet).is_ok());
}

TEST(SignerProtocol, ForeignHeadersAreRefused) {
  const std::vector<uint8_t> good = encode(1, Request(InfoRequest{}));
  ASSERT_TRUE(decode_request(good).is_ok());
  for (const size_t at : {0U, 1U, 2U, 3U, 8U, 11U}) {
    std::vector<uint8_t> bad = good;
    bad[at] ^= 0x40;
    EXPECT_FALSE(decode_request(bad).is_ok()) << at;
  }
  EXPECT_FALSE(decode_reply(good).is_ok());
}

TEST(SignerProtocol, ErrorReplyCannotClaimSuccess) {
  std::vector<uint8_t> packet = encode(1, Reply(Status(Code::kTimeout, "x")));
  packet[kHeaderSize] = 0;
  EXPECT_FALSE(decode_reply(packet).is_ok());
  packet[kHeaderSize] = 200;
  EXPECT_FALSE(decode_reply(packet).is_ok());
}

}  // namespace
}  // namespace vitrine::signer
