#include "host/session/leg_pump.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace vitrine::session {
namespace {

constexpr size_t kReadSize = 64 * 1024;

bool would_block(int error_number) { return error_number == EAGAIN || error_number == EINTR; }

}  // namespace

bool LegSocket::fill() {
  if (fd_ < 0 || leg_ == nullptr || end_of_file_ || leg_->has_input()) {
    return false;
  }
  uint8_t buffer[kReadSize];
  const ssize_t n = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0) {
    leg_->feed({buffer, static_cast<size_t>(n)});
    return true;
  }
  if (n == 0) {
    end_of_file_ = true;
    leg_->feed_eof();
    return true;
  }
  if (!would_block(errno)) {
    socket_error_ = errno;
    end_of_file_ = true;
    leg_->feed_eof();
    return true;
  }
  return false;
}

bool LegSocket::drain() {
  if (fd_ < 0) {
    return false;
  }
  bool moved = false;
  while (output_pending()) {
    const Bytes output = leg_->output();
    const ssize_t n = send(fd_, output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n <= 0) {
      if (n < 0 && !would_block(errno) && socket_error_ == 0) {
        socket_error_ = errno;
      }
      return moved;
    }
    leg_->consume_output(static_cast<size_t>(n));
    moved = true;
  }
  if (want_fin_ && !sent_fin_) {
    shutdown(fd_, SHUT_WR);
    sent_fin_ = true;
    moved = true;
  }
  return moved;
}

void LegSocket::send_raw(Bytes bytes) {
  // A new socket's send buffer is empty, so an alert record always fits; if not, the reset tells.
  if (fd_ >= 0 && send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    socket_error_ = errno;
  }
}

void LegSocket::discard() {
  uint8_t buffer[kReadSize];
  while (fd_ >= 0 && recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
  }
}

bool LegPump::established() const {
  return std::all_of(sides_.begin(), sides_.end(), [](const LegSocket& side) {
    return side.leg() != nullptr && (side.leg()->progress() == tls::Progress::kEstablished ||
                                     side.leg()->progress() == tls::Progress::kClosed);
  });
}

void LegPump::run() {
  bool moved = true;
  while (moved) {
    moved = false;
    for (size_t i = 0; i < 2; ++i) {
      // A side whose plaintext is not taken is not read from: TCP then slows the sender down.
      if (wants_more(i) && sides_[i].fill()) {
        moved = true;
      }
      if (sides_[i].leg() != nullptr) {
        sides_[i].leg()->advance();
      }
    }
    if (established()) {
      for (size_t i = 0; i < 2; ++i) {
        moved |= relay(i);
        pass_on_end(i);
      }
    }
    for (LegSocket& side : sides_) {
      moved |= side.drain();
    }
  }
}

// Of what waits: how much the gate lets pass.
size_t LegPump::may_pass(size_t from) const {
  if (gate_ == nullptr) {
    return waiting_[from].size();
  }
  const uint64_t passed = plaintext_bytes_[from] - waiting_[from].size();
  const uint64_t cleared = gate_->cleared(from);
  return cleared <= passed ? 0 : std::min<uint64_t>(cleared - passed, waiting_[from].size());
}

// Nothing waits for the other leg: what waits, waits for the gate, which needs more to decide.
bool LegPump::wants_more(size_t from) const {
  return waiting_[from].empty() || (may_pass(from) == 0 && waiting_[from].size() < kMaxHeld);
}

bool LegPump::relay(size_t from) {
  tls::Leg& source = *sides_[from].leg();
  tls::Leg& sink = *sides_[1 - from].leg();
  std::vector<uint8_t>& waiting = waiting_[from];
  bool moved = false;
  while (true) {
    bool read = false;
    if (wants_more(from)) {
      const size_t held = waiting.size();
      waiting.resize(held + kChunk);
      waiting.resize(held + source.read(MutableBytes(waiting).subspan(held)));
      plaintext_bytes_[from] += waiting.size() - held;
      read = waiting.size() > held;
      if (read && gate_ != nullptr) {
        gate_->on_plaintext(from, Bytes(waiting).subspan(held));
      }
    }
    const size_t passing = may_pass(from);
    const size_t taken = passing == 0 ? 0 : sink.write(Bytes(waiting).first(passing));
    if (taken == 0 && !read) {
      return moved;
    }
    moved = true;
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<ptrdiff_t>(taken));
  }
}

void LegPump::pass_on_end(size_t from) {
  const LegSocket& source = sides_[from];
  const bool ended = source.leg()->progress() == tls::Progress::kClosed || source.end_of_file();
  const bool all_moved = waiting_[from].empty() && !source.leg()->has_plaintext();
  if (!ended || !all_moved || end_passed_on_[from]) {
    return;
  }
  if (gate_ != nullptr && !std::exchange(end_told_[from], true)) {
    gate_->on_end(from);
  }
  LegSocket& sink = sides_[1 - from];
  if (source.leg()->closed_cleanly() && !notify_passed_on_[from]) {
    sink.leg()->shutdown();
    notify_passed_on_[from] = true;
  }
  // The FIN follows where the source has sent one; close_notify alone leaves the stream open.
  if (source.end_of_file()) {
    sink.finish_sending();
    end_passed_on_[from] = true;
  }
}

bool LegPump::quiet() const {
  for (size_t i = 0; i < 2; ++i) {
    const tls::Leg* leg = sides_[i].leg();
    if (leg == nullptr || leg->has_plaintext() || leg->has_input() || !leg->output().empty() ||
        !waiting_[i].empty()) {
      return false;
    }
  }
  return true;
}

}  // namespace vitrine::session
