// Stages of a piece of a stream: (1) the client's preface, (2) a frame's head, (3) its payload,
// kept where it matters, counted where not, (4) a whole header block: inflate, judge, (5) ends of
// streams.
#include "host/inspect/http2.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace vitrine::inspect {
namespace {

// RFC 9113 section 6.
enum FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kResetStream = 3,
  kSettings = 4,
  kPushPromise = 5,
  kContinuation = 9,
};
constexpr uint8_t kEndStream = 0x1;  // DATA, HEADERS
constexpr uint8_t kAck = 0x1;        // SETTINGS
constexpr uint8_t kEndHeaders = 0x4;
constexpr uint8_t kPadded = 0x8;
constexpr uint8_t kPriority = 0x20;
constexpr uint16_t kHeaderTableSize = 1;
constexpr size_t kFrameHead = 9;
constexpr size_t kMaxSettingsBytes = 16U << 10;
constexpr size_t kMaxAnnounced = 64;  // SETTINGS without acknowledgement

bool kept(uint8_t type) {
  return type == kHeaders || type == kSettings || type == kPushPromise || type == kContinuation;
}

uint32_t stream_id(const uint8_t* bytes) { return load_be32(bytes) & 0x7fffffffU; }

}  // namespace

Http2::Http2(const Limits& limits, TransactionSink& sink, AccessJudge* judge)
    : Dissector(limits, sink, judge),
      halves_{Half(Side::kClient, limits), Half(Side::kServer, limits)} {
  half(Side::kClient).preface_left = kHttp2Preface.size();
}

// What must wait for the judge: a header block, and the frames around it that are not whole.
size_t Http2::held(Side from) const { return halves_[index(from)].held; }

void Http2::feed(Side from, Bytes bytes) {
  Half& h = half(from);
  bytes = bytes.subspan(walk_preface(h, bytes));
  while (!bytes.empty() && standing() == Standing::kFollowing) {
    if (!h.in_payload) {
      const size_t part = std::min(kFrameHead - h.head.size(), bytes.size());
      h.head.insert(h.head.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(part));
      h.held += part;
      bytes = bytes.subspan(part);
      if (h.head.size() < kFrameHead) {
        return;
      }
      begin_frame(h);
    } else {
      const size_t part = std::min<size_t>(h.payload_left, bytes.size());
      if (kept(h.frame.type)) {
        h.payload.insert(h.payload.end(), bytes.begin(),
                         bytes.begin() + static_cast<ptrdiff_t>(part));
        h.held += part;
      }
      h.payload_left -= static_cast<uint32_t>(part);
      bytes = bytes.subspan(part);
    }
    if (h.in_payload && h.payload_left == 0) {
      end_frame(h);
    }
  }
  h.held += bytes.size();  // behind what was denied
}

size_t Http2::walk_preface(Half& h, Bytes bytes) {
  const size_t part = std::min(h.preface_left, bytes.size());
  const std::string_view expected = kHttp2Preface.substr(kHttp2Preface.size() - h.preface_left);
  if (as_text(bytes.first(part)) != expected.substr(0, part)) {
    stop("the client does not begin with HTTP/2's preface");
  }
  h.preface_left -= part;
  return part;
}

void Http2::begin_frame(Half& h) {
  const uint8_t* head = h.head.data();
  h.frame = {static_cast<uint32_t>(load_be16(head)) << 8 | head[2], head[3], head[4],
             stream_id(head + 5)};
  h.head.clear();
  h.in_payload = true;
  h.payload_left = h.frame.length;
  h.payload.clear();
  if (h.block_stream != 0 && (h.frame.type != kContinuation || h.frame.stream != h.block_stream)) {
    return stop("a header block is cut by another HTTP/2 frame");
  }
  const size_t limit = h.frame.type == kSettings ? kMaxSettingsBytes : limits_.header_bytes;
  if (kept(h.frame.type) && h.frame.length > limit) {
    return stop("an HTTP/2 header block is too long");
  }
  if (!kept(h.frame.type)) {
    h.held = 0;
  }
}

