#include "host/inspect/pcapng.h"

namespace vitrine::inspect {
namespace {

constexpr uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr uint32_t kInterface = 1;
constexpr uint32_t kPacket = 6;
constexpr uint16_t kComment = 1;
constexpr uint16_t kInterfaceName = 2;
constexpr uint16_t kApplication = 4;
constexpr uint16_t kDropCount = 4;
constexpr uint16_t kEthernet = 1;

template <typename T>
void put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
  }
}

void pad(std::string& out) { out.append((4 - out.size() % 4) % 4, '\0'); }

void option(std::string& out, uint16_t code, std::string_view value) {
  put(out, code);
  put(out, static_cast<uint16_t>(value.size()));
  out += value;
  pad(out);
}

std::string block(uint32_t type, const std::string& body) {
  std::string out;
  const auto size = static_cast<uint32_t>(body.size() + 12);
  put(out, type);
  put(out, size);
  out += body;
  put(out, size);
  return out;
}

}  // namespace

std::string pcapng_begin(std::string_view application, std::string_view interface) {
  std::string section;
  put(section, uint32_t{0x1a2b3c4d});
  put(section, uint16_t{1});
  put(section, uint16_t{0});
  put(section, ~uint64_t{0});  // the section's length is not known
  option(section, kApplication, application);
  put(section, uint32_t{0});  // end of options
  std::string description;
  put(description, kEthernet);
  put(description, uint16_t{0});
  put(description, uint32_t{0});  // no limit of length
  option(description, kInterfaceName, interface);
  put(description, uint32_t{0});
  return block(kSectionHeader, section) + block(kInterface, description);
}

std::string pcapng_packet(int64_t wall_ms, Bytes frame, uint64_t dropped,
                          std::string_view comment) {
  const auto time = static_cast<uint64_t>(wall_ms) * 1000;
  std::string body;
  put(body, uint32_t{0});  // of the one interface
  put(body, static_cast<uint32_t>(time >> 32));
  put(body, static_cast<uint32_t>(time));
  put(body, static_cast<uint32_t>(frame.size()));
  put(body, static_cast<uint32_t>(frame.size()));
  body += as_text(frame);
  pad(body);
  if (!comment.empty()) {
    option(body, kComment, comment.substr(0, 1024));
  }
  if (dropped != 0) {
    std::string count;
    put(count, dropped);
    option(body, kDropCount, count);
  }
  put(body, uint32_t{0});
  return block(kPacket, body);
}

}  // namespace vitrine::inspect
