#include "host/signer/signer_client.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <unordered_map>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace vitrine::signer {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

Result<UniqueX509> certificate_from(const Reply& reply) {
  if (const auto* status = std::get_if<Status>(&reply)) {
    return *status;
  }
  const std::vector<uint8_t>& der = std::get<CertificateReply>(reply).der;
  const unsigned char* at = der.data();
  UniqueX509 certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate == nullptr || at != der.data() + der.size()) {
    static_cast<void>(openssl_error_string());
    return Status(Code::kMalformed, "the signer's certificate does not parse");
  }
  return certificate;
}

Status lost() { return {Code::kUnavailable, "the signer is not running"}; }

}  // namespace

class SignerClient::Impl : public std::enable_shared_from_this<SignerClient::Impl> {
 public:
  Impl(asio::any_io_executor executor, std::chrono::milliseconds timeout)
      : executor_(std::move(executor)),
        timeout_(timeout),
        socket_(executor_),
        timer_(executor_),
        buffer_(kMaxMessage + 1) {}

  void attach(UniqueFd socket, std::function<void()> on_lost) {
    detach(lost());
    const int flags = ::fcntl(socket.get(), F_GETFL);
    ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK);
    boost::system::error_code error;
    socket_.assign(socket.get(), error);
    if (error) {
      asio::post(executor_, std::move(on_lost));
      return;
    }
    static_cast<void>(socket.release());
    on_lost_ = std::move(on_lost);
    wait_readable();
  }

  // Fails everything under way with `why`; does not call on_lost.
  void detach(const Status& why) {
    ++generation_;
    boost::system::error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    on_lost_ = nullptr;
    to_send_.clear();
    order_.clear();
    writing_ = false;
    for (auto& [id, handler] : std::exchange(pending_, {})) {
      asio::post(executor_, [handler = std::move(handler), why] { handler(why); });
    }
  }

  bool attached() const { return socket_.is_open(); }

  void ask(const Request& request, Handler handler) {
    if (!attached()) {
      return refuse(std::move(handler), lost());
    }
    if (pending_.size() >= kMaxPending) {
      return refuse(std::move(handler), {Code::kExhausted, "too many signatures under way"});
    }
    uint32_t id = ++last_id_;
    while (pending_.contains(id)) {
      id = ++last_id_;
    }
    std::vector<uint8_t> packet = encode(id, request);
    if (packet.size() > kMaxMessage) {
      return refuse(std::move(handler), {Code::kInvalidArgument, "request too large"});
    }
    pending_.emplace(id, std::move(handler));
    order_.emplace_back(SteadyClock::now() + timeout_, id);
    if (order_.size() == 1) {
      wait_deadline();
    }
    to_send_.push_back(std::move(packet));
    if (!writing_) {
      flush();
    }
  }

 private:
  void refuse(Handler handler, Status why) {
    asio::post(executor_, [handler = std::move(handler), why = std::move(why)] { handler(why); });
  }

  void fail(const Status& why) {
    std::function<void()> on_lost = std::move(on_lost_);
    detach(why);
    if (on_lost) {
      asio::post(executor_, std::move(on_lost));
    }
  }

  template <typename Next>
  auto guarded(Next next) {
    return [self = shared_from_this(), generation = generation_,
            next](const boost::system::error_code& error) {
      if (!error && generation == self->generation_) {
        ((*self).*next)();
      }
    };
  }

  void wait_readable() {
    socket_.async_wait(asio::posix::stream_descriptor::wait_read, guarded(&Impl::receive));
  }

  void receive() {
    const uint64_t generation = generation_;
    while (generation == generation_ && attached()) {  // handlers may detach or attach
      const ssize_t n = ::recv(socket_.native_handle(), buffer_.data(), buffer_.size(), 0);
      if (n < 0 && errno == EINTR) {
        continue;
      }
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return wait_readable();
      }
      if (n <= 0) {
        return fail(lost());
      }
      if (!deliver({buffer_.data(), static_cast<size_t>(n)})) {
        return fail({Code::kUnavailable, "the signer's answer makes no sense"});
      }
    }
  }

  bool deliver(Bytes packet) {
    const Result<Numbered<Reply>> reply = decode_reply(packet);
    if (!reply) {
      return false;
    }
    const auto found = pending_.find(reply->id);
    if (found == pending_.end()) {
      return false;
    }
    Handler handler = std::move(found->second);
    pending_.erase(found);
    while (!order_.empty() && !pending_.contains(order_.front().second)) {
      order_.pop_front();
    }
    handler(certificate_from(reply->body));
    return true;
  }

  void flush() {
    writing_ = false;
    while (attached() && !to_send_.empty()) {
      const std::vector<uint8_t>& packet = to_send_.front();
      const ssize_t n = ::send(socket_.native_handle(), packet.data(), packet.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) {
        continue;
      }
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        writing_ = true;
        socket_.async_wait(asio::posix::stream_descriptor::wait_write, guarded(&Impl::flush));
        return;
      }
      if (n < 0) {
        return fail(lost());
      }
      to_send_.pop_front();
    }
  }

  // One timer for all: requests run out in the order in which they came.
  void wait_deadline() {
    timer_.expires_at(order_.front().first);
    timer_.async_wait(guarded(&Impl::check_deadline));
  }

  void check_deadline() {
    while (!order_.empty() && !pending_.contains(order_.front().second)) {
      order_.pop_front();
    }
    if (order_.empty()) {
      return;
    }
    if (SteadyClock::now() < order_.front().first) {
      return wait_deadline();
    }
    fail({Code::kTimeout, "the signer does not answer"});
  }

  const asio::any_io_executor executor_;
  const std::chrono::milliseconds timeout_;
  asio::posix::stream_descriptor socket_;
  asio::steady_timer timer_;
  std::vector<uint8_t> buffer_;
  std::function<void()> on_lost_;
  std::unordered_map<uint32_t, Handler> pending_;
  std::deque<std::pair<SteadyClock::time_point, uint32_t>> order_;  // by deadline
  std::deque<std::vector<uint8_t>> to_send_;                        // at most kMaxPending
  bool writing_ = false;
  uint32_t last_id_ = 0;
  uint64_t generation_ = 0;  // a handler of an earlier socket must not act on this one
};

