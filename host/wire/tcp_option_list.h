// The walk over a TCP header's option list (RFC 9293 section 3.1).
//
// Untrusted bytes: a malformed option ends the list, as in most kernels.
#pragma once

#include <cstddef>

#include "host/base/tcp_header.h"

namespace vitrine::wire {

// Calls fn(option), kind and length bytes included, for each option but NOP. `View` is Bytes or
// MutableBytes, and what fn gets.
template <typename View, typename Function>
void for_each_option(View list, Function fn) {
  size_t at = 0;
  while (at < list.size() && list[at] != kTcpOptionEnd) {
    if (list[at] == kTcpOptionNop) {
      ++at;
      continue;
    }
    if (at + 1 >= list.size() || list[at + 1] < 2 || at + list[at + 1] > list.size()) {
      return;
    }
    const size_t size = list[at + 1];
    fn(list.subspan(at, size));
    at += size;
  }
}

}  // namespace vitrine::wire
