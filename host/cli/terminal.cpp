#include "host/cli/terminal.h"

#include <algorithm>

#include <fmt/format.h>

namespace vitrine::cli {
namespace {

bool continues_character(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

std::string_view escape_for(Colour colour) {
  switch (colour) {
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kDim:
      return "\x1b[2m";
    case Colour::kGood:
      return "\x1b[32m";
    case Colour::kWarn:
      return "\x1b[33m";
    case Colour::kBad:
      return "\x1b[31m";
    case Colour::kPlain:
      break;
  }
  return "";
}

// Bytes of the first `columns` characters.
size_t prefix_bytes(std::string_view text, size_t columns) {
  size_t at = 0;
  while (at < text.size() && columns > 0) {
    ++at;
    while (at < text.size() && continues_character(text[at])) {
      ++at;
    }
    --columns;
  }
  return at;
}

}  // namespace

std::string Terminal::paint(std::string_view text, Colour colour) const {
  if (!colours || colour == Colour::kPlain || text.empty()) {
    return std::string(text);
  }
  return fmt::format("{}{}\x1b[0m", escape_for(colour), text);
}

size_t display_width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::string shorten(std::string_view text, size_t width) {
  if (display_width(text) <= width) {
    return std::string(text);
  }
  if (width == 0) {
    return {};
  }
  return fmt::format("{}…", text.substr(0, prefix_bytes(text, width - 1)));
}

std::vector<std::string> wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (width > 0 && display_width(text) > width) {
    const size_t limit = prefix_bytes(text, width);
    const size_t space = text[limit] == ' ' ? limit : text.rfind(' ', limit);
    const bool breakable = space != std::string_view::npos && space > 0;
    lines.emplace_back(text.substr(0, breakable ? space : limit));
    text.remove_prefix(breakable ? space + 1 : limit);
  }
  lines.emplace_back(text);
  return lines;
}

}  // namespace vitrine::cli
