#include "host/daemon/configuring.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "host/config/policy_file.h"
#include "policy/lang/decrypt_all.h"

namespace vitrine::daemon {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr const char* kSelf = "vitrined";

Result<config::PolicyFile> first_policy(const Options& options) {
  if (!options.policy_file.empty()) {
    return config::read_policy_file(options.policy_file);
  }
  return config::PolicyFile{policy::decrypt_all_policy(options.bypassed, options.block_quic), {}};
}

}  // namespace

Status Configuring::start() {
  auto opened = config::Manager::open(options_.state_dir + "/config.db", clock_, &hub_);
  if (!opened) {
    return opened.status();
  }
  manager_ = std::move(opened).value();
  auto first = first_policy(options_);
  if (!first) {
    return first.status();
  }
  const config::Configuration initial{std::move(first->text), std::move(first->files), {}};
  if (Status started =
          manager_->start(initial, [this](const auto& next) { return installer_.apply(next); });
      !started) {
    return started;
  }
  if (!options_.policy_file.empty()) {
    return follow_file();
  }
  if (options_.has_first_policy() && manager_->active()->configuration.policy != initial.policy) {
    spdlog::warn(
        "--bypass and --block-quic made the first configuration; version {} is in force now, and "
        "`vitrine rule add` and `vitrine commit` change it",
        manager_->active()->version);
  }
  return Status::ok();
}

// What is in force already is no change, and a commit that waits for confirmation goes first.
Status Configuring::follow_file() {
  auto read = config::read_policy_file(options_.policy_file);
  if (!read) {
    return read.status();
  }
  const auto version = manager_->replace_policy(std::move(read->text), std::move(read->files),
                                                {kSelf, options_.policy_file});
  if (!version && version.status().code() == Code::kAlreadyExists) {
    spdlog::info("{}: {}", options_.policy_file, version.status().message());
    return Status::ok();
  }
  return version ? Status::ok()
                 : Status(version.status().code(),
                          options_.policy_file + ": " + version.status().message());
}

void Configuring::reload() {
  if (options_.policy_file.empty()) {
    return;
  }
  boost::asio::post(api_io_, [this] {
    if (const Status taken = follow_file(); !taken) {
      spdlog::error("policy not taken: {}", taken.message());
    }
  });
}

void Configuring::watch() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      manager_->tick();
      watch();
    }
  });
}

}  // namespace vitrine::daemon
