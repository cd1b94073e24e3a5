#include "host/signer/leaf_forge.h"

#include <algorithm>
#include <list>
#include <map>
#include <tuple>
#include <utility>

#include "host/signer/leaf_keys.h"
#include "host/trust/certificate.h"

namespace vitrine::signer {
namespace {

constexpr size_t kMaxWaiting = 8192;  // handlers in all

// Digest of the server's certificate, added name or "", key type, untrusted.
using LeafId = std::tuple<trust::Digest, std::string, KeyType, bool>;

using LeafResult = Result<std::shared_ptr<const ForgedLeaf>>;

// The client trusts `ca`: hand out nothing that it did not sign.
Status check_signed(X509* leaf, X509* ca) {
  if (X509_check_issued(ca, leaf) != X509_V_OK || X509_verify(leaf, X509_get0_pubkey(ca)) != 1) {
    static_cast<void>(openssl_error_string());
    return {Code::kInternal,
            "the signer's leaf is not under the appliance's CA; restart vitrined if the CA was "
            "replaced"};
  }
  return Status::ok();
}

// No client trusts this one, whatever the signer did: not the CA's name, not its signature.
Status check_not_signed(X509* leaf, X509* ca) {
  const bool by_the_ca =
      X509_NAME_cmp(X509_get_issuer_name(leaf), X509_get_subject_name(ca)) == 0 ||
      X509_verify(leaf, X509_get0_pubkey(ca)) == 1;
  static_cast<void>(openssl_error_string());
  return by_the_ca ? Status(Code::kInternal, "the signer vouched for an untrusted server")
                   : Status::ok();
}

// A root is left out of what is sent: the client has it, or does not trust it.
Result<UniqueX509Stack> issuers_to_send(X509* ca) {
  UniqueX509Stack issuers(sk_X509_new_null());
  if (issuers == nullptr) {
    return openssl_status("cannot make the chain");
  }
  if (X509_check_issued(ca, ca) != X509_V_OK) {
    if (sk_X509_push(issuers.get(), ca) == 0) {
      return openssl_status("cannot make the chain");
    }
    X509_up_ref(ca);
  }
  return issuers;
}

}  // namespace

class LeafForge::Impl : public std::enable_shared_from_this<LeafForge::Impl> {
 public:
  Impl(SignerClient& client, const Clock& clock, UniqueX509 ca, LeafKeys keys, ForgeLimits limits)
      : client_(client),
        clock_(clock),
        ca_(std::move(ca)),
        keys_(std::move(keys)),
        limits_(limits) {}

  void forge(const ForgeRequest& request, Handler handler) {
    const time_t now = clock_.wall_ms() / 1000;
    const bool added =
        !request.untrusted && leaf_needs_name(request.server_certificate, request.name);
    const LeafId key{trust::digest_of(request.server_certificate),
                     added ? request.name.to_string() : std::string(), request.key_type,
                     request.untrusted};
    if (std::shared_ptr<const ForgedLeaf> leaf = find(key, now)) {
      ++counters_.cache_hits;
      return handler(std::move(leaf));
    }
    if (waiting_ >= kMaxWaiting) {
      ++counters_.failed;
      return handler(Status(Code::kExhausted, "too many leaves under way"));
    }
    std::vector<Handler>& handlers = under_way_[key];
    handlers.push_back(std::move(handler));
    ++waiting_;
    if (handlers.size() > 1) {
      ++counters_.joined;
      return;
    }
    start(key, request, now);
  }

  ForgeCounters counters() const { return counters_; }
  size_t cached() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<LeafId, std::shared_ptr<const ForgedLeaf>>>;

  std::shared_ptr<const ForgedLeaf> find(const LeafId& key, time_t now) {
    const auto found = index_.find(key);
    if (found == index_.end()) {
      return nullptr;
    }
    if (now >= found->second->second->good_until) {
      entries_.erase(found->second);
      index_.erase(found);
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }

  void insert(const LeafId& key, const std::shared_ptr<const ForgedLeaf>& leaf) {
    if (limits_.cache_capacity == 0 || index_.contains(key)) {
      return;
    }
    if (entries_.size() >= limits_.cache_capacity) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, leaf);
    index_.emplace(key, entries_.begin());
  }

