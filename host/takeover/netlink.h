// The few rtnetlink requests that lay out the stack's network namespace (rtnetlink(7)).
//
// Each sends one request and waits for the kernel's answer. The socket belongs to the network
// namespace in which it was opened.
#pragma once

#include <cstdint>

#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::takeover {

class Netlink {
 public:
  static Result<Netlink> open();

  // Up; mtu and queue length where not 0.
  Status set_link(int interface, uint32_t mtu, uint32_t queue_length);
  // Default route: out of `interface` (local: delivered here), in `table`.
  Status add_default_route(int family, int interface, uint32_t table, bool local);
  // Packets that come in by `interface_name` look their route up in `table` first.
  Status add_input_rule(int family, const char* interface_name, uint32_t table);

 private:
  explicit Netlink(UniqueFd fd) : fd_(std::move(fd)) {}
  Status request(void* message, const char* what);

  UniqueFd fd_;
  uint32_t sequence_ = 0;
};

}  // namespace vitrine::takeover
