// The ClientHello parser on arbitrary bytes: no crash, no read out of bounds, and the answer never
// depends on where the network cut them.
#include <cstdlib>

#include "host/tls/client_hello.h"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using vitrine::tls::HelloStatus;
  const vitrine::Bytes bytes(data, size);
  const auto whole = vitrine::tls::parse_client_hello(bytes);
  require(whole.bytes_consumed <= size);
  require((whole.status == HelloStatus::kComplete) == (whole.bytes_consumed > 0));
  // One cut, chosen by the input itself.
  const size_t cut = size == 0 ? 0 : (size_t{data[size - 1]} * 131 + data[size / 2]) % size;
  const auto part = vitrine::tls::parse_client_hello(bytes.first(cut));
  if (part.status != HelloStatus::kNeedMore) {
    require(part.status == whole.status);
    require(part.error == whole.error);
    require(part.bytes_consumed == whole.bytes_consumed);
  }
  return 0;
}
