#include "host/inspect/hpack.h"

#include <algorithm>

#include <nghttp2/nghttp2.h>

namespace vitrine::inspect {
namespace {

std::string_view text_of(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

void keep(HeaderBlock& block, std::string_view name, std::string_view value) {
  if (name == ":method") {
    block.method = value;
  } else if (name == ":authority" || (name == "host" && block.authority.empty())) {
    block.authority = value;
  } else if (name == ":path") {
    block.path = value;
  } else if (name == ":status") {
    block.status = value;
  } else if (name == "content-type") {
    block.content_type = value;
  }
}

}  // namespace

void HeaderInflater::Free::operator()(nghttp2_hd_inflater* inflater) const {
  nghttp2_hd_inflate_del(inflater);
}

HeaderInflater::HeaderInflater(uint32_t table_bytes, uint32_t decoded_bytes)
    : table_bytes_(table_bytes), decoded_bytes_(decoded_bytes) {
  nghttp2_hd_inflater* made = nullptr;
  if (nghttp2_hd_inflate_new(&made) == 0) {
    inflater_.reset(made);
  }
}

Status HeaderInflater::set_table_limit(uint32_t bytes) {
  if (inflater_ == nullptr ||
      nghttp2_hd_inflate_change_table_size(inflater_.get(), std::min(bytes, table_bytes_)) != 0) {
    return {Code::kExhausted, "no memory for a header table"};
  }
  return Status::ok();
}

Result<HeaderBlock> HeaderInflater::inflate(Bytes block) {
  HeaderBlock out;
  size_t decoded = 0;
  while (inflater_ != nullptr) {
    nghttp2_nv field;
    int flags = 0;
    const ssize_t used =
        nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags, block.data(), block.size(), 1);
    if (used < 0) {
      return {Code::kMalformed, nghttp2_strerror(static_cast<int>(used))};
    }
    block = block.subspan(static_cast<size_t>(used));
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      decoded += field.namelen + field.valuelen + 32;  // as RFC 7541 section 4.1 counts
      if (decoded > decoded_bytes_) {
        return {Code::kExhausted, "a header block decodes to too much"};
      }
      keep(out, text_of(field.name, field.namelen), text_of(field.value, field.valuelen));
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
      nghttp2_hd_inflate_end_headers(inflater_.get());
      return out;
    }
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && block.empty()) {
      break;
    }
  }
  return {Code::kMalformed, "a header block ends too early"};
}

}  // namespace vitrine::inspect
