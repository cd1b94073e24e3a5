// Which connection has which index on the card.
//
// Indices below the number of splices can splice; other connections take them only where nothing
// else is left. Each kind has a list of free indices, so that every operation takes the same time,
// whatever the load. Storage is the caller's, and may hold anything before init().
#pragma once

#include <stdint.h>

namespace vitrine::firmware {

constexpr uint32_t kMaxConnections = 8192;
constexpr uint32_t kNoConnection = 0xffff;

struct ConnectionStore {
  uint64_t id[kMaxConnections];    // 0: free
  uint16_t next[kMaxConnections];  // of a free one: the next in its list
};

class Connections {
 public:
  explicit constexpr Connections(ConnectionStore& store) : store_(store) {}

  // REQUIRES: splices <= connections. More than kMaxConnections are not used.
  void init(uint32_t connections, uint32_t splices);
  // As init(), but keeps those that the store has: after a crash the card still holds them.
  void recover(uint32_t connections, uint32_t splices);
  // kNoConnection: none is left. REQUIRES: id is not 0.
  uint32_t add(uint64_t id, bool spliced);
  // The id of a connection, 0 where the index is free or none.
  uint64_t id(uint32_t index) const { return index < connections_ ? store_.id[index] : 0; }
  // REQUIRES: not free.
  void remove(uint32_t index);
  uint32_t connections() const { return connections_; }
  uint32_t splices() const { return splices_; }
  uint32_t used() const { return used_; }

 private:
  void size(uint32_t connections, uint32_t splices);
  void push(uint32_t index);
  uint32_t pop(uint32_t& head);

  ConnectionStore& store_;
  uint32_t connections_ = 0;
  uint32_t splices_ = 0;
  uint32_t used_ = 0;
  uint32_t free_splice_ = kNoConnection;
  uint32_t free_plain_ = kNoConnection;
};

}  // namespace vitrine::firmware
