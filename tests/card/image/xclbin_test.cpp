#include "host/card/image/xclbin.h"

#include <cstring>

#include <gtest/gtest.h>
#include <xrt/xclbin.h>

namespace vitrine::card::image {
namespace {

std::vector<uint8_t> sample() {
  const std::vector<uint8_t> bitstream(1001, 0x5a);
  const auto ips = ip_layout({{"vitrine_kernel:vitrine_1", 0x1800000}}).value();
  const auto memories = mem_topology({{"HBM[0]", 0, 1 << 18}, {"HOST[0]", 1ULL << 37, 1}}).value();
  Xclbin content;
  for (size_t i = 0; i < content.uuid.size(); ++i) {
    content.uuid[i] = static_cast<uint8_t>(i);
  }
  content.platform = "xilinx:u55c:gen3x16_xdma:3.202210.1";
  content.time = 1'795'550'400;
  content.sections = {{SectionKind::kBitstream, "bits", bitstream},
                      {SectionKind::kIpLayout, "ip_layout", ips},
                      {SectionKind::kMemTopology, "mem_topology", memories}};
  return write_xclbin(content).value();
}

template <typename T>
const T* at(const std::vector<uint8_t>& bytes, uint64_t offset) {
  return reinterpret_cast<const T*>(&bytes[offset]);
}

// XRT's own header is the judge of what was written.
TEST(Xclbin, IsLaidOutAsXrtsHeaderSays) {
  const auto bytes = sample();
  const auto* top = at<axlf>(bytes, 0);
  EXPECT_STREQ(top->m_magic, "xclbin2");
  EXPECT_EQ(top->m_signature_length, -1);
  EXPECT_EQ(top->m_header.m_length, bytes.size());
  EXPECT_EQ(top->m_header.m_timeStamp, 1'795'550'400U);
  EXPECT_EQ(top->m_header.m_versionMajor, 2);
  EXPECT_STREQ(reinterpret_cast<const char*>(top->m_header.m_platformVBNV),
               "xilinx:u55c:gen3x16_xdma:3.202210.1");
  EXPECT_EQ(top->m_header.uuid[15], 15);
  ASSERT_EQ(top->m_header.m_numSections, 3U);
  const axlf_section_header* sections = top->m_sections;
  EXPECT_EQ(sections[0].m_sectionKind, static_cast<uint32_t>(BITSTREAM));
  EXPECT_STREQ(sections[0].m_sectionName, "bits");
  EXPECT_EQ(sections[0].m_sectionSize, 1001U);
  EXPECT_EQ(bytes[sections[0].m_sectionOffset + 1000], 0x5a);
  EXPECT_EQ(sections[1].m_sectionKind, static_cast<uint32_t>(IP_LAYOUT));
  const auto* ips = at<::ip_layout>(bytes, sections[1].m_sectionOffset);
  EXPECT_EQ(ips->m_count, 1);
  EXPECT_EQ(ips->m_ip_data[0].m_type, static_cast<uint32_t>(IP_KERNEL));
  EXPECT_EQ(ips->m_ip_data[0].m_base_address, 0x1800000U);
  EXPECT_STREQ(reinterpret_cast<const char*>(ips->m_ip_data[0].m_name), "vitrine_kernel:vitrine_1");
  EXPECT_EQ(sections[2].m_sectionKind, static_cast<uint32_t>(MEM_TOPOLOGY));
  const auto* memories = at<::mem_topology>(bytes, sections[2].m_sectionOffset);
  EXPECT_EQ(memories->m_count, 2);
  EXPECT_EQ(memories->m_mem_data[1].m_type, MEM_DDR4);
  EXPECT_EQ(memories->m_mem_data[1].m_used, 1);
  EXPECT_EQ(memories->m_mem_data[1].m_base_address, 1ULL << 37);
  EXPECT_EQ(memories->m_mem_data[0].m_size, 1U << 18);
  EXPECT_STREQ(reinterpret_cast<const char*>(memories->m_mem_data[1].m_tag), "HOST[0]");
  EXPECT_EQ(sections[2].m_sectionSize, sizeof(::mem_topology) + sizeof(mem_data));
}

TEST(Xclbin, ReadsBackWhatWasWritten) {
  const auto bytes = sample();
  const auto read = parse_xclbin(bytes);
  ASSERT_TRUE(read) << read.status().to_string();
  EXPECT_EQ(read->platform, "xilinx:u55c:gen3x16_xdma:3.202210.1");
  EXPECT_EQ(read->uuid[7], 7);
  ASSERT_EQ(read->sections.size(), 3U);
  EXPECT_EQ(read->sections[1].name, "ip_layout");
  EXPECT_EQ(read->sections[0].bytes.size(), 1001U);
  EXPECT_EQ(write_xclbin(*read).value(), bytes);
}

TEST(Xclbin, CutOrLengthenedOrLyingAboutItsSectionsItIsRefused) {
  const auto bytes = sample();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(parse_xclbin(Bytes(bytes).first(size)).status().code(), Code::kMalformed) << size;
  }
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(parse_xclbin(longer));
  constexpr size_t kCount = 448;
  constexpr size_t kOffset = 456 + 24;
  constexpr size_t kSize = 456 + 32;
  for (const size_t where :
       {kCount + 1, kCount + 3, kOffset + 3, kOffset + 7, kSize + 3, kSize + 7}) {
    auto lying = bytes;
    lying[where] = 0xff;
    EXPECT_EQ(parse_xclbin(lying).status().code(), Code::kMalformed) << where;
  }
}

TEST(Xclbin, NamesThatDoNotFitAreRefused) {
  Xclbin content;
  content.platform = std::string(64, 'x');
  EXPECT_EQ(write_xclbin(content).status().code(), Code::kInvalidArgument);
  content.platform = "";
  content.sections = {{SectionKind::kBitstream, "sixteen letters!", {}}};
  EXPECT_EQ(write_xclbin(content).status().code(), Code::kInvalidArgument);
  EXPECT_FALSE(ip_layout({{std::string(64, 'x'), 0}}));
  EXPECT_FALSE(mem_topology({{std::string(16, 'x'), 0, 0}}));
}

}  // namespace
}  // namespace vitrine::card::image
