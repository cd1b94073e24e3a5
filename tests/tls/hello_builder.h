// Builds ClientHellos field by field, right or deliberately wrong.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "host/base/bytes.h"

namespace vitrine::tls::test {

using Buffer = std::vector<uint8_t>;

inline void put16(Buffer& to, size_t value) {
  to.push_back(static_cast<uint8_t>(value >> 8));
  to.push_back(static_cast<uint8_t>(value));
}
inline void put(Buffer& to, Bytes bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
inline Buffer vector16(const Buffer& contents) {
  Buffer out;
  put16(out, contents.size());
  put(out, contents);
  return out;
}
inline Buffer list16(std::initializer_list<uint16_t> values) {
  Buffer out;
  for (const uint16_t value : values) {
    put16(out, value);
  }
  return out;
}

class HelloBuilder {
 public:
  HelloBuilder& version(uint16_t v) { return version_ = v, *this; }
  HelloBuilder& session_id(size_t size) { return session_id_ = size, *this; }
  HelloBuilder& suites(std::initializer_list<uint16_t> ids) { return suites_ = list16(ids), *this; }
  HelloBuilder& compression(Buffer methods) { return compression_ = std::move(methods), *this; }
  HelloBuilder& no_extensions() { return with_extensions_ = false, *this; }
  HelloBuilder& extension(uint16_t type, const Buffer& contents = {}) {
    put16(extensions_, type);
    put(extensions_, vector16(contents));
    return *this;
  }
  HelloBuilder& server_name(std::string_view name) {
    Buffer entry = {0};
    put16(entry, name.size());
    put(entry, as_bytes(name));
    return extension(0, vector16(entry));
  }
  HelloBuilder& alpn(std::initializer_list<std::string_view> names) {
    Buffer list;
    for (const auto name : names) {
      list.push_back(static_cast<uint8_t>(name.size()));
      put(list, as_bytes(name));
    }
    return extension(16, vector16(list));
  }
  HelloBuilder& versions(std::initializer_list<uint16_t> ids) {
    Buffer list = {static_cast<uint8_t>(2 * ids.size())};
    put(list, list16(ids));
    return extension(43, list);
  }
  HelloBuilder& groups(std::initializer_list<uint16_t> ids) {
    return extension(10, vector16(list16(ids)));
  }
  HelloBuilder& signatures(std::initializer_list<uint16_t> ids) {
    return extension(13, vector16(list16(ids)));
  }

  // The handshake message, header included.
  Buffer message() const {
    Buffer body = list16({version_});
    body.insert(body.end(), 32, 0x5a);
    body.push_back(static_cast<uint8_t>(session_id_));
    body.insert(body.end(), session_id_, 0x11);
    put(body, vector16(suites_));
    body.push_back(static_cast<uint8_t>(compression_.size()));
    put(body, compression_);
    if (with_extensions_) {
      put(body, vector16(extensions_));
    }
    Buffer message = {1, static_cast<uint8_t>(body.size() >> 16)};
    put16(message, body.size() & 0xffff);
    put(message, body);
    return message;
  }
  // In records of at most `fragment` bytes.
  Buffer records(size_t fragment = 16384) const { return in_records(message(), fragment); }

  static Buffer in_records(const Buffer& message, size_t fragment) {
    Buffer out;
    for (size_t pos = 0; pos < message.size(); pos += fragment) {
      const size_t n = std::min(fragment, message.size() - pos);
      put(out, Buffer{22, 3, 1});
      put16(out, n);
      put(out, Bytes(message).subspan(pos, n));
    }
    return out;
  }

 private:
  uint16_t version_ = 0x0303;
  size_t session_id_ = 0;
  Buffer suites_ = list16({0x1301, 0xc02f});
  Buffer compression_ = {0};
  Buffer extensions_;
  bool with_extensions_ = true;
};

}  // namespace vitrine::tls::test