void Http2::end_frame(Half& h) {
  h.in_payload = false;
  const Frame& frame = h.frame;
  if (frame.type == kData) {
    if (const auto at = streams_.find(frame.stream); at != streams_.end()) {
      Transaction& transaction = at->second.transaction;
      (h.side == Side::kClient ? transaction.bytes_sent : transaction.bytes_received) +=
          kFrameHead + frame.length;
      if ((frame.flags & kEndStream) != 0) {
        end_of_stream(frame.stream, h.side);
      }
    }
  } else if (frame.type == kHeaders || frame.type == kPushPromise) {
    on_headers(h);
  } else if (frame.type == kContinuation) {
    on_continuation(h);
  } else if (frame.type == kSettings) {
    on_settings(h);
  } else if (frame.type == kResetStream) {
    close_stream(frame.stream, false);
  }
  if (h.block_stream == 0 && standing() == Standing::kFollowing) {
    h.held = 0;
  }
}

void Http2::on_headers(Half& h) {
  ByteReader reader(h.payload);
  const uint8_t padding = (h.frame.flags & kPadded) != 0 ? reader.u8() : 0;
  h.block_promised = 0;
  if (h.frame.type == kPushPromise) {
    h.block_promised = reader.u32() & 0x7fffffffU;
  } else if ((h.frame.flags & kPriority) != 0) {
    reader.skip(5);
  }
  if (!reader.ok() || reader.remaining() < padding || h.frame.stream == 0) {
    return stop("an HTTP/2 HEADERS frame is not valid");
  }
  const Bytes fragment = reader.take(reader.remaining() - padding);
  h.block.assign(fragment.begin(), fragment.end());
  h.block_stream = h.frame.stream;
  h.block_frames = kFrameHead + h.frame.length;
  h.block_ends_stream = h.frame.type == kHeaders && (h.frame.flags & kEndStream) != 0;
  if ((h.frame.flags & kEndHeaders) != 0) {
    end_block(h);
  }
}

void Http2::on_continuation(Half& h) {
  if (h.block_stream == 0) {
    return stop("an HTTP/2 CONTINUATION without a header block");
  }
  if (h.block.size() + h.payload.size() > limits_.header_bytes ||
      h.block_frames > 2ULL * limits_.header_bytes) {
    return stop("an HTTP/2 header block is too long");
  }
  h.block.insert(h.block.end(), h.payload.begin(), h.payload.end());
  h.block_frames += kFrameHead + h.frame.length;
  if ((h.frame.flags & kEndHeaders) != 0) {
    end_block(h);
  }
}

// A side announces the table for the blocks that it receives. The other side uses it from its
// acknowledgement on, which comes in the same stream as its blocks.
void Http2::on_settings(Half& h) {
  Half& peer = half(other(h.side));
  if ((h.frame.flags & kAck) != 0) {
    if (peer.announced.empty()) {
      return;  // of SETTINGS that were sent before this was followed
    }
    const auto size = peer.announced.front();
    peer.announced.pop_front();
    if (size && !h.inflater.set_table_limit(*size)) {
      stop("no memory for an HTTP/2 header table");
    }
    return;
  }
  std::optional<uint32_t> size;
  ByteReader reader(h.payload);
  while (reader.remaining() >= 6) {
    const uint16_t identifier = reader.u16();
    const uint32_t value = reader.u32();
    if (identifier == kHeaderTableSize) {
      size = value;
    }
  }
  h.announced.push_back(size);
  if (h.announced.size() > kMaxAnnounced) {
    stop("too many HTTP/2 SETTINGS wait for their acknowledgement");
  }
}

void Http2::end_block(Half& h) {
  const uint32_t id = std::exchange(h.block_stream, 0);
  auto block = h.inflater.inflate(h.block);
  h.block.clear();
  if (!block) {
    return stop("not valid HTTP/2: " + block.status().message());
  }
  if (h.block_promised != 0) {
    on_request(h, h.block_promised, std::move(block).value());
    return;
  }
  auto at = streams_.find(id);
  if (h.side == Side::kClient && at == streams_.end()) {
    on_request(h, id, std::move(block).value());
    at = streams_.find(id);
  } else if (at != streams_.end() && h.side == Side::kServer && !block->status.empty()) {
    on_response(id, *block);
  }
  if (at == streams_.end() || standing() != Standing::kFollowing) {
    return;
  }
  Transaction& transaction = at->second.transaction;
  (h.side == Side::kClient ? transaction.bytes_sent : transaction.bytes_received) += h.block_frames;
  if (h.block_ends_stream) {
    end_of_stream(id, h.side);
  }
}