SignerClient::SignerClient(asio::any_io_executor executor, std::chrono::milliseconds timeout)
    : impl_(std::make_shared<Impl>(std::move(executor), timeout)) {}
SignerClient::~SignerClient() { detach(); }

void SignerClient::attach(UniqueFd socket, std::function<void()> on_lost) {
  impl_->attach(std::move(socket), std::move(on_lost));
}
void SignerClient::detach() { impl_->detach(lost()); }
bool SignerClient::attached() const { return impl_->attached(); }

void SignerClient::sign(SignRequest request, Handler handler) {
  impl_->ask(std::move(request), std::move(handler));
}
void SignerClient::info(Handler handler) { impl_->ask(InfoRequest{}, std::move(handler)); }

Result<UniqueX509> call_blocking(int socket, const Request& request,
                                 std::chrono::milliseconds timeout) {
  const std::vector<uint8_t> packet = encode(1, request);
  if (::send(socket, packet.data(), packet.size(), MSG_NOSIGNAL) < 0) {
    return Status::from_errno("cannot ask the signer", errno);
  }
  const auto deadline = SteadyClock::now() + timeout;
  pollfd ready{socket, POLLIN, 0};
  int count = 0;
  do {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    count = ::poll(&ready, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
  } while (count < 0 && errno == EINTR);
  if (count <= 0) {
    return Status(Code::kTimeout, "the signer does not answer");
  }
  std::vector<uint8_t> buffer(kMaxMessage + 1);
  const ssize_t n = ::recv(socket, buffer.data(), buffer.size(), 0);
  if (n <= 0) {
    return lost();
  }
  const Result<Numbered<Reply>> reply = decode_reply({buffer.data(), static_cast<size_t>(n)});
  if (!reply) {
    return reply.status();
  }
  return certificate_from(reply->body);
}

}  // namespace vitrine::signer
