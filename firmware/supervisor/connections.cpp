#include "firmware/supervisor/connections.h"

namespace vitrine::firmware {

void Connections::size(uint32_t connections, uint32_t splices) {
  connections_ = connections < kMaxConnections ? connections : kMaxConnections;
  splices_ = splices < connections_ ? splices : connections_;
  used_ = 0;
  free_splice_ = kNoConnection;
  free_plain_ = kNoConnection;
}

void Connections::init(uint32_t connections, uint32_t splices) {
  size(connections, splices);
  for (uint32_t index = connections_; index-- > 0;) {
    push(index);
  }
}

void Connections::recover(uint32_t connections, uint32_t splices) {
  size(connections, splices);
  for (uint32_t index = connections_; index-- > 0;) {
    if (store_.id[index] == 0) {
      push(index);
    } else {
      ++used_;
    }
  }
}

void Connections::push(uint32_t index) {
  uint32_t& head = index < splices_ ? free_splice_ : free_plain_;
  store_.id[index] = 0;
  store_.next[index] = static_cast<uint16_t>(head);
  head = index;
}

uint32_t Connections::pop(uint32_t& head) {
  const uint32_t index = head;
  if (index != kNoConnection) {
    head = store_.next[index];
  }
  return index;
}

uint32_t Connections::add(uint64_t id, bool spliced) {
  uint32_t index = spliced ? kNoConnection : pop(free_plain_);
  if (index == kNoConnection) {
    index = pop(free_splice_);
  }
  if (index != kNoConnection) {
    store_.id[index] = id;
    ++used_;
  }
  return index;
}

void Connections::remove(uint32_t index) {
  push(index);
  --used_;
}

}  // namespace vitrine::firmware
