#include "host/inspect/inspector.h"

#include <algorithm>
#include <utility>

#include "host/inspect/http1.h"
#include "host/inspect/http2.h"

namespace vitrine::inspect {
namespace {

constexpr size_t kLongestMethod = 32;  // of the client's first line, until a space

enum class Guess : uint8_t { kUnclear, kHttp1, kHttp2, kOther };

// A request line's method in capitals (RFC 9110 section 9.1 has no other), or HTTP/2's preface.
Guess guess(Bytes first) {
  const std::string_view text = as_text(first);
  if (text.starts_with(kHttp2Preface.substr(0, 4))) {
    return text.size() < kHttp2Preface.size() && kHttp2Preface.starts_with(text)
               ? Guess::kUnclear
               : (text.starts_with(kHttp2Preface) ? Guess::kHttp2 : Guess::kOther);
  }
  const auto end = std::find_if(first.begin(), first.end(), [](uint8_t byte) {
    return (byte < 'A' || byte > 'Z') && byte != '-' && byte != '_';
  });
  const auto length = static_cast<size_t>(end - first.begin());
  if (length > kLongestMethod) {
    return Guess::kOther;
  }
  if (end == first.end()) {
    return Guess::kUnclear;
  }
  return *end == ' ' && length > 0 ? Guess::kHttp1 : Guess::kOther;
}

}  // namespace

Inspector::Inspector(std::string_view alpn, TransactionSink& sink, AccessJudge* judge,
                     Limits limits)
    : limits_(limits),
      sink_(sink),
      judge_(judge),
      expects_http2_(alpn == "h2"),
      expects_http_(alpn.empty() || alpn == "h2" || alpn.starts_with("http/1.")) {}

void Inspector::feed(Side from, Bytes plaintext) {
  if (plaintext.empty()) {
    return;
  }
  fed_[index(from)] += plaintext.size();
  if (state_ == State::kUndecided) {
    if (!expects_http_ || (from == Side::kServer && !expects_http2_ && first_.empty())) {
      // Another protocol by name, or one in which the server speaks first.
      state_ = State::kOther;
      decide();
      return;
    }
    if (expects_http2_) {
      begin(std::make_unique<Http2>(limits_, sink_, judge_));
    } else if (from == Side::kClient) {
      first_.insert(first_.end(), plaintext.begin(), plaintext.end());
      decide();
      return;
    } else {
      state_ = State::kOther;
      decide();
      return;
    }
  }
  if (state_ == State::kHttp) {
    dissector_->feed(from, plaintext);
    look();
  }
}

// What the first bytes say, or what follows from its being no HTTP.
void Inspector::decide() {
  if (state_ == State::kUndecided) {
    switch (guess(first_)) {
      case Guess::kUnclear:
        return;
      case Guess::kHttp1:
        begin(std::make_unique<Http1>(limits_, sink_, judge_));
        break;
      case Guess::kHttp2:
        begin(std::make_unique<Http2>(limits_, sink_, judge_));
        break;
      case Guess::kOther:
        state_ = State::kOther;
        break;
    }
  }
  if (state_ == State::kHttp) {
    const std::vector<uint8_t> first = std::exchange(first_, {});
    dissector_->feed(Side::kClient, first);
    look();
    return;
  }
  first_.clear();
  if (judge_ != nullptr) {
    Judgement said = judge_->without_http();
    if (said.word == Judgement::Word::kDeny) {
      deny(std::move(said.rule), {});
    }
  }
}

void Inspector::begin(std::unique_ptr<Dissector> dissector) {
  dissector_ = std::move(dissector);
  state_ = State::kHttp;
}

void Inspector::look() {
  switch (dissector_->standing()) {
    case Standing::kFollowing:
      return;
    case Standing::kTunnel:
      state_ = State::kTunnel;
      return;
    case Standing::kBlocked:
      return deny(dissector_->rule(), dissector_->blocked());
    case Standing::kStopped:
      return stop(dissector_->why());
  }
}

void Inspector::deny(std::string rule, Transaction transaction) {
  state_ = State::kBlocked;
  rule_ = std::move(rule);
  blocked_ = std::move(transaction);
}

void Inspector::stop(std::string why) {
  why_ = std::move(why);
  state_ = State::kStopped;
}

void Inspector::end(Side from) {
  if (state_ == State::kHttp) {
    dissector_->end(from);
    look();
  }
}

void Inspector::lose(std::string why) {
  if (state_ == State::kHttp || state_ == State::kUndecided) {
    stop(std::move(why));
  }
}

void Inspector::finish() {
  if (dissector_ != nullptr) {
    dissector_->finish();
    dissector_.reset();
  }
}

std::string Inspector::refusal() const {
  return state_ == State::kBlocked && dissector_ != nullptr ? dissector_->refusal() : "";
}

uint64_t Inspector::cleared(Side from) const {
  const uint64_t fed = fed_[index(from)];
  if (judge_ == nullptr) {
    return fed;
  }
  switch (state_) {
    case State::kUndecided:
      return from == Side::kClient ? fed - first_.size() : fed;
    case State::kHttp:
      return dissector_ == nullptr ? 0 : fed - dissector_->held(from);
    case State::kOther:
    case State::kTunnel:
      return fed;
    case State::kBlocked:  // what came before it may still pass
      return dissector_ == nullptr ? 0 : fed - dissector_->held(from);
    case State::kStopped:
      return 0;
  }
  return 0;
}

}  // namespace vitrine::inspect