  void start(const LeafId& key, const ForgeRequest& request, time_t now) {
    const Result<LeafKey> pair = keys_.current(request.key_type, now);
    if (!pair) {
      return finish(key, pair.status());
    }
    Result<SignRequest> leaf =
        request.untrusted
            ? untrusted_request(request.server_certificate, now, limits_)
            : leaf_request(request.server_certificate, request.name, ca_.get(), now, limits_);
    if (!leaf) {
      return finish(key, leaf.status());
    }
    leaf->public_key = pair->public_key;
    // Until its fault, or lack of one, is another.
    int64_t good_until = pair->made_at + 2 * limits_.key_lifetime_s;
    for (const int64_t turn : {leaf->not_before, leaf->not_after}) {
      good_until = turn > now ? std::min(good_until, turn) : good_until;
    }
    client_.sign(std::move(leaf).value(), [weak = weak_from_this(), key, pair = *pair,
                                           good_until](Result<UniqueX509> made) {
      if (const std::shared_ptr<Impl> self = weak.lock()) {
        self->finish(key, made ? self->serve(std::move(made).value(), pair, key, good_until)
                               : LeafResult(made.status()));
      }
    });
  }

  LeafResult serve(UniqueX509 certificate, const LeafKey& pair, const LeafId& id,
                   time_t good_until) {
    const bool untrusted = std::get<bool>(id);
    const Status status = untrusted ? check_not_signed(certificate.get(), ca_.get())
                                    : check_signed(certificate.get(), ca_.get());
    if (!status) {
      return status;
    }
    Result<UniqueX509Stack> issuers =
        untrusted ? UniqueX509Stack(nullptr) : issuers_to_send(ca_.get());
    if (!issuers) {
      return issuers.status();
    }
    auto served = tls::ServedLeaf::create(std::move(certificate), up_ref(pair.key.get()),
                                          std::move(issuers).value());
    if (!served) {
      return served.status();
    }
    return std::make_shared<const ForgedLeaf>(ForgedLeaf{
        std::move(served).value(), std::get<KeyType>(id), static_cast<time_t>(good_until)});
  }

  void finish(const LeafId& key, LeafResult result) {
    if (result) {
      ++counters_.signed_leaves;
      insert(key, *result);
    } else {
      ++counters_.failed;
    }
    const auto found = under_way_.find(key);
    const std::vector<Handler> handlers = std::move(found->second);
    under_way_.erase(found);
    waiting_ -= handlers.size();
    for (const Handler& handler : handlers) {
      handler(result);
    }
  }

  SignerClient& client_;
  const Clock& clock_;
  const UniqueX509 ca_;
  LeafKeys keys_;
  const ForgeLimits limits_;
  Entries entries_;  // most recently used first
  std::map<LeafId, Entries::iterator> index_;
  std::map<LeafId, std::vector<Handler>> under_way_;
  size_t waiting_ = 0;
  ForgeCounters counters_;
};

Result<std::unique_ptr<LeafForge>> LeafForge::create(SignerClient& client, const Clock& clock,
                                                     UniqueX509 ca, ForgeLimits limits) {
  if (ca == nullptr) {
    return Status(Code::kInvalidArgument, "no CA certificate");
  }
  Result<LeafKeys> keys = LeafKeys::create(clock.wall_ms() / 1000, limits.key_lifetime_s);
  if (!keys) {
    return keys.status();
  }
  return std::unique_ptr<LeafForge>(new LeafForge(
      std::make_shared<Impl>(client, clock, std::move(ca), std::move(keys).value(), limits)));
}

LeafForge::LeafForge(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
LeafForge::~LeafForge() = default;

void LeafForge::forge(const ForgeRequest& request, Handler handler) {
  impl_->forge(request, std::move(handler));
}
ForgeCounters LeafForge::counters() const { return impl_->counters(); }
size_t LeafForge::cached() const { return impl_->cached(); }

}  // namespace vitrine::signer
