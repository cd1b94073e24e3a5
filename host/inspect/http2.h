// HTTP/2 (RFC 9113), both directions of one connection.
//
// A bounded frame walk of our own above libnghttp2's HPACK inflater. Its sessions are no help here:
// a session is one end, keeps flow control, answers, and refuses what it did not ask for itself, so
// a bystander would have to play both ends against themselves; the frame layer that remains is nine
// bytes and five frame types.
//
// Of frames only header blocks, SETTINGS, RST_STREAM and the ends of streams matter; other payload
// is counted and passed over. Memory: one header block a direction, two HPACK tables, the open
// streams.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "host/inspect/dissector.h"
#include "host/inspect/hpack.h"

namespace vitrine::inspect {

inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

class Http2 : public Dissector {
 public:
  Http2(const Limits& limits, TransactionSink& sink, AccessJudge* judge);

  void feed(Side from, Bytes bytes) override;
  void end(Side from) override;
  void finish() override;
  size_t held(Side from) const override;
  std::string refusal() const override;

 private:
  struct Frame {
    uint32_t length = 0;
    uint8_t type = 0;
    uint8_t flags = 0;
    uint32_t stream = 0;
  };
  struct Half {
    Half(Side which, const Limits& limits)
        : side(which), inflater(limits.table_bytes, limits.decoded_bytes) {}
    Side side;
    HeaderInflater inflater;    // of the blocks that this side sends
    size_t preface_left = 0;    // the client's
    std::vector<uint8_t> head;  // of a frame: 9 bytes
    bool in_payload = false;
    Frame frame;
    uint32_t payload_left = 0;
    std::vector<uint8_t> payload;  // of a frame that is kept whole
    // A header block under way: begun by HEADERS or PUSH_PROMISE, without END_HEADERS yet.
    std::vector<uint8_t> block;
    uint32_t block_stream = 0;
    uint32_t block_promised = 0;
    uint64_t block_frames = 0;  // bytes of its frames so far
    bool block_ends_stream = false;
    // Header table sizes that this side announced and the other has not acknowledged yet.
    std::deque<std::optional<uint32_t>> announced;
    size_t held = 0;
  };
  struct Stream {
    Transaction transaction;
    std::array<bool, 2> done{};  // by Side: it sends no more
  };

  size_t walk_preface(Half& half, Bytes bytes);
  void begin_frame(Half& half);
  void end_frame(Half& half);
  void on_headers(Half& half);
  void on_continuation(Half& half);
  void on_settings(Half& half);
  void end_block(Half& half);
  void on_request(Half& half, uint32_t id, HeaderBlock&& block);
  void on_response(uint32_t id, const HeaderBlock& block);
  void end_of_stream(uint32_t id, Side side);
  void close_stream(uint32_t id, bool complete);
  Half& half(Side side) { return halves_[index(side)]; }

  std::array<Half, 2> halves_;
  std::map<uint32_t, Stream> streams_;
  uint32_t blocked_stream_ = 0;
  uint32_t last_stream_ = 0;  // of the client
};

}  // namespace vitrine::inspect
