// HTTP/2 of two peers, as the inspector follows it.
#include "tests/fuzz/http_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vitrine::inspect::fuzz_http("h2", {data, size});
  return 0;
}
