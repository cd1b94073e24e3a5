// Stages of a piece of a stream: (1) what is left of the piece before goes in front, (2) Beast's
// parser takes a whole head, or a piece of a body, (3) a head is judged, (4) an end makes room for
// the next message, (5) what the parser did not take waits for more.
#include "host/inspect/http1.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/field.hpp>

namespace vitrine::inspect {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

std::string text_of(string_view text) { return {text.data(), text.size()}; }

// What is kept of a message's head.
struct Head {
  std::string method;
  std::string target;
  std::string host;
  std::string content_type;
  std::string upgrade;
  uint16_t status = 0;
  int version = 11;
};

template <bool is_request>
class Parser : public http::basic_parser<is_request> {
 public:
  explicit Parser(uint32_t header_bytes) {
    this->header_limit(header_bytes);
    this->body_limit(boost::none);
  }
  Head head;
  std::optional<error_code> unexpected;

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    head.method = text_of(method);
    head.target = text_of(target);
    head.version = version;
  }
  void on_response_impl(int code, string_view, int version, error_code&) override {
    head.status = static_cast<uint16_t>(code);
    head.version = version;
  }
  void on_field_impl(http::field name, string_view, string_view value, error_code&) override {
    if (name == http::field::host) {
      head.host = text_of(value);
    } else if (name == http::field::content_type) {
      head.content_type = text_of(value);
    } else if (name == http::field::upgrade) {
      head.upgrade = text_of(value);
    }
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

}  // namespace

// One direction.
template <bool is_request>
struct Http1::Half {
  explicit Half(uint32_t limit) : header_bytes(limit) { next(); }
  void next() {
    parser.emplace(header_bytes);
    head_seen = false;
    skip_set = false;
    head_bytes = 0;
  }

  const uint32_t header_bytes;
  std::optional<Parser<is_request>> parser;
  std::vector<uint8_t> rest;  // of a head or chunk header that is not whole
  bool head_seen = false;     // and judged
  bool skip_set = false;      // the parser knows whether a body can follow
  uint64_t head_bytes = 0;    // taken by the parser before the head was whole
};

Http1::Http1(const Limits& limits, TransactionSink& sink, AccessJudge* judge)
    : Dissector(limits, sink, judge),
      requests_(std::make_unique<Half<true>>(limits.header_bytes)),
      responses_(std::make_unique<Half<false>>(limits.header_bytes)) {}

Http1::~Http1() = default;

size_t Http1::held(Side from) const {
  const auto of = [](const auto& half) {
    return half.rest.size() + (half.head_seen ? 0 : half.head_bytes);
  };
  return from == Side::kClient ? of(*requests_) : of(*responses_);
}

void Http1::feed(Side from, Bytes bytes) {
  if (from == Side::kClient) {
    run(*requests_, bytes);
  } else {
    run(*responses_, bytes);
  }
}

template <bool is_request>
void Http1::run(Half<is_request>& half, Bytes bytes) {
  if (!half.rest.empty()) {
    half.rest.insert(half.rest.end(), bytes.begin(), bytes.end());
    const std::vector<uint8_t> whole = std::exchange(half.rest, {});
    const size_t taken = walk(half, whole);
    half.rest.assign(whole.begin() + static_cast<ptrdiff_t>(taken), whole.end());
  } else {
    const Bytes left = bytes.subspan(walk(half, bytes));
    half.rest.assign(left.begin(), left.end());
  }
  if (standing() == Standing::kTunnel || standing() == Standing::kStopped) {
    half.rest.clear();
  } else if (half.rest.size() > limits_.header_bytes) {
    stop("an HTTP header section is too long");
  }
}

template <bool is_request>
size_t Http1::walk(Half<is_request>& half, Bytes bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && standing() == Standing::kFollowing) {
    Parser<is_request>& parser = *half.parser;
    if constexpr (!is_request) {
      if (!std::exchange(half.skip_set, true)) {
        const Open* request = answered();
        parser.skip(request != nullptr && request->transaction.method == "HEAD");
      }
    }
    error_code error;
    const Bytes left = bytes.subspan(taken);
    const size_t used = parser.put(boost::asio::const_buffer(left.data(), left.size()), error);
    taken += used;
    (half.head_seen ? count(half, used) : void(half.head_bytes += used));
    if (error == http::error::need_more) {
      break;
    }
    if (error) {
      stop("not valid HTTP/1: " + error.message());
      break;
    }
    if (!half.head_seen && parser.is_header_done()) {
      if (!on_head(half)) {
        break;
      }
      half.head_seen = true;
      count(half, half.head_bytes);
    }
    if (parser.is_done()) {
      on_done(half);
      half.next();
    } else if (used == 0) {
      break;
    }
  }
  return taken;
}

