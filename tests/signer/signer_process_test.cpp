// The signer as its own process: what it answers, what it has given up, how it comes back.
#include "host/signer/signer_process.h"

#include <csignal>
#include <filesystem>
#include <optional>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/base/secret.h"
#include "host/signer/ca.h"
#include "tests/trust/test_pki.h"

namespace vitrine::signer {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only
using test::TempDir;

constexpr char kNeedsRoot[] = "run this as root: the signer gives up what only root has";
constexpr auto kLong = 60s;  // a limit against hanging, not a measurement

class SignerProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(secure_memory_init().is_ok());
    ASSERT_TRUE(ca_init(dir_.path()).is_ok());
  }

  void start() {
    Result<SignerProcess> process = SignerProcess::spawn(options_);
    ASSERT_TRUE(process.is_ok()) << process.status().to_string();
    process_ = std::move(process).value();
    Result<SignerProcess::Worker> worker = process_->start_worker();
    ASSERT_TRUE(worker.is_ok()) << worker.status().to_string();
    worker_ = std::move(worker).value();
  }

  SignRequest leaf_for(const std::string& name) const {
    const trust::Validity ca = ca_show(dir_.path())->validity;
    SignRequest request;
    request.not_before = ca.not_before;
    request.not_after = ca.not_before + 2 * test::kDay;
    request.dns = {name};
    const std::shared_ptr<EVP_PKEY> key = test::make_ec_key();
    unsigned char* encoded = nullptr;
    const int size = i2d_PUBKEY(key.get(), &encoded);
    const UniqueOpensslBytes owner(encoded);
    request.public_key.assign(encoded, encoded + size);
    return request;
  }

  // Runs the loop until `done`.
  template <typename Done>
  void run_until(Done done) {
    const auto limit = std::chrono::steady_clock::now() + kLong;
    while (!done() && std::chrono::steady_clock::now() < limit) {
      io_.run_for(10ms);
      io_.restart();
    }
    ASSERT_TRUE(done());
  }

  static std::string status_line(pid_t pid, const std::string& name) {
    std::istringstream lines(test::read_text("/proc/" + std::to_string(pid) + "/status"));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(name + ":")) {
        return line.substr(name.size() + 2);
      }
    }
    return "";
  }

  TempDir dir_;
  SignerOptions options_{VITRINE_SIGNER_PROGRAM, dir_.path()};
  std::optional<SignerProcess> process_;
  SignerProcess::Worker worker_;
  boost::asio::io_context io_;
};

TEST_F(SignerProcessTest, AnswersWithItsCertificateAndSignsUnderIt) {
  start();
  const UniqueFd& socket = worker_.socket;
  const Result<UniqueX509> ca = call_blocking(socket.get(), InfoRequest{}, kLong);
  ASSERT_TRUE(ca.is_ok()) << ca.status().to_string();
  EXPECT_EQ(to_hex(trust::digest_of(ca->get())), ca_show(dir_.path())->fingerprint);
  const Result<UniqueX509> leaf = call_blocking(socket.get(), leaf_for("a.example"), kLong);
  ASSERT_TRUE(leaf.is_ok()) << leaf.status().to_string();
  EXPECT_EQ(X509_verify(leaf->get(), X509_get0_pubkey(ca->get())), 1);
}

TEST_F(SignerProcessTest, SurvivesGarbageAndOversizedPackets) {
  start();
  const UniqueFd& socket = worker_.socket;
  for (const size_t size : {size_t{1}, size_t{11}, size_t{12}, size_t{5000}, kMaxMessage + 1}) {
    const std::vector<uint8_t> garbage(size, 0xa5);
    ASSERT_EQ(::send(socket.get(), garbage.data(), size, 0), static_cast<ssize_t>(size));
    std::vector<uint8_t> reply(4096);
    const ssize_t n = ::recv(socket.get(), reply.data(), reply.size(), 0);
    ASSERT_GT(n, 0);
    const auto decoded = decode_reply(Bytes(reply).first(static_cast<size_t>(n)));
    ASSERT_TRUE(decoded.is_ok());
    EXPECT_EQ(std::get<Status>(decoded->body).code(), Code::kMalformed);
  }
  EXPECT_TRUE(call_blocking(socket.get(), InfoRequest{}, kLong).is_ok());
}

TEST_F(SignerProcessTest, HasGivenUpWhatItDoesNotNeed) {
  start();
  const UniqueFd& socket = worker_.socket;
  ASSERT_TRUE(call_blocking(socket.get(), InfoRequest{}, kLong).is_ok());
  EXPECT_EQ(status_line(worker_.pid, "NoNewPrivs"), "1");
#ifndef VITRINE_SANITIZED
  EXPECT_EQ(status_line(worker_.pid, "Seccomp"), "2");
#endif
  ASSERT_EQ(::geteuid(), 0U) << kNeedsRoot;
  EXPECT_EQ(status_line(worker_.pid, "Uid"), "65534\t65534\t65534\t65534");
  EXPECT_EQ(status_line(worker_.pid, "Gid"), "65534\t65534\t65534\t65534");
  EXPECT_EQ(status_line(worker_.pid, "CapEff"), "0000000000000000");
  EXPECT_EQ(status_line(worker_.pid, "CapPrm"), "0000000000000000");
}

