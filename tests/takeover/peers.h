// The real ends: a client and a server that exchange bytes both ways at once and compare digests.
#pragma once

#include <cstdint>
#include <string>

#include "host/base/unique_fd.h"

namespace vitrine::test {

struct Transfer {
  size_t hello_out = 0;  // bytes sent first
  size_t hello_in = 0;   // bytes that come first and do not count
  size_t bytes_out = 0;  // of the stream, after the hellos
  size_t bytes_in = 0;
  uint8_t seed_out = 1;
  uint8_t seed_in = 2;
  bool speaks_first = true;
  bool finish = true;  // shutdown after the last byte and expect the other's FIN
};

// A listening socket on port 443 of the server's address. REQUIRES: the server's namespace.
UniqueFd listen_on_server(bool v6);
UniqueFd accept_one(int listener);
// REQUIRES: the client's namespace. `port` 0: any.
UniqueFd connect_from_client(bool v6, uint16_t port = 0);

// Runs the whole transfer, "" on success, else what went wrong. Blocking, at most 30 s idle.
std::string run_transfer(int fd, const Transfer& transfer);

}  // namespace vitrine::test
