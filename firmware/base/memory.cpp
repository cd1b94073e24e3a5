// What the compiler calls by itself where there is no C library.
#include <stddef.h>
#include <stdint.h>

extern "C" {

void* memset(void* to, int value, size_t size) {
  auto* bytes = static_cast<uint8_t*>(to);
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<uint8_t>(value);
  }
  return to;
}

void* memcpy(void* to, const void* from, size_t size) {
  auto* out = static_cast<uint8_t*>(to);
  const auto* in = static_cast<const uint8_t*>(from);
  for (size_t i = 0; i < size; ++i) {
    out[i] = in[i];
  }
  return to;
}
}
