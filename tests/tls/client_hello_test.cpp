#include "host/tls/client_hello.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tls/hello_builder.h"

namespace vitrine::tls {
namespace {

using test::Buffer;
using test::HelloBuilder;
using test::list16;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

HelloBuilder typical() {
  HelloBuilder hello;
  hello.session_id(32)
      .suites({0x2a2a, 0x1301, 0x1302, 0xc02b, 0x00ff, 0x5600})
      .extension(0x3a3a)
      .server_name("WWW.Example.org")
      .alpn({"h2", "http/1.1"})
      .versions({0x4a4a, 0x0304, 0x0303})
      .groups({0x5a5a, 29, 23})
      .signatures({0x0403, 0x0804})
      .extension(23)
      .extension(35)
      .extension(5, {1, 0, 0, 0, 0});
  return hello;
}

TEST(ClientHello, FieldsAreReadAndGreaseIsLeftOut) {
  const Buffer bytes = typical().records();
  const HelloParse parse = parse_client_hello(bytes);
  ASSERT_EQ(parse.status, HelloStatus::kComplete) << parse.error;
  EXPECT_EQ(parse.bytes_consumed, bytes.size());
  const ClientHello& hello = parse.hello;
  EXPECT_EQ(hello.legacy_version, 0x0303);
  EXPECT_EQ(hello.session_id_length, 32U);
  EXPECT_THAT(hello.cipher_suites, ElementsAre(0x1301, 0x1302, 0xc02b));
  EXPECT_THAT(hello.versions, ElementsAre(0x0304, 0x0303));
  EXPECT_THAT(hello.supported_groups, ElementsAre(29, 23));
  EXPECT_THAT(hello.signature_algorithms, ElementsAre(0x0403, 0x0804));
  EXPECT_EQ(hello.server_name, "www.example.org");
  EXPECT_THAT(hello.alpn, ElementsAre("h2", "http/1.1"));
  EXPECT_TRUE(hello.has_extended_master_secret);
  EXPECT_TRUE(hello.has_session_ticket);
  EXPECT_TRUE(hello.has_status_request);
  EXPECT_TRUE(hello.has_fallback_scsv);
  EXPECT_FALSE(hello.has_early_data);
  EXPECT_FALSE(hello.has_pre_shared_key);
  EXPECT_FALSE(hello.has_encrypted_client_hello);
  EXPECT_TRUE(hello.offers_version(0x0303));
  EXPECT_FALSE(hello.offers_version(0x0302));
}

TEST(ClientHello, PresenceOfEveryNotedExtensionIsSeen) {
  const HelloParse parse = parse_client_hello(
      HelloBuilder().extension(0xfe0d).extension(49).extension(42).extension(41).records());
  ASSERT_EQ(parse.status, HelloStatus::kComplete) << parse.error;
  EXPECT_TRUE(parse.hello.has_encrypted_client_hello);
  EXPECT_TRUE(parse.hello.has_post_handshake_auth);
  EXPECT_TRUE(parse.hello.has_early_data);
  EXPECT_TRUE(parse.hello.has_pre_shared_key);
}

TEST(ClientHello, WithoutExtensionsAllOlderVersionsAreOffered) {
  const HelloParse parse = parse_client_hello(HelloBuilder().no_extensions().records());
  ASSERT_EQ(parse.status, HelloStatus::kComplete) << parse.error;
  EXPECT_THAT(parse.hello.versions, ElementsAre(0x0303, 0x0302, 0x0301));
  EXPECT_FALSE(parse.hello.server_name.has_value());
}

// The decision must not depend on where the network cut the bytes.
void expect_need_more_until_whole(const Buffer& bytes) {
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    ASSERT_EQ(parse_client_hello(Bytes(bytes).first(cut)).status, HelloStatus::kNeedMore)
        << "cut at " << cut;
  }
  const HelloParse whole = parse_client_hello(bytes);
  ASSERT_EQ(whole.status, HelloStatus::kComplete) << whole.error;
  EXPECT_EQ(whole.hello.server_name, "www.example.org");
  EXPECT_EQ(whole.bytes_consumed, bytes.size());
}

TEST(ClientHello, CutAtEveryByteNeedsMoreUntilWhole) {
  expect_need_more_until_whole(typical().records());
}

TEST(ClientHello, SpreadOverRecordsCutAtEveryByteNeedsMoreUntilWhole) {
  for (const size_t fragment : {1U, 2U, 3U, 5U, 50U, 100U}) {
    expect_need_more_until_whole(typical().records(fragment));
  }
}

TEST(ClientHello, BytesAfterTheRecordAreNotConsumed) {
  Buffer bytes = typical().records();
  const size_t hello_size = bytes.size();
  test::put(bytes, Buffer{20, 3, 3, 0, 1, 1, 23, 3, 3});
  const HelloParse parse = parse_client_hello(bytes);
  ASSERT_EQ(parse.status, HelloStatus::kComplete) << parse.error;
  EXPECT_EQ(parse.bytes_consumed, hello_size);
}

TEST(ClientHello, NotTlsIsDecidedByTheFirstBytes) {
  EXPECT_EQ(parse_client_hello({}).status, HelloStatus::kNeedMore);
  for (const std::string_view text : {"G", "SSH-2.0-x", "\x17\x03\x03", "\x16\x02"}) {
    EXPECT_EQ(parse_client_hello(as_bytes(text)).status, HelloStatus::kNotTls) << text;
  }
}

TEST(ClientHello, Sslv2CompatibleHelloIsNamed) {
  const Buffer bytes = {0x80, 0x2e, 0x01, 0x03, 0x01};
  for (size_t cut = 1; cut <= bytes.size(); ++cut) {
    const HelloParse parse = parse_client_hello(Bytes(bytes).first(cut));
    EXPECT_EQ(parse.status, HelloStatus::kNotTls);
    EXPECT_THAT(parse.error, HasSubstr("SSLv2"));
  }
}

TEST(ClientHello, SixtyFourKilobytesAreTakenAndOneByteMoreIsNot) {
  const size_t overhead = HelloBuilder().extension(21).message().size();
  const Buffer padding_block(kMaxHelloBytes - overhead, 0);
  HelloBuilder largest;
  largest.extension(21, padding_block);
  const Buffer bytes = largest.records();
  ASSERT_EQ(largest.message().size(), kMaxHelloBytes);
  EXPECT_EQ(parse_client_hello(bytes).status, HelloStatus::kComplete);

  const Buffer too_large = HelloBuilder().session_id(1).extension(21, padding_block).records();
  const HelloParse parse = parse_client_hello(too_large);
  EXPECT_EQ(parse.status, HelloStatus::kMalformed);
  EXPECT_THAT(parse.error, HasSubstr("larger than 64 KiB"));
}

TEST(ClientHello, TooLargeIsKnownFromTheMessageHeader) {
  const Buffer bytes = {22, 3, 1, 0x40, 0, 1, 1, 0, 0};
  EXPECT_EQ(parse_client_hello(Bytes(bytes).first(8)).status, HelloStatus::kNeedMore);
  EXPECT_THAT(parse_client_hello(bytes).error, HasSubstr("larger than 64 KiB"));
}

TEST(ClientHello, CutIntoVeryManyRecordsIsTooLarge) {
  const Buffer bytes = HelloBuilder().extension(21, Buffer(30000, 0)).records(1);
  const HelloParse parse = parse_client_hello(bytes);
  EXPECT_EQ(parse.status, HelloStatus::kMalformed);
  EXPECT_THAT(parse.error, HasSubstr("larger than 64 KiB"));
}

struct Hostile {
  const char* what;
  std::function<void(HelloBuilder&)> change;
};

class HostileHello : public testing::TestWithParam<Hostile> {};

TEST_P(HostileHello, IsMalformed) {
  HelloBuilder builder;
  GetParam().change(builder);
  const Buffer bytes = builder.records();
  const HelloParse parse = parse_client_hello(bytes);
  EXPECT_EQ(parse.status, HelloStatus::kMalformed) << GetParam().what;
  EXPECT_FALSE(parse.error.empty());
  // And earlier cuts never claimed that it was complete.
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_NE(parse_client_hello(Bytes(bytes).first(cut)).status, HelloStatus::kComplete);
  }
}

