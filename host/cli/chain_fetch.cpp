// Stages: (1) resolve, (2) connect to the first address that answers, (3) handshake, (4) take the
// chain.
#include "host/cli/chain_fetch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>

#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include "host/base/unique_fd.h"

namespace vitrine::cli {
namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr long kMaxMessage = 256L << 10;
constexpr int kMaxCertificates = 64;

// A server that goes away while we write must not end the program.
class WithoutSigpipe {
 public:
  WithoutSigpipe() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutSigpipe() { std::signal(SIGPIPE, before_); }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  void (*before_)(int);
};

struct AddressesFree {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, AddressesFree>;

Result<Addresses> resolve(const FetchTarget& target) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
  if (error != 0) {
    return Status(Code::kNotFound, target.host + ": " + ::gai_strerror(error));
  }
  return Addresses(found);
}

std::string text_of(const addrinfo& address) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  ::getnameinfo(address.ai_addr, address.ai_addrlen, host.data(), host.size(), port.data(),
                port.size(), NI_NUMERICHOST | NI_NUMERICSERV);
  const std::string name(host.data());
  return (address.ai_family == AF_INET6 ? "[" + name + "]" : name) + ":" + port.data();
}

// False at the deadline.
bool wait(int fd, short events, Time deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  pollfd one{fd, events, 0};
  int ready = -1;
  do {
    ready = ::poll(&one, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

Result<UniqueFd> connect_to(const addrinfo& address, Time deadline) {
  UniqueFd fd(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) {
    return Status::from_errno("socket", errno);
  }
  if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) {
    return fd;
  }
  if (errno != EINPROGRESS) {
    return Status::from_errno(text_of(address), errno);
  }
  if (!wait(fd.get(), POLLOUT, deadline)) {
    return Status(Code::kTimeout, text_of(address) + " does not answer");
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
    return Status::from_errno(text_of(address), error != 0 ? error : errno);
  }
  return fd;
}

Result<UniqueSsl> handshake(int fd, const std::string& server_name, Time deadline) {
  const UniqueSslCtx context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) {
    return openssl_status("TLS");
  }
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_max_cert_list(context.get(), kMaxMessage);
  SSL_CTX_set_options(context.get(), SSL_OP_LEGACY_SERVER_CONNECT);
  UniqueSsl ssl(SSL_new(context.get()));
  if (ssl == nullptr || SSL_set_min_proto_version(ssl.get(), TLS1_VERSION) != 1 ||
      SSL_set_cipher_list(ssl.get(), "ALL:COMPLEMENTOFALL:@SECLEVEL=0") != 1 ||
      SSL_set_fd(ssl.get(), fd) != 1 ||
      (!server_name.empty() && SSL_set_tlsext_host_name(ssl.get(), server_name.c_str()) != 1)) {
    return openssl_status("TLS");
  }
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl.get());
    // A server that then asks for a certificate of ours has shown its own all the same.
    if (result == 1 || SSL_get0_peer_certificate(ssl.get()) != nullptr) {
      return ssl;
    }
    const int error = SSL_get_error(ssl.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      return ERR_peek_error() != 0 ? openssl_status("handshake")
                                   : Status(Code::kUnavailable, "the server ended the connection");
    }
    if (!wait(fd, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) {
      return Status(Code::kTimeout, "the server did not finish its handshake in time");
    }
  }
}

Result<FetchedChain> chain_of(const SSL* ssl) {
  STACK_OF(X509)* const sent = SSL_get_peer_cert_chain(ssl);
  if (sk_X509_num(sent) <= 0) {
    return Status(Code::kNotFound, "the server sent no certificate");
  }
  if (sk_X509_num(sent) > kMaxCertificates) {
    return Status(Code::kExhausted, "the server sent more than 64 certificates");
  }
  FetchedChain chain;
  chain.version = SSL_get_version(ssl);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    chain.certificates.push_back(up_ref(sk_X509_value(sent, i)));
  }
  return chain;
}

}  // namespace

Result<FetchTarget> parse_fetch_target(const std::string& text) {
  FetchTarget target{text, "443"};
  const size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    const std::string rest = end == std::string::npos ? "?" : text.substr(end + 1);
    target.host = text.substr(1, end == std::string::npos ? end : end - 1);
    if (rest.starts_with(':')) {
      target.port = rest.substr(1);
    } else if (!rest.empty()) {
      target.host.clear();
    }
  } else if (colon != std::string::npos && text.find(':') == colon) {
    target = {text.substr(0, colon), text.substr(colon + 1)};
  }
  const std::string& port = target.port;
  const bool number = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (target.host.empty() || !number || std::stoul(port) == 0 || std::stoul(port) > 65535) {
    return Status(Code::kInvalidArgument,
                  "'" + text + "': say HOST:PORT, e.g. example.org:443 or [2001:db8::1]:443");
  }
  return target;
}

Result<FetchedChain> fetch_chain(const FetchTarget& target, const std::string& server_name,
                                 unsigned timeout_s) {
  const WithoutSigpipe ignored;
  const Time deadline = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_s);
  const Result<Addresses> addresses = resolve(target);
  if (!addresses) {
    return addresses.status();
  }
  Status last(Code::kNotFound, target.host + " has no address");
  for (const addrinfo* one = addresses->get(); one != nullptr; one = one->ai_next) {
    const Result<UniqueFd> fd = connect_to(*one, deadline);
    if (!fd) {
      last = fd.status();
      continue;
    }
    const Result<UniqueSsl> ssl = handshake(fd->get(), server_name, deadline);
    if (!ssl) {
      return Status(ssl.status().code(), text_of(*one) + ": " + ssl.status().message());
    }
    Result<FetchedChain> chain = chain_of(ssl->get());
    if (chain) {
      chain->address = text_of(*one);
    }
    return chain;
  }
  return last;
}

}  // namespace vitrine::cli