void Http2::on_request(Half& h, uint32_t id, HeaderBlock&& block) {
  if (streams_.size() >= limits_.open_transactions) {
    return stop("too many HTTP/2 streams are open");
  }
  Stream stream;
  Transaction& transaction = stream.transaction;
  transaction.number = ++transactions_;
  transaction.protocol = "HTTP/2";
  transaction.method = std::move(block.method);
  transaction.host = std::move(block.authority);
  transaction.target = std::move(block.path);
  if (transaction.method == "CONNECT" && transaction.target.empty()) {
    transaction.target = transaction.host;
  }
  transaction.request_content_type = std::move(block.content_type);
  last_stream_ = h.side == Side::kClient ? std::max(last_stream_, id) : last_stream_;
  if (!allow_request(transaction)) {
    blocked_stream_ = h.side == Side::kClient ? id : 0;
    return;
  }
  stream.done[index(Side::kClient)] = h.side == Side::kServer;  // promised: there is no more of it
  streams_.insert_or_assign(id, std::move(stream));
}

void Http2::on_response(uint32_t id, const HeaderBlock& block) {
  unsigned status = 0;
  std::from_chars(block.status.data(), block.status.data() + block.status.size(), status);
  if (status / 100 == 1) {
    return;  // the final response follows
  }
  Transaction& transaction = streams_.at(id).transaction;
  transaction.status = static_cast<uint16_t>(std::min(status, 999U));
  transaction.response_content_type = block.content_type;
  if (!allow_response(transaction)) {
    blocked_stream_ = id;
  }
}

void Http2::end_of_stream(uint32_t id, Side side) {
  Stream& stream = streams_.at(id);
  stream.done[index(side)] = true;
  if (stream.done[0] && stream.done[1]) {
    close_stream(id, true);
  }
}

void Http2::close_stream(uint32_t id, bool complete) {
  const auto at = streams_.find(id);
  if (at == streams_.end()) {
    return;
  }
  Stream& stream = at->second;
  // A server that needs no more of a request answers it whole and resets the stream.
  stream.transaction.complete = complete || stream.done[index(Side::kServer)];
  sink_.on_transaction(stream.transaction);
  streams_.erase(at);
}

// Between two frames of the server a response of our own fits: its header block uses no dynamic
// table (RFC 7541 section 6.2.2), so the client's decoder stays as the server's encoder believes.
std::string Http2::refusal() const {
  const Half& server = halves_[index(Side::kServer)];
  if (blocked_stream_ == 0 || (server.in_payload && !kept(server.frame.type))) {
    return "";
  }
  const auto frame = [](uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload) {
    std::string out(kFrameHead, '\0');
    auto* head = reinterpret_cast<uint8_t*>(out.data());
    store_be32(head, static_cast<uint32_t>(payload.size()) << 8 | type);
    head[4] = flags;
    store_be32(head + 5, stream);
    return out + payload;
  };
  constexpr uint8_t kGoAway = 7;
  const std::string type = "text/html; charset=utf-8";
  // :status is entry 8 of the static table, content-type 31 (15 + 16).
  const std::string block =
      std::string("\x08\x03") + "403" + "\x0f\x10" + static_cast<char>(type.size()) + type;
  std::string last(8, '\0');
  store_be32(reinterpret_cast<uint8_t*>(last.data()), last_stream_);
  return frame(kHeaders, kEndHeaders, blocked_stream_, block) +
         frame(kData, kEndStream, blocked_stream_, refusal_page()) + frame(kGoAway, 0, 0, last);
}

void Http2::end(Side) {}

void Http2::finish() {
  for (const auto& [id, stream] : std::exchange(streams_, {})) {
    sink_.on_transaction(stream.transaction);
  }
}

}  // namespace vitrine::inspect
