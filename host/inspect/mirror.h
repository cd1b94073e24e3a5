// Decrypted traffic for those who asked for it: plaintext in synthesized TCP, as pcapng.
//
//   session thread: MirrorFlow ─▶ MirrorHub ─▶ a bounded buffer each ─▶ MirrorReader::take()
//
// A reader that does not take loses packets, never the appliance its memory; the next packet that
// it gets says how many it lost. Where nobody reads, a flow costs one load of an atomic.
// The plaintext's TCP has the client's and server's own addresses; TLS ports become those of the
// protocol without TLS (443: 80), so that Wireshark takes it for what it is.
// Threads: hub any, a flow the session's, a reader its own.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/base/clock.h"
#include "host/base/net.h"
#include "host/base/status.h"
#include "host/inspect/transaction.h"

namespace vitrine::inspect {

struct MirrorFilter {
  std::optional<IpAddress> client;
  std::optional<IpAddress> server;
  std::optional<uint16_t> port;  // the server's
  std::string host;              // the requested server name
  bool matches(const Endpoint& from, const Endpoint& to, const std::string& name) const;
};

class MirrorHub;

class MirrorReader {
 public:
  static constexpr size_t kMaxBytes = 4U << 20;

  // Ends it; the hub must still be there.
  ~MirrorReader();
  MirrorReader(const MirrorReader&) = delete;
  MirrorReader& operator=(const MirrorReader&) = delete;

  // Whole blocks that wait; the file's beginning first.
  std::string take();
  uint64_t packets() const;
  uint64_t dropped() const;

 private:
  friend class MirrorHub;
  MirrorReader(MirrorHub& hub, MirrorFilter filter, std::function<void()> wake);
  void push(int64_t wall_ms, Bytes frame, std::string_view comment);

  MirrorHub& hub_;
  const MirrorFilter filter_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::string waiting_;
  uint64_t packets_ = 0;
  uint64_t dropped_ = 0;
  uint64_t told_ = 0;  // of dropped_
};

class MirrorHub {
 public:
  static constexpr size_t kMaxReaders = 4;

  explicit MirrorHub(const Clock& clock) : clock_(clock) {}

  bool active() const { return count_.load(std::memory_order_relaxed) != 0; }
  // `wake` is called, from any thread, when something comes to an empty buffer; it must not block
  // nor call back. kExhausted where there are as many as there may be.
  Result<std::unique_ptr<MirrorReader>> open(MirrorFilter filter, std::function<void()> wake);

 private:
  friend class MirrorReader;
  friend class MirrorFlow;
  void close(MirrorReader* reader);
  void offer(const Endpoint& client, const Endpoint& server, const std::string& name, Bytes frame,
             std::string_view comment);

  const Clock& clock_;
  std::atomic<size_t> count_{0};
  std::mutex mutex_;
  std::vector<MirrorReader*> readers_;
};

// One connection's plaintext as TCP: SYN, SYN-ACK, ACK before its first byte, FIN or RST at its
// end.
class MirrorFlow {
 public:
  // The hub outlives it.
  MirrorFlow(MirrorHub& hub, const Endpoint& client, const Endpoint& server, std::string name);

  void data(Side from, Bytes plaintext);
  // `whole`: nothing of it was lost.
  void end(bool whole);

 private:
  void begin();
  void send(Side from, uint8_t flags, Bytes payload, std::string_view comment = {});

  MirrorHub& hub_;
  const std::array<Endpoint, 2> ends_;   // by Side
  const std::array<Endpoint, 2> shown_;  // the same, the server's port without TLS
  const std::string name_;
  std::array<uint32_t, 2> next_{};  // sequence numbers
  bool begun_ = false;
  bool ended_ = false;
};

// The port of a protocol without TLS, for the port with it (IANA's registry); others stay.
uint16_t plaintext_port(uint16_t port);

}  // namespace vitrine::inspect
