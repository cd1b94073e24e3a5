#include "host/events/text.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace vitrine::events {
namespace {

// Length of the UTF-8 character (RFC 3629) that `text` begins with; 0 where it does not begin with
// one.
size_t character_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const uint8_t second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second > 0x9f;
  const bool too_high = lead == 0xf4 && second > 0x8f;
  return overlong || surrogate || too_high ? 0 : length;
}

bool is_control(std::string_view character) {
  const auto lead = static_cast<uint8_t>(character[0]);
  return lead < 0x20 || lead == 0x7f ||
         (lead == 0xc2 && static_cast<uint8_t>(character[1]) < 0xa0);  // C1
}

}  // namespace

std::string printable(std::string_view text, size_t max_bytes) {
  const bool plain = text.size() <= max_bytes && std::all_of(text.begin(), text.end(), [](char c) {
                       return c >= 0x20 && c < 0x7f;
                     });
  if (plain) {  // nearly always
    return std::string(text);
  }
  constexpr std::string_view kCut = "...";
  std::string out;
  size_t keep = 0;  // length of `out` that leaves room for the cut mark
  while (!text.empty()) {
    const size_t length = character_length(text);
    const std::string_view taken = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(taken)) {
      for (const char c : taken) {
        out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
      }
    } else {
      out += taken;
    }
    if (out.size() + kCut.size() <= max_bytes) {
      keep = out.size();
    }
    if (out.size() > max_bytes) {
      out.resize(keep);
      return out += kCut;
    }
    text.remove_prefix(taken.size());
  }
  return out;
}

}  // namespace vitrine::events
