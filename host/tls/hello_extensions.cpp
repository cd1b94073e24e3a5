#include "host/tls/hello_extensions.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace vitrine::tls {
namespace {

constexpr uint16_t kPreSharedKey = 41;
constexpr size_t kMaxHostName = 253;
constexpr size_t kMaxLabel = 63;

bool is_label_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// A DNS name that is not an IPv4 address: a last label of digits alone is no top-level domain.
std::optional<std::string> host_name(Bytes raw) {
  std::string name(as_text(raw));
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (name.ends_with('.')) {
    name.pop_back();
  }
  if (name.empty() || name.size() > kMaxHostName) {
    return std::nullopt;
  }
  size_t label = 0;
  bool digits_only = true;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) {
        return std::nullopt;
      }
      label = 0;
      digits_only = true;
      continue;
    }
    if (!is_label_byte(c) || ++label > kMaxLabel) {
      return std::nullopt;
    }
    digits_only = digits_only && c >= '0' && c <= '9';
  }
  return label == 0 || digits_only ? std::nullopt : std::optional(std::move(name));
}

bool read_server_name(ByteReader& body, ClientHello& hello) {
  ByteReader list(body.vector16());
  bool host_seen = false;
  if (list.at_end()) {
    return false;
  }
  while (list.ok() && !list.at_end()) {
    const uint8_t type = list.u8();
    const Bytes name = list.vector16();
    if (type != 0) {
      continue;
    }
    if (!list.ok() || name.empty() || host_seen) {
      return false;
    }
    host_seen = true;
    hello.server_name = host_name(name);
    hello.server_name_malformed = !hello.server_name.has_value();
  }
  return list.ok();
}

bool read_alpn(ByteReader& body, ClientHello& hello) {
  ByteReader list(body.vector16());
  if (list.at_end()) {
    return false;
  }
  while (list.ok() && !list.at_end()) {
    const Bytes name = list.vector8();
    if (name.empty()) {
      return false;
    }
    if (name.size() != 2 || !is_grease(load_be16(name.data()))) {
      hello.alpn.emplace_back(as_text(name));
    }
  }
  return list.ok();
}

bool read_u16_list(Bytes list, std::vector<uint16_t>& values) {
  if (list.empty() || list.size() % 2 != 0) {
    return false;
  }
  ByteReader reader(list);
  while (!reader.at_end()) {
    if (const uint16_t value = reader.u16(); !is_grease(value)) {
      values.push_back(value);
    }
  }
  return true;
}

bool read_groups(ByteReader& body, ClientHello& hello) {
  return read_u16_list(body.vector16(), hello.supported_groups);
}

bool read_signatures(ByteReader& body, ClientHello& hello) {
  return read_u16_list(body.vector16(), hello.signature_algorithms);
}

bool read_versions(ByteReader& body, ClientHello& hello) {
  return read_u16_list(body.vector8(), hello.versions);
}

bool read_key_shares(ByteReader& body, ClientHello& hello) {
  ByteReader list(body.vector16());
  while (list.ok() && !list.at_end()) {
    const uint16_t group = list.u16();
    if (list.vector16().empty()) {
      return false;
    }
    if (!is_grease(group)) {
      hello.key_share_groups.push_back(group);
    }
  }
  return list.ok();
}

bool read_max_fragment_length(ByteReader& body, ClientHello& hello) {
  hello.max_fragment_length = body.u8();
  return hello.max_fragment_length >= 1 && hello.max_fragment_length <= 4;
}

// An extension is read into a field, or its presence is noted in a flag.
struct Known {
  uint16_t type;
  const char* name;
  bool (*read)(ByteReader& body, ClientHello& hello);
  bool ClientHello::*flag;
};

constexpr Known kKnown[] = {
    {0, "server_name", read_server_name, nullptr},
    {1, "max_fragment_length", read_max_fragment_length, nullptr},
    {5, "status_request", nullptr, &ClientHello::has_status_request},
    {10, "supported_groups", read_groups, nullptr},
    {13, "signature_algorithms", read_signatures, nullptr},
    {16, "application_layer_protocol_negotiation", read_alpn, nullptr},
    {23, "extended_master_secret", nullptr, &ClientHello::has_extended_master_secret},
    {35, "session_ticket", nullptr, &ClientHello::has_session_ticket},
    {kPreSharedKey, "pre_shared_key", nullptr, &ClientHello::has_pre_shared_key},
    {42, "early_data", nullptr, &ClientHello::has_early_data},
    {43, "supported_versions", read_versions, nullptr},
    {49, "post_handshake_auth", nullptr, &ClientHello::has_post_handshake_auth},
    {51, "key_share", read_key_shares, nullptr},
    {0xfe0d, "encrypted_client_hello", nullptr, &ClientHello::has_encrypted_client_hello},
};

std::string read_one(uint16_t type, Bytes contents, ClientHello& hello) {
  const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                   [type](const Known& k) { return k.type == type; });
  if (known == std::end(kKnown)) {
    return {};
  }
  if (known->flag != nullptr) {
    hello.*known->flag = true;
    return {};
  }
  ByteReader body(contents);
  if (!known->read(body, hello) || !body.ok() || !body.at_end()) {
    return fmt::format("malformed {} extension", known->name);
  }
  return {};
}

}  // namespace

std::string read_extensions(Bytes block, ClientHello& hello) {
  ByteReader reader(block);
  std::vector<uint16_t> seen;
  while (!reader.at_end()) {
    const uint16_t type = reader.u16();
    const Bytes contents = reader.vector16();
    if (!reader.ok()) {
      return "truncated extension";
    }
    if (hello.has_pre_shared_key) {
      return "pre_shared_key is not the last extension";
    }
    seen.push_back(type);
    if (is_grease(type)) {
      continue;
    }
    hello.extensions.push_back(type);
    if (std::string error = read_one(type, contents, hello); !error.empty()) {
      return error;
    }
  }
  std::sort(seen.begin(), seen.end());
  const auto twice = std::adjacent_find(seen.begin(), seen.end());
  return twice == seen.end() ? std::string() : fmt::format("extension {} twice", *twice);
}

}  // namespace vitrine::tls