bool Http1::on_head(Half<true>& half) {
  Head& head = half.parser->head;
  if (open_.size() >= limits_.open_transactions) {
    stop("too many HTTP requests wait for their answers");
    return false;
  }
  Open open;
  Transaction& transaction = open.transaction;
  transaction.number = ++transactions_;
  transaction.protocol = head.version == 10 ? "HTTP/1.0" : "HTTP/1.1";
  transaction.method = std::move(head.method);
  transaction.target = std::move(head.target);
  transaction.host = std::move(head.host);
  transaction.request_content_type = std::move(head.content_type);
  open.upgrade = std::move(head.upgrade);
  const bool allowed = allow_request(transaction);
  if (allowed) {
    open_.push_back(std::move(open));
  }
  return allowed;
}

bool Http1::on_head(Half<false>& half) {
  const Head& head = half.parser->head;
  if (answered() == nullptr && !open_.empty()) {
    stop("an answer more than there were requests");
    return false;
  }
  Open& open = open_answer();
  const bool informational = head.status / 100 == 1;
  const bool switches =
      head.status == 101 || (open.transaction.method == "CONNECT" && head.status / 100 == 2);
  if (informational && !switches) {
    return true;
  }
  open.transaction.status = head.status;
  open.transaction.response_content_type = head.content_type;
  if (!allow_response(open.transaction)) {
    return false;
  }
  if (switches) {
    // Behind another upgrade than this one requests could hide from the rules.
    std::string upgrade = head.upgrade;
    std::transform(upgrade.begin(), upgrade.end(), upgrade.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (judge_ != nullptr && upgrade != "websocket") {
      stop("the connection leaves HTTP for " + (upgrade.empty() ? "a tunnel" : upgrade));
    } else {
      begin_tunnel();
    }
  }
  return true;
}

void Http1::on_done(Half<true>&) {
  open_.back().request_done = true;
  tell_finished();
}

void Http1::on_done(Half<false>& half) {
  if (half.parser->head.status / 100 == 1 && half.parser->head.status != 101) {
    return;  // the final response follows
  }
  open_answer().response_done = true;
  tell_finished();
}

// REQUIRES: the request's head was seen, so it is the newest.
void Http1::count(Half<true>&, uint64_t bytes) { open_.back().transaction.bytes_sent += bytes; }

void Http1::count(Half<false>&, uint64_t bytes) {
  open_answer().transaction.bytes_received += bytes;
}

Http1::Open* Http1::answered() {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [](const Open& open) { return !open.response_done; });
  return found == open_.end() ? nullptr : &*found;
}

Http1::Open& Http1::open_answer() {
  if (Open* open = answered()) {
    return *open;
  }
  // A server that gave up waiting (408) answers without having been asked.
  Open open;
  open.transaction.number = ++transactions_;
  open.transaction.protocol = "HTTP/1.1";
  open.request_done = true;
  open_.push_back(std::move(open));
  return open_.back();
}

void Http1::tell_finished() {
  while (!open_.empty() && open_.front().request_done && open_.front().response_done) {
    open_.front().transaction.complete = true;
    sink_.on_transaction(open_.front().transaction);
    open_.pop_front();
  }
}

// A denied request is not in open_: a page fits where no earlier answer is owed. A denied response
// was the first that is owed, and nothing of it has passed.
std::string Http1::refusal() const {
  if (!open_.empty() && !blocked().status.has_value()) {
    return "";
  }
  const std::string page = blocked().method == "HEAD" ? "" : refusal_page();
  return "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: "
         "no-store\r\nConnection: close\r\nContent-Length: " +
         std::to_string(page.size()) + "\r\n\r\n" + page;
}

void Http1::end(Side from) {
  if (from != Side::kServer || standing() != Standing::kFollowing || !responses_->head_seen) {
    return;
  }
  // A body that ends with the connection (RFC 9112 section 6.3).
  error_code error;
  responses_->parser->put_eof(error);
  if (!error && responses_->parser->is_done()) {
    on_done(*responses_);
    responses_->next();
  }
}

void Http1::finish() {
  for (const Open& open : std::exchange(open_, {})) {
    sink_.on_transaction(open.transaction);
  }
}

}  // namespace vitrine::inspect