const Hostile kHostile[] = {
    {"SessionIdOf33Bytes", [](HelloBuilder& h) { h.session_id(33); }},
    {"NoSuites", [](HelloBuilder& h) { h.suites({}); }},
    {"NoNullCompression", [](HelloBuilder& h) { h.compression({1}); }},
    {"EmptyCompression", [](HelloBuilder& h) { h.compression({}); }},
    {"Version2", [](HelloBuilder& h) { h.version(0x0200); }},
    {"DuplicateExtension", [](HelloBuilder& h) { h.extension(23).extension(23); }},
    {"DuplicateUnknownExtension", [](HelloBuilder& h) { h.extension(999).extension(999); }},
    {"TwoServerNames", [](HelloBuilder& h) { h.server_name("a.b").server_name("a.b"); }},
    {"EmptyServerNameList",
     [](HelloBuilder& h) {
       h.extension(0, {0, 0});
     }},
    {"EmptyServerName", [](HelloBuilder& h) { h.server_name(""); }},
    {"ServerNameTooLong",
     [](HelloBuilder& h) {
       h.extension(0, {0, 4, 0, 0, 9, 'a'});
     }},
    {"TwoNamesInOneList",
     [](HelloBuilder& h) {
       h.extension(0, {0, 8, 0, 0, 1, 'a', 0, 0, 1, 'b'});
     }},
    {"ServerNameTrailingBytes",
     [](HelloBuilder& h) {
       h.extension(0, {0, 4, 0, 0, 1, 'a', 7});
     }},
    {"EmptyAlpnName", [](HelloBuilder& h) { h.alpn({""}); }},
    {"EmptyAlpnList",
     [](HelloBuilder& h) {
       h.extension(16, {0, 0});
     }},
    {"AlpnBeyondItsList",
     [](HelloBuilder& h) {
       h.extension(16, {0, 2, 9, 'x'});
     }},
    {"OddGroups",
     [](HelloBuilder& h) {
       h.extension(10, {0, 3, 0, 29, 0});
     }},
    {"EmptyGroups",
     [](HelloBuilder& h) {
       h.extension(10, {0, 0});
     }},
    {"OddVersions",
     [](HelloBuilder& h) {
       h.extension(43, {3, 3, 4, 3});
     }},
    {"EmptyVersions", [](HelloBuilder& h) { h.extension(43, {0}); }},
    {"KeyShareWithoutKey",
     [](HelloBuilder& h) {
       h.extension(51, {0, 4, 0, 29, 0, 0});
     }},
    {"MaxFragmentLengthFive", [](HelloBuilder& h) { h.extension(1, {5}); }},
    {"PreSharedKeyNotLast", [](HelloBuilder& h) { h.extension(41).extension(23); }},
};

