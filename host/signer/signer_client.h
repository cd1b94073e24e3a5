// The daemon's end of the signer's socket: requests go out, replies come back by number.
//
// Asynchronous on one executor; all members are called on its thread (or strand), and handlers run
// there, never from within the call that started them. At most kMaxPending requests are under way.
// A reply that does not parse, or for nothing asked, breaks the connection: every waiting handler
// gets kUnavailable, and on_lost runs once. The time-out is the client's own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "host/base/openssl.h"
#include "host/base/status.h"
#include "host/base/unique_fd.h"
#include "host/signer/protocol.h"

namespace vitrine::signer {

class SignerClient {
 public:
  using Handler = std::function<void(Result<UniqueX509>)>;
  static constexpr size_t kMaxPending = 1024;

  explicit SignerClient(boost::asio::any_io_executor executor,
                        std::chrono::milliseconds timeout = std::chrono::seconds(5));
  ~SignerClient();
  SignerClient(const SignerClient&) = delete;
  SignerClient& operator=(const SignerClient&) = delete;

  // Takes one end of the pair to a (new) signer process.
  void attach(UniqueFd socket, std::function<void()> on_lost);
  void detach();
  bool attached() const;

  void sign(SignRequest request, Handler handler);
  // The CA certificate.
  void info(Handler handler);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

// One request over a connected socket, waiting for the answer; for start-up and tests.
Result<UniqueX509> call_blocking(int socket, const Request& request,
                                 std::chrono::milliseconds timeout);

}  // namespace vitrine::signer
