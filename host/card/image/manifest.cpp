#include "host/card/image/manifest.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace vitrine::card::image {
namespace {

constexpr std::string_view kTitle = "Vitrine card image 1\n";
constexpr size_t kMaxBoard = 16;
constexpr size_t kUuidDigits = 32;

Status malformed(std::string_view why) {
  return {Code::kMalformed, fmt::format("not a card image: {}", why)};
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_board(std::string_view text) {
  return !text.empty() && text.size() <= kMaxBoard &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

// The number that `text` wholly is, written without leading zeros in base 10.
template <typename T>
bool read_number(std::string_view text, int base, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size() &&
         (base != 10 || text.size() == 1 || text.front() != '0');
}

bool read_part(std::string_view text, size_t most, Part& part) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos || !read_number(text.substr(0, space), 10, part.size)) {
    return false;
  }
  const std::string_view digest = text.substr(space + 1);
  if (part.size == 0 || part.size > most || digest.size() != 2 * part.digest.size() ||
      !is_hex(digest)) {
    return false;
  }
  for (size_t i = 0; i < part.digest.size(); ++i) {
    if (!read_number(digest.substr(2 * i, 2), 16, part.digest[i])) {
      return false;
    }
  }
  return true;
}

bool read_version(std::string_view text, Version& version) {
  const auto read = parse_version(text);
  version = read ? *read : Version();
  return read.is_ok();
}

bool read_map(std::string_view text, uint32_t& map) {
  return text.size() == 8 && is_hex(text) && read_number(text, 16, map);
}

// Takes "NAME: VALUE\n" off the front; nullptr data where it is not there.
std::string_view take_field(std::string_view& text, std::string_view name) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name) ||
      text.substr(name.size(), 2) != ": ") {
    return {};
  }
  const std::string_view value = text.substr(name.size() + 2, end - name.size() - 2);
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

Result<SignedManifest> parse_manifest(Bytes bytes) {
  const std::string_view text = as_text(bytes.first(std::min(bytes.size(), kMaxManifest)));
  if (!text.starts_with(kTitle)) {
    return malformed("it does not begin as one");
  }
  std::string_view rest = text.substr(kTitle.size());
  SignedManifest read;
  Manifest& manifest = read.manifest;
  const auto field = [&rest](std::string_view name, auto&& reads) {
    return reads(take_field(rest, name));
  };
  const auto refuse = [](std::string_view name) {
    return malformed(fmt::format("'{}:' is missing or is not what it must be", name));
  };
  if (!field("version", [&](auto v) { return read_version(v, manifest.version); })) {
    return refuse("version");
  }
  if (!field("firmware-version",
             [&](auto v) { return read_version(v, manifest.firmware_version); })) {
    return refuse("firmware-version");
  }
  if (!field("board", [&](auto v) { return is_board(manifest.board = v); })) {
    return refuse("board");
  }
  if (!field("uuid", [&](auto v) {
        manifest.uuid = v;
        return v.size() == kUuidDigits && is_hex(v);
      })) {
    return refuse("uuid");
  }
  if (!field("register-map", [&](auto v) { return read_map(v, manifest.register_map); })) {
    return refuse("register-map");
  }
  if (!field("bitstream",
             [&](auto v) { return read_part(v, kMaxBitstream, manifest.bitstream); })) {
    return refuse("bitstream");
  }
  if (!field("firmware", [&](auto v) { return read_part(v, kMaxFirmware, manifest.firmware); })) {
    return refuse("firmware");
  }
  read.said = text.substr(0, text.size() - rest.size());
  read.signature = take_field(rest, "signature");
  if (read.signature.empty()) {
    return refuse("signature");
  }
  read.size = text.size() - rest.size();
  return read;
}

Result<std::string> manifest_text(const Manifest& manifest) {
  std::string text = fmt::format(
      "{}version: {}\nfirmware-version: {}\nboard: {}\nuuid: {}\nregister-map: {:08x}\n", kTitle,
      manifest.version.text(), manifest.firmware_version.text(), manifest.board, manifest.uuid,
      manifest.register_map);
  text += fmt::format("bitstream: {} {}\nfirmware: {} {}\n", manifest.bitstream.size,
                      to_hex(manifest.bitstream.digest), manifest.firmware.size,
                      to_hex(manifest.firmware.digest));
  // What reads back is right.
  const std::string whole = text + signature_line("x");
  if (const auto read = parse_manifest(as_bytes(whole)); !read || read->manifest != manifest) {
    return Status(Code::kInvalidArgument,
                  read ? "a card image cannot hold these fields" : read.status().message());
  }
  return text;
}

std::string signature_line(std::string_view signature) {
  return fmt::format("signature: {}\n", signature);
}

}  // namespace vitrine::card::image
