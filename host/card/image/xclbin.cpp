#include "host/card/image/xclbin.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/card/little_endian.h"

namespace vitrine::card::image {
namespace {

constexpr std::string_view kMagic{"xclbin2\0", 8};
constexpr size_t kNoSignatureAt = 8;  // -1
constexpr size_t kReservedAt = 12;    // ones
constexpr size_t kReserved = 28;
constexpr size_t kLengthAt = 304;
constexpr size_t kTimeAt = 312;
constexpr size_t kMajorAt = 330;
constexpr size_t kPlatformAt = 352;
constexpr size_t kPlatform = 64;
constexpr size_t kUuidAt = 416;
constexpr size_t kUuid = 16;
constexpr size_t kCountAt = 448;
constexpr size_t kSectionsAt = 456;
constexpr size_t kSection = 40;
constexpr size_t kSectionName = 16;
constexpr size_t kMaxSections = 256;

constexpr size_t kIpEntry = 80;
constexpr size_t kIpName = 64;
constexpr size_t kMemEntry = 40;
constexpr size_t kMemTag = 16;
constexpr size_t kEntriesAt = 8;
constexpr uint32_t kKernel = 1;  // of an IP
constexpr uint8_t kDdr4 = 1;     // of a memory

Status bad_container(std::string_view why) {
  return {Code::kMalformed, fmt::format("not a bitstream container: {}", why)};
}

size_t aligned(size_t size) { return (size + 7) / 8 * 8; }

std::string text_of(Bytes field) {
  const auto end = std::find(field.begin(), field.end(), uint8_t{0});
  return {field.begin(), end};
}

// With room for the zero behind it.
bool put_text(std::vector<uint8_t>& into, size_t at, size_t field, std::string_view text) {
  if (text.size() >= field || text.find('\0') != std::string_view::npos) {
    return false;
  }
  std::copy(text.begin(), text.end(), into.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

Status too_long(std::string_view what) {
  return {Code::kInvalidArgument,
          fmt::format("'{}' does not fit into a bitstream container", what)};
}

}  // namespace

bool is_xclbin(Bytes bytes) { return as_text(bytes).starts_with(kMagic); }

Result<Xclbin> parse_xclbin(Bytes bytes) {
  if (!is_xclbin(bytes) || bytes.size() < kSectionsAt) {
    return bad_container("it does not begin as one");
  }
  if (load_le64(&bytes[kLengthAt]) != bytes.size()) {
    return bad_container("its length is not that of the file");
  }
  const size_t count = load_le32(&bytes[kCountAt]);
  if (count > kMaxSections || kSectionsAt + count * kSection > bytes.size()) {
    return bad_container("it says more sections than it has");
  }
  Xclbin read;
  read.platform = text_of(bytes.subspan(kPlatformAt, kPlatform));
  read.time = load_le64(&bytes[kTimeAt]);
  std::copy_n(bytes.begin() + kUuidAt, kUuid, read.uuid.begin());
  for (size_t i = 0; i < count; ++i) {
    const Bytes header = bytes.subspan(kSectionsAt + i * kSection, kSection);
    const uint64_t offset = load_le64(&header[24]);
    const uint64_t size = load_le64(&header[32]);
    if (offset > bytes.size() || size > bytes.size() - offset) {
      return bad_container(fmt::format("section {} is beyond its end", i));
    }
    read.sections.push_back({static_cast<SectionKind>(load_le32(header.data())),
                             text_of(header.subspan(4, kSectionName)),
                             bytes.subspan(offset, size)});
  }
  return read;
}

Result<std::vector<uint8_t>> write_xclbin(const Xclbin& content) {
  size_t end = aligned(kSectionsAt + content.sections.size() * kSection);
  std::vector<uint8_t> bytes(end);
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  store_le32(&bytes[kNoSignatureAt], 0xffffffff);
  std::fill_n(bytes.begin() + kReservedAt, kReserved, uint8_t{0xff});
  store_le64(&bytes[kTimeAt], content.time);
  bytes[kMajorAt] = 2;
  if (content.sections.size() > kMaxSections ||
      !put_text(bytes, kPlatformAt, kPlatform, content.platform)) {
    return too_long(content.platform);
  }
  std::copy(content.uuid.begin(), content.uuid.end(), bytes.begin() + kUuidAt);
  store_le32(&bytes[kCountAt], static_cast<uint32_t>(content.sections.size()));
  for (size_t i = 0; i < content.sections.size(); ++i) {
    const Section& section = content.sections[i];
    const size_t at = kSectionsAt + i * kSection;
    store_le32(&bytes[at], static_cast<uint32_t>(section.kind));
    if (!put_text(bytes, at + 4, kSectionName, section.name)) {
      return too_long(section.name);
    }
    store_le64(&bytes[at + 24], end);
    store_le64(&bytes[at + 32], section.bytes.size());
    bytes.insert(bytes.end(), section.bytes.begin(), section.bytes.end());
    end = aligned(bytes.size());
    bytes.resize(end);
  }
  store_le64(&bytes[kLengthAt], bytes.size());
  return bytes;
}

Result<std::vector<uint8_t>> ip_layout(const std::vector<IpEntry>& entries) {
  std::vector<uint8_t> bytes(kEntriesAt + entries.size() * kIpEntry);
  store_le32(bytes.data(), static_cast<uint32_t>(entries.size()));
  for (size_t i = 0; i < entries.size(); ++i) {
    const size_t at = kEntriesAt + i * kIpEntry;
    store_le32(&bytes[at], kKernel);
    store_le64(&bytes[at + 8], entries[i].base);
    if (!put_text(bytes, at + 16, kIpName, entries[i].name)) {
      return too_long(entries[i].name);
    }
  }
  return bytes;
}

Result<std::vector<uint8_t>> mem_topology(const std::vector<MemEntry>& entries) {
  std::vector<uint8_t> bytes(kEntriesAt + entries.size() * kMemEntry);
  store_le32(bytes.data(), static_cast<uint32_t>(entries.size()));
  for (size_t i = 0; i < entries.size(); ++i) {
    const size_t at = kEntriesAt + i * kMemEntry;
    bytes[at] = kDdr4;
    bytes[at + 1] = 1;  // in use
    store_le64(&bytes[at + 8], entries[i].kibibytes);
    store_le64(&bytes[at + 16], entries[i].base);
    if (!put_text(bytes, at + 24, kMemTag, entries[i].tag)) {
      return too_long(entries[i].tag);
    }
  }
  return bytes;
}

}  // namespace vitrine::card::image
