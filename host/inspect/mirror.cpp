#include "host/inspect/mirror.h"

#include <algorithm>
#include <utility>

#include "host/inspect/pcapng.h"
#include "host/wire/tcp_build.h"

namespace vitrine::inspect {
namespace {

constexpr size_t kMaxSegment = 16U << 10;
constexpr uint16_t kWindow = 65535;

wire::LinkTemplate link(Side from, bool is_v6) {
  const auto side = static_cast<uint8_t>(from);
  const std::array<uint8_t, 14> header = {2,
                                          0,
                                          0,
                                          0,
                                          0,
                                          static_cast<uint8_t>(2 - side),
                                          2,
                                          0,
                                          0,
                                          0,
                                          0,
                                          static_cast<uint8_t>(1 + side),
                                          static_cast<uint8_t>(is_v6 ? 0x86 : 0x08),
                                          static_cast<uint8_t>(is_v6 ? 0xdd : 0x00)};
  return wire::LinkTemplate(header);
}

}  // namespace

uint16_t plaintext_port(uint16_t port) {
  constexpr std::array<std::pair<uint16_t, uint16_t>, 8> kPorts = {{{443, 80},
                                                                    {465, 25},
                                                                    {563, 119},
                                                                    {636, 389},
                                                                    {853, 53},
                                                                    {993, 143},
                                                                    {995, 110},
                                                                    {8443, 8080}}};
  const auto* const found =
      std::find_if(kPorts.begin(), kPorts.end(), [port](const auto& p) { return p.first == port; });
  return found == kPorts.end() ? port : found->second;
}

bool MirrorFilter::matches(const Endpoint& from, const Endpoint& to,
                           const std::string& name) const {
  return (!client || *client == from.address) && (!server || *server == to.address) &&
         (!port || *port == to.port) && (host.empty() || host == name);
}

MirrorReader::MirrorReader(MirrorHub& hub, MirrorFilter filter, std::function<void()> wake)
    : hub_(hub),
      filter_(std::move(filter)),
      wake_(std::move(wake)),
      waiting_(pcapng_begin("Vitrine", "decrypted")) {}

MirrorReader::~MirrorReader() { hub_.close(this); }

std::string MirrorReader::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

uint64_t MirrorReader::packets() const {
  const std::lock_guard lock(mutex_);
  return packets_;
}

uint64_t MirrorReader::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void MirrorReader::push(int64_t wall_ms, Bytes frame, std::string_view comment) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + frame.size() > kMaxBytes) {
      ++dropped_;
      return;
    }
    was_empty = waiting_.empty();
    waiting_ += pcapng_packet(wall_ms, frame, dropped_ - std::exchange(told_, dropped_), comment);
    ++packets_;
  }
  if (was_empty) {
    wake_();
  }
}

Result<std::unique_ptr<MirrorReader>> MirrorHub::open(MirrorFilter filter,
                                                      std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (readers_.size() >= kMaxReaders) {
    return {Code::kExhausted, "as many mirrors as there may be are being read"};
  }
  std::unique_ptr<MirrorReader> reader(new MirrorReader(*this, std::move(filter), std::move(wake)));
  readers_.push_back(reader.get());
  count_ = readers_.size();
  return reader;
}

void MirrorHub::close(MirrorReader* reader) {
  const std::lock_guard lock(mutex_);
  std::erase(readers_, reader);
  count_ = readers_.size();
}

void MirrorHub::offer(const Endpoint& client, const Endpoint& server, const std::string& name,
                      Bytes frame, std::string_view comment) {
  const std::lock_guard lock(mutex_);
  for (MirrorReader* reader : readers_) {
    if (reader->filter_.matches(client, server, name)) {
      reader->push(clock_.wall_ms(), frame, comment);
    }
  }
}

MirrorFlow::MirrorFlow(MirrorHub& hub, const Endpoint& client, const Endpoint& server,
                       std::string name)
    : hub_(hub),
      ends_{client, server},
      shown_{client, Endpoint{server.address, plaintext_port(server.port)}},
      name_(std::move(name)) {}

void MirrorFlow::send(Side from, uint8_t flags, Bytes payload, std::string_view comment) {
  wire::Segment segment;
  segment.source = shown_[index(from)];
  segment.destination = shown_[index(other(from))];
  segment.sequence = next_[index(from)];
  segment.acknowledgement = (flags & wire::kAck) != 0 ? next_[index(other(from))] : 0;
  segment.flags = flags;
  segment.window = kWindow;
  segment.payload = payload;
  const auto frame = wire::build_frame(link(from, segment.source.address.is_v6()), segment);
  next_[index(from)] +=
      static_cast<uint32_t>(payload.size()) + ((flags & (wire::kSyn | wire::kFin)) != 0 ? 1 : 0);
  hub_.offer(ends_[0], ends_[1], name_, frame, comment);
}

void MirrorFlow::begin() {
  begun_ = true;
  const std::string comment = "decrypted by Vitrine: " + ends_[0].to_string() + " to " +
                              ends_[1].to_string() + (name_.empty() ? "" : ", " + name_);
  send(Side::kClient, wire::kSyn, {}, comment);
  send(Side::kServer, wire::kSyn | wire::kAck, {});
  send(Side::kClient, wire::kAck, {});
}

void MirrorFlow::data(Side from, Bytes plaintext) {
  if (ended_) {
    return;
  }
  if (!hub_.active()) {
    // For a later reader it is a hole, not two ends that were joined.
    next_[index(from)] += begun_ ? static_cast<uint32_t>(plaintext.size()) : 0;
    return;
  }
  if (!begun_) {
    begin();
  }
  while (!plaintext.empty()) {
    const Bytes piece = plaintext.first(std::min(plaintext.size(), kMaxSegment));
    send(from, wire::kPsh | wire::kAck, piece);
    plaintext = plaintext.subspan(piece.size());
  }
}

void MirrorFlow::end(bool whole) {
  if (!begun_ || std::exchange(ended_, true) || !hub_.active()) {
    return;
  }
  if (!whole) {
    send(Side::kClient, wire::kRst | wire::kAck, {}, "what follows was lost to the mirror");
    return;
  }
  send(Side::kClient, wire::kFin | wire::kAck, {});
  send(Side::kServer, wire::kFin | wire::kAck, {});
  send(Side::kClient, wire::kAck, {});
}

}  // namespace vitrine::inspect
