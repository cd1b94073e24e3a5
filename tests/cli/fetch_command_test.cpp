// `vitrine cert fetch` from servers of the test's own, on the loopback.
#include <csignal>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "host/base/unique_fd.h"
#include "host/cli/app.h"
#include "host/cli/chain_fetch.h"
#include "host/trust/certificate.h"
#include "tests/trust/test_pki.h"

namespace vitrine::cli {
namespace {

using test::CertBuilder;
using test::TestCert;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

// Listens on a port of 127.0.0.1, takes one connection and does `what` to it.
class OneServer {
 public:
  explicit OneServer(std::function<void(int)> what)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), any, size), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    EXPECT_EQ(::getsockname(listener_.get(), any, &size), 0);
    target_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::jthread([fd = listener_.get(), what = std::move(what)] {
      const UniqueFd end(::accept(fd, nullptr, nullptr));
      what(end.get());
    });
  }
  ~OneServer() { ::shutdown(listener_.get(), SHUT_RDWR); }
  const std::string& target() const { return target_; }

 private:
  UniqueFd listener_;
  std::string target_;
  std::jthread thread_;
};

class FetchCommandTest : public ::testing::Test {
 protected:
  FetchCommandTest() { std::signal(SIGPIPE, SIG_IGN); }  // the servers' own

  // The server's certificate and its issuer, sent by OpenSSL.
  std::function<void(int)> tls() {
    return [this](int fd) {
      const UniqueSslCtx context(SSL_CTX_new(TLS_server_method()));
      SSL_CTX_set_security_level(context.get(), 0);
      SSL_CTX_use_certificate(context.get(), leaf_.certificate.get());
      SSL_CTX_use_PrivateKey(context.get(), leaf_.key.get());
      SSL_CTX_add1_chain_cert(context.get(), middle_.certificate.get());
      const UniqueSsl ssl(SSL_new(context.get()));
      SSL_set_fd(ssl.get(), fd);
      SSL_accept(ssl.get());
      if (const char* asked = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name)) {
        asked_ = asked;
      }
    };
  }
  int fetch(const Words& more) {
    Words words = {"cert", "fetch"};
    words.insert(words.end(), more.begin(), more.end());
    out_.str("");
    err_.str("");
    Environment environment{.out = out_, .err = err_};
    environment.default_socket = folder_.path() + "/no.sock";
    return run(words, environment);
  }

  TestCert root_ = CertBuilder("/CN=root").ca().self_signed();
  TestCert middle_ = CertBuilder("/CN=middle").ca().signed_by(root_);
  // What no check would pass.
  TestCert leaf_ = CertBuilder("/unstructuredName=ciscoasa")
                       .validity(0, 1000)
                       .key(test::make_rsa_key(1024))
                       .signed_by(middle_);
  test::TempDir folder_;
  std::string asked_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(FetchCommandTest, ShowsAndSavesWhatTheServerSends) {
  const std::string file = folder_.path() + "/chain.pem";
  {
    const OneServer server(tls());
    EXPECT_EQ(fetch({server.target(), "--name", "fw.example", "--output", file}), kDone)
        << err_.str();
  }
  EXPECT_EQ(asked_, "fw.example");
  EXPECT_THAT(out_.str(), HasSubstr("/unstructuredName=ciscoasa"));
  EXPECT_THAT(out_.str(), HasSubstr("1970-01-01T00:16:40"));
  EXPECT_THAT(out_.str(), HasSubstr(to_hex(trust::digest_of(leaf_.certificate.get()))));
  EXPECT_THAT(out_.str(), HasSubstr("/CN=middle"));
  EXPECT_THAT(out_.str(), HasSubstr("Not verified"));
  EXPECT_EQ(test::read_text(file), leaf_.pem() + middle_.pem());
}

TEST_F(FetchCommandTest, SavesTheServersOwnAloneAndTellsItAsJson) {
  const std::string file = folder_.path() + "/leaf.pem";
  const OneServer server(tls());
  EXPECT_EQ(fetch({server.target(), "--json", "--leaf", "-o", file}), kDone) << err_.str();
  const auto told = boost::json::parse(out_.str());
  EXPECT_FALSE(told.at("verified").as_bool());
  EXPECT_EQ(told.at("address").as_string(), server.target());
  EXPECT_EQ(told.at("certificates").as_array().size(), 2U);
  EXPECT_EQ(test::read_text(file), leaf_.pem());
}

TEST_F(FetchCommandTest, WhatIsNotReachedOrNoTlsIsOne) {
  std::string gone;
  {
    const OneServer server([](int) {});
    gone = server.target();
    EXPECT_EQ(fetch({gone}), kFailed);
    EXPECT_THAT(err_.str(), HasSubstr(gone));
  }
  EXPECT_EQ(fetch({gone}), kFailed);
  const OneServer talker([](int fd) { ::send(fd, "SSH-2.0-x\r\n", 11, MSG_NOSIGNAL); });
  EXPECT_EQ(fetch({talker.target()}), kFailed);
}

TEST_F(FetchCommandTest, AServerThatStallsCostsTheTimeoutAndNoMore) {
  const OneServer server([](int fd) {
    char byte = 0;
    while (::recv(fd, &byte, 1, 0) > 0) {
    }
  });
  EXPECT_EQ(fetch({server.target(), "--timeout", "1"}), kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("in time"));
}

TEST_F(FetchCommandTest, WrongTargetsAreWrongUsage) {
  for (const char* wrong : {":443", "host:0", "host:70000", "host:https", "[::1", "[::1]x", ""}) {
    EXPECT_EQ(fetch({wrong}), kUsage) << wrong;
  }
  EXPECT_EQ(parse_fetch_target("[2001:db8::1]:8443")->host, "2001:db8::1");
  EXPECT_EQ(parse_fetch_target("2001:db8::1")->port, "443");
  EXPECT_EQ(parse_fetch_target("example.org")->port, "443");
}

}  // namespace
}  // namespace vitrine::cli
