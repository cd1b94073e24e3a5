#include "host/config/certificates.h"

#include <memory>
#include <vector>

#include <fmt/format.h>

#include "host/trust/trust_files.h"

namespace vitrine::config {
namespace {

Result<trust::Import> describe(UniqueX509 certificate) {
  return trust::describe_import(std::shared_ptr<X509>(certificate.release(), X509_free), {});
}

// Trusts those of `wanted` that `held` has not; what was added goes to `added`.
Status add(trust::TrustStore& store, const Certificates& held, const Certificates& wanted,
           Certificates& added) {
  for (const auto& [id, pem] : wanted) {
    if (held.contains(id)) {
      continue;
    }
    trust::ImportOptions options;
    options.transient = true;
    const auto imported = store.import(as_bytes(pem), options);
    if (imported) {
      added.emplace(id, pem);
    } else if (imported.status().code() != Code::kAlreadyExists) {
      return imported.status();
    }
  }
  return Status::ok();
}

// Whether the store has it in memory only, as it has ours.
bool is_transient(const std::vector<trust::ImportedCertificate>& rows, const std::string& id) {
  for (const trust::ImportedCertificate& row : rows) {
    if (row.id == id) {
      return row.path.empty();
    }
  }
  return false;
}

Status remove(trust::TrustStore& store, const Certificates& gone, const Certificates& kept) {
  const auto rows = store.list();
  for (const auto& [id, pem] : gone) {
    if (kept.contains(id) || !is_transient(rows, id)) {
      continue;
    }
    if (Status removed = store.remove(id); !removed) {
      return removed;
    }
  }
  return Status::ok();
}

}  // namespace

Result<Certificates> read_certificates(Bytes bytes) {
  auto parsed = trust::parse_certificates(bytes);
  if (!parsed) {
    return parsed.status();
  }
  Certificates out;
  for (UniqueX509& certificate : *parsed) {
    auto pem = trust::to_pem(certificate.get());
    if (!pem) {
      return pem.status();
    }
    const auto import = describe(std::move(certificate));
    if (!import) {
      return import.status();
    }
    out.emplace(import->row.id, std::move(pem).value());
  }
  return out;
}

Result<trust::ImportedCertificate> describe_certificate(const std::string& id,
                                                        const std::string& pem) {
  auto parsed = trust::parse_certificates(as_bytes(pem));
  if (!parsed) {
    return parsed.status();
  }
  if (parsed->size() != 1) {
    return Status(Code::kMalformed, fmt::format("certificate {}: one is expected", id));
  }
  auto import = describe(std::move(parsed->front()));
  if (!import) {
    return import.status();
  }
  if (import->row.id != id) {
    return Status(Code::kMalformed, fmt::format("certificate {}: it is {}", id, import->row.id));
  }
  return std::move(import->row);
}

Status replace_trusted(trust::TrustStore& store, const Certificates& before,
                       const Certificates& after) {
  Certificates added;
  Status done = add(store, before, after, added);
  if (done) {
    done = remove(store, before, after);
  }
  if (!done) {  // as it was: what went comes back, what came goes
    Certificates unused;
    (void)remove(store, added, before);
    (void)add(store, {}, before, unused);
  }
  return done;
}

}  // namespace vitrine::config
