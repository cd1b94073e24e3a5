#include "host/daemon/install.h"

#include <atomic>
#include <future>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "host/config/certificates.h"

namespace vitrine::daemon {
namespace {

session::PolicyPtr policy_of(const config::ActiveConfiguration& configuration) {
  auto policy = std::make_shared<session::ActivePolicy>();
  policy->version = configuration.version;
  policy->evaluator = configuration.evaluator;
  return policy;
}

}  // namespace

session::PolicyPtr Installer::policy() const { return policy_of(*current_); }

Status Installer::attach(session::Engine& engine) {
  engine_ = &engine;
  return engine.adopt(policy(), session::tell_of_denials(current_->rules));
}

Status Installer::apply(std::shared_ptr<const config::ActiveConfiguration> next) {
  Status done = on_session([this, next] { return put_in_force(*next); });
  if (done) {
    current_ = std::move(next);
  }
  return done;
}

Status Installer::put_in_force(const config::ActiveConfiguration& next) {
  const config::Certificates before =
      current_ == nullptr ? config::Certificates() : current_->configuration.certificates;
  const config::Certificates& after = next.configuration.certificates;
  if (Status trusted = config::replace_trusted(trust_, before, after); !trusted) {
    return trusted;
  }
  const card::RuleGeneration rules = session::tell_of_denials(next.rules);
  Status loaded =
      engine_ == nullptr ? card_.load_rules(rules) : engine_->adopt(policy_of(next), rules);
  if (!loaded) {
    if (const Status undone = config::replace_trusted(trust_, after, before); !undone) {
      spdlog::critical("the trusted certificates of version {} stay: {}", next.version,
                       undone.message());
    }
    return loaded;
  }
  hub_.set_configuration_version(next.version);
  return Status::ok();
}

// Either thread may claim the work: the session's to do it, this one to give it up. So what has
// been reported as not done is never done later.
Status Installer::on_session(std::function<Status()> work) {
  if (engine_ == nullptr) {
    return work();
  }
  struct Order {
    std::atomic<bool> claimed = false;
    std::promise<Status> done;
  };
  const auto order = std::make_shared<Order>();
  auto done = order->done.get_future();
  boost::asio::post(session_io_, [order, work = std::move(work)] {
    if (!order->claimed.exchange(true)) {
      order->done.set_value(work());
    }
  });
  if (done.wait_for(patience_) != std::future_status::ready && !order->claimed.exchange(true)) {
    return {Code::kUnavailable, "vitrined is too busy, or stopping: nothing was changed"};
  }
  return done.get();
}

}  // namespace vitrine::daemon
