#include "host/trust/offline_check.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace vitrine::trust {
namespace {

constexpr size_t kMaxListBytes = 64U << 20;

Status unusable(const std::string& what, const Status& status) {
  return {status.code(), what + ": " + status.message()};
}

std::shared_ptr<X509_CRL> own(X509_CRL* list) { return {list, X509_CRL_free}; }

// The anchors of the appliance, and of the files.
Result<Anchors> gather_anchors(const OfflineCheck& check) {
  const Result<std::unique_ptr<TrustStore>> store =
      TrustStore::open({check.state_dir, check.system_bundle});
  if (!store) {
    return store.status();
  }
  Anchors anchors = *(*store)->snapshot();
  for (const std::vector<uint8_t>& file : check.roots) {
    Result<std::vector<UniqueX509>> roots = parse_certificates(file);
    if (!roots) {
      return unusable("roots", roots.status());
    }
    for (UniqueX509& root : *roots) {
      anchors.index.add(read_facts(share(std::move(root))), AnchorOrigin::kFile);
    }
  }
  return anchors;
}

Status append(std::vector<UniqueX509>& certificates, const UniqueX509Stack& into) {
  for (UniqueX509& certificate : certificates) {
    if (sk_X509_push(into.get(), certificate.get()) == 0) {
      return {Code::kExhausted, "out of memory"};
    }
    static_cast<void>(certificate.release());
  }
  return Status::ok();
}

// What the server sent beside its own certificate, and the files of intermediates. The limits are
// for what a server sends; the operator's own files may be larger.
Status gather_pool(const OfflineCheck& check, std::vector<UniqueX509>& sent,
                   const UniqueX509Stack& pool, VerifyLimits& limits) {
  if (Status status = append(sent, pool); !status) {
    return status;
  }
  for (const std::vector<uint8_t>& file : check.intermediates) {
    Result<std::vector<UniqueX509>> more = parse_certificates(file);
    if (!more) {
      return unusable("intermediates", more.status());
    }
    limits.max_certificates += more->size();
    limits.max_chain_bytes += file.size();
    if (Status status = append(*more, pool); !status) {
      return status;
    }
  }
  return Status::ok();
}

Status gather_lists(const OfflineCheck& check, std::vector<std::shared_ptr<X509_CRL>>& into) {
  for (const std::vector<uint8_t>& file : check.lists) {
    const Result<std::vector<std::shared_ptr<X509_CRL>>> lists = parse_revocation_lists(file);
    if (!lists) {
      return unusable("revocation list", lists.status());
    }
    into.insert(into.end(), lists->begin(), lists->end());
  }
  return Status::ok();
}

// Two digits at `at` within [low, high]; -1 otherwise.
int two_digits(std::string_view text, size_t at, int low, int high) {
  int value = -1;
  if (at + 2 <= text.size()) {
    const auto [end, error] = std::from_chars(&text[at], &text[at] + 2, value);
    if (error != std::errc() || end != &text[at] + 2) {
      return -1;
    }
  }
  return value >= low && value <= high ? value : -1;
}

// "Z", "+02:00" or nothing, as seconds east.
std::optional<time_t> zone_offset(std::string_view zone) {
  if (zone.empty() || zone == "Z" || zone == "z") {
    return 0;
  }
  const int hours = two_digits(zone, 1, 0, 23);
  const int minutes = two_digits(zone, 4, 0, 59);
  if (zone.size() != 6 || zone[3] != ':' || hours < 0 || minutes < 0 ||
      (zone[0] != '+' && zone[0] != '-')) {
    return std::nullopt;
  }
  return (zone[0] == '-' ? -1 : 1) * time_t{hours * 3600 + minutes * 60};
}

}  // namespace

Result<std::vector<std::shared_ptr<X509_CRL>>> parse_revocation_lists(Bytes bytes) {
  std::vector<std::shared_ptr<X509_CRL>> lists;
  if (bytes.empty() || bytes.size() > kMaxListBytes) {
    return Status(Code::kInvalidArgument, "a revocation list has 1 octet to 64 MiB");
  }
  if (as_text(bytes).find("-----BEGIN ") == std::string_view::npos) {
    const unsigned char* at = bytes.data();
    X509_CRL* const list = d2i_X509_CRL(nullptr, &at, static_cast<long>(bytes.size()));
    ERR_clear_error();
    if (list == nullptr) {
      return Status(Code::kMalformed, "neither PEM nor a DER revocation list");
    }
    lists.push_back(own(list));
    if (at != bytes.data() + bytes.size()) {
      return Status(Code::kMalformed, "octets after a DER revocation list");
    }
    return lists;
  }
  const UniqueBio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  while (X509_CRL* const list = PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)) {
    lists.push_back(own(list));
  }
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_REASON(error) != PEM_R_NO_START_LINE || lists.empty()) {
    return Status(Code::kMalformed, "PEM without a revocation list, or with a broken one");
  }
  return lists;
}

Result<OfflineVerdict> check_offline(const OfflineCheck& check) {
  Result<std::vector<UniqueX509>> chain = parse_certificates(check.chain);
  if (!chain) {
    return unusable("chain", chain.status());
  }
  const Result<Anchors> anchors = gather_anchors(check);
  if (!anchors) {
    return anchors.status();
  }
  const UniqueX509 leaf = std::move(chain->front());
  chain->erase(chain->begin());
  VerifyRequest request;
  request.limits = check.limits;
  const UniqueX509Stack pool(sk_X509_new_null());
  if (Status status = gather_pool(check, *chain, pool, request.limits); !status) {
    return status;
  }
  RevocationSettings revocation;
  revocation.required = check.lists_required;
  if (Status status = gather_lists(check, revocation.lists); !status) {
    return status;
  }
  request.leaf = leaf.get();
  request.untrusted = pool.get();
  request.name = check.name ? &*check.name : nullptr;
  request.now = check.now;
  request.profile = check.profile;
  request.server_purpose = check.server_purpose;
  request.policy = &check.policy;
  request.revocation = &revocation;
  OfflineVerdict result;
  result.verdict = verify(*anchors, request, &result.report);
  return result;
}

std::optional<time_t> parse_check_time(std::string_view text) {
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    time_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(seconds)
                                                                    : std::nullopt;
  }
  const int century = two_digits(text, 0, 0, 99);
  const int year = two_digits(text, 2, 0, 99);
  const int month = two_digits(text, 5, 1, 12);
  const int day = two_digits(text, 8, 1, 31);
  if (century < 0 || year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  tm parts{};
  parts.tm_year = century * 100 + year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  std::string_view zone;
  if (text.size() > 10) {
    parts.tm_hour = two_digits(text, 11, 0, 23);
    parts.tm_min = two_digits(text, 14, 0, 59);
    parts.tm_sec = two_digits(text, 17, 0, 60);
    if (parts.tm_hour < 0 || parts.tm_min < 0 || parts.tm_sec < 0 || text[13] != ':' ||
        text[16] != ':' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) {
      return std::nullopt;
    }
    zone = text.substr(19);
    if (zone.starts_with('.')) {
      zone.remove_prefix(std::min(zone.find_first_not_of("0123456789", 1), zone.size()));
    }
  }
  const std::optional<time_t> east = zone_offset(zone);
  const time_t seconds = timegm(&parts);
  if (!east || parts.tm_mday != day) {  // timegm moves the 31st of April to May
    return std::nullopt;
  }
  return seconds - *east;
}

}  // namespace vitrine::trust