INSTANTIATE_TEST_SUITE_P(Hostile, HostileHello, testing::ValuesIn(kHostile),
                         [](const auto& param) { return param.param.what; });

TEST(ClientHello, HostileRecordsAreMalformed) {
  const auto error_of = [](const Buffer& bytes) {
    const HelloParse parse = parse_client_hello(bytes);
    EXPECT_EQ(parse.status, HelloStatus::kMalformed);
    return parse.error;
  };
  EXPECT_THAT(error_of({22, 3, 1, 0, 0}), HasSubstr("record of 0 bytes"));
  EXPECT_THAT(error_of({22, 3, 1, 0x40, 1}), HasSubstr("record of 16385 bytes"));
  EXPECT_THAT(error_of({22, 3, 1, 0, 9, 2}), HasSubstr("type 2"));
  Buffer interrupted = {22, 3, 1, 0, 1, 1, 21, 3, 1};
  EXPECT_THAT(error_of(interrupted), HasSubstr("another kind of record"));
}

TEST(ClientHello, BytesThatFollowInTheSameRecordAreMalformed) {
  Buffer message = typical().message();
  message.push_back(0);
  const HelloParse parse = parse_client_hello(HelloBuilder::in_records(message, 16384));
  EXPECT_EQ(parse.status, HelloStatus::kMalformed);
  EXPECT_THAT(parse.error, HasSubstr("bytes follow"));
}

TEST(ClientHello, EveryTruncatedMessageIsMalformed) {
  const Buffer message = typical().message();
  for (size_t size = 4; size < message.size(); ++size) {
    Buffer cut(message.begin(), message.begin() + static_cast<ptrdiff_t>(size));
    cut[2] = static_cast<uint8_t>((size - 4) >> 8);
    cut[3] = static_cast<uint8_t>(size - 4);
    const HelloParse parse = parse_client_hello(HelloBuilder::in_records(cut, 16384));
    // Cut right before the extensions it is a hello without extensions.
    if (parse.status == HelloStatus::kComplete) {
      EXPECT_THAT(parse.hello.extensions, IsEmpty());
    } else {
      EXPECT_EQ(parse.status, HelloStatus::kMalformed) << size;
    }
  }
}

TEST(ServerName, OnlyHostNamesAreTaken) {
  const auto name_of = [](std::string_view name) {
    const HelloParse parse = parse_client_hello(HelloBuilder().server_name(name).records());
    EXPECT_EQ(parse.status, HelloStatus::kComplete) << parse.error;
    EXPECT_EQ(parse.hello.server_name_malformed, !parse.hello.server_name.has_value());
    return parse.hello.server_name.value_or("-");
  };
  EXPECT_EQ(name_of("Example.ORG"), "example.org");
  EXPECT_EQ(name_of("example.org."), "example.org");
  EXPECT_EQ(name_of("_sip.example.org"), "_sip.example.org");
  EXPECT_EQ(name_of("xn--bcher-kva.example"), "xn--bcher-kva.example");
  EXPECT_EQ(name_of("localhost"), "localhost");
  EXPECT_EQ(name_of("192.0.2.1"), "-");
  EXPECT_EQ(name_of("2001:db8::1"), "-");
  EXPECT_EQ(name_of(".example.org"), "-");
  EXPECT_EQ(name_of("a..b"), "-");
  EXPECT_EQ(name_of("."), "-");
  EXPECT_EQ(name_of("a b"), "-");
  EXPECT_EQ(name_of(std::string_view("a\0b", 3)), "-");
  EXPECT_EQ(name_of("b\xc3\xbc"), "-");
  EXPECT_EQ(name_of(std::string(63, 'a') + ".org"), std::string(63, 'a') + ".org");
  EXPECT_EQ(name_of(std::string(64, 'a') + ".org"), "-");
  std::string long_name;
  while (long_name.size() < 254) {
    long_name += "abcdefg.";
  }
  EXPECT_EQ(name_of(long_name), "-");
}

}  // namespace
}  // namespace vitrine::tls