TEST_F(SignerProcessTest, EndsWhenTheDaemonHasGoneAndNotOnItsSignals) {
  start();
  const UniqueFd& socket = worker_.socket;
  ASSERT_TRUE(call_blocking(socket.get(), InfoRequest{}, kLong).is_ok());
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    ASSERT_EQ(::kill(worker_.pid, number), 0);
  }
  EXPECT_TRUE(call_blocking(socket.get(), InfoRequest{}, kLong).is_ok());
  // It closes its end only by ending, which the other end sees.
  ASSERT_EQ(::shutdown(socket.get(), SHUT_WR), 0);
  uint8_t byte = 0;
  EXPECT_EQ(::recv(socket.get(), &byte, 1, 0), 0);
}

TEST_F(SignerProcessTest, MissingCaOrProgramFailsTheStart) {
  const TempDir empty;
  SignerSupervisor no_ca(io_.get_executor(), {VITRINE_SIGNER_PROGRAM, empty.path()});
  EXPECT_FALSE(no_ca.start().is_ok());
  SignerSupervisor no_program(io_.get_executor(), {"/no/such/program", dir_.path()});
  EXPECT_EQ(no_program.start().status().code(), Code::kNotFound);
}

TEST_F(SignerProcessTest, AKilledSignerIsRestartedAndWaitingRequestsFail) {
  SignerSupervisor supervisor(io_.get_executor(), options_);
  ASSERT_TRUE(supervisor.start().is_ok());
  const pid_t first = supervisor.pid();
  ASSERT_EQ(::kill(first, SIGSTOP), 0);  // so that the request cannot be answered
  std::optional<Status> outcome;
  supervisor.client().sign(leaf_for("a.example"),
                           [&](Result<UniqueX509> leaf) { outcome = leaf.status(); });
  ASSERT_EQ(::kill(first, SIGKILL), 0);
  run_until([&] { return outcome.has_value(); });
  EXPECT_EQ(outcome->code(), Code::kUnavailable);
  run_until([&] { return supervisor.restarts() == 1 && supervisor.client().attached(); });
  EXPECT_NE(supervisor.pid(), first);
  std::optional<bool> signed_again;
  supervisor.client().sign(leaf_for("b.example"),
                           [&](Result<UniqueX509> leaf) { signed_again = leaf.is_ok(); });
  run_until([&] { return signed_again.has_value(); });
  EXPECT_TRUE(*signed_again);
}

// A worker killed after the daemon gave up root comes back: the launcher has what the daemon lost.
TEST_F(SignerProcessTest, WorkerIsReplacedAfterTheDaemonGaveUpRoot) {
  ASSERT_EQ(::geteuid(), 0U) << kNeedsRoot;
  SignerSupervisor supervisor(io_.get_executor(), options_);
  ASSERT_TRUE(supervisor.start().is_ok());
  const pid_t first = supervisor.pid();
  ASSERT_EQ(::seteuid(65534), 0);
  EXPECT_FALSE(ca_private_key(ca_directory(dir_.path())).is_ok());
  EXPECT_EQ(::kill(first, SIGKILL), 0);
  std::optional<bool> outcome;
  run_until([&] { return supervisor.restarts() == 1 && supervisor.client().attached(); });
  supervisor.client().info([&](const Result<UniqueX509>& ca) { outcome = ca.is_ok(); });
  run_until([&] { return outcome.has_value(); });
  EXPECT_TRUE(*outcome);
  supervisor.stop();
  ASSERT_EQ(::seteuid(0), 0);
}

TEST_F(SignerProcessTest, LauncherKeepsToTheDirectoryItEntered) {
  start();
  const Result<UniqueX509> before = call_blocking(worker_.socket.get(), InfoRequest{}, kLong);
  ASSERT_TRUE(before.is_ok());
  std::filesystem::rename(dir_.path() + "/ca", dir_.path() + "/moved");
  ASSERT_TRUE(ca_init(dir_.path()).is_ok());
  const Result<SignerProcess::Worker> next = process_->start_worker();
  ASSERT_TRUE(next.is_ok());
  EXPECT_NE(next->pid, worker_.pid);
  const Result<UniqueX509> after = call_blocking(next->socket.get(), InfoRequest{}, kLong);
  ASSERT_TRUE(after.is_ok()) << after.status().to_string();
  EXPECT_EQ(X509_cmp(before->get(), after->get()), 0);
}

TEST_F(SignerProcessTest, StoppedSupervisorLeavesNoProcess) {
  SignerSupervisor supervisor(io_.get_executor(), options_);
  ASSERT_TRUE(supervisor.start().is_ok());
  const pid_t pid = supervisor.pid();
  supervisor.stop();
  EXPECT_EQ(supervisor.pid(), -1);
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_FALSE(supervisor.client().attached());
}

}  // namespace
}  // namespace vitrine::signer
