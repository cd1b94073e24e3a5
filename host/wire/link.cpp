#include "host/wire/link.h"

#include <algorithm>
#include <cassert>

namespace vitrine::wire {

LinkTemplate::LinkTemplate(Bytes header) : size_(static_cast<uint8_t>(header.size())) {
  assert(header.size() >= kEthernetSize && header.size() <= kMaxLinkSize);
  std::copy(header.begin(), header.end(), header_.begin());
}

std::vector<uint8_t> LinkTemplate::frame(Bytes ip_packet) const {
  std::vector<uint8_t> out;
  frame_into(out, ip_packet);
  return out;
}

void LinkTemplate::frame_into(std::vector<uint8_t>& out, Bytes ip_packet) const {
  assert(known());
  out.resize(size_ + ip_packet.size());
  std::copy_n(header_.begin(), size_, out.begin());
  std::copy(ip_packet.begin(), ip_packet.end(), out.begin() + size_);
}

}  // namespace vitrine::wire
