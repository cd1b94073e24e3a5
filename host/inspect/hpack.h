// Header blocks of one direction of an HTTP/2 connection (RFC 7541), by libnghttp2's inflater.
//
// What is kept of a block is what transactions need. Bounded: decoded bytes of a block, the dynamic
// table. A block that fails leaves the inflater useless: the connection must not be followed on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/base/bytes.h"
#include "host/base/status.h"

struct nghttp2_hd_inflater;

namespace vitrine::inspect {

struct HeaderBlock {
  std::string method;
  std::string authority;  // :authority, or Host where there is none
  std::string path;
  std::string status;
  std::string content_type;
};

class HeaderInflater {
 public:
  // `table_bytes`: the largest dynamic table that is followed; `decoded_bytes`: of one block.
  HeaderInflater(uint32_t table_bytes, uint32_t decoded_bytes);

  // The receiver of these blocks allows a table of `bytes` from the next block on
  // (SETTINGS_HEADER_TABLE_SIZE, acknowledged). kExhausted where it is more than is followed and
  // the sender uses it shows at the next block.
  Status set_table_limit(uint32_t bytes);
  // A whole block.
  Result<HeaderBlock> inflate(Bytes block);

 private:
  struct Free {
    void operator()(nghttp2_hd_inflater* inflater) const;
  };
  std::unique_ptr<nghttp2_hd_inflater, Free> inflater_;
  uint32_t table_bytes_;
  uint32_t decoded_bytes_;
};

}  // namespace vitrine::inspect
