// Opening and changing the store.  The files are trust_files.cpp's.
#include "host/trust/trust_store.h"

#include <utility>

#include "host/trust/trust_files.h"

namespace vitrine::trust {
namespace {

constexpr size_t kShortestIdPrefix = 8;

}  // namespace

Result<std::unique_ptr<TrustStore>> TrustStore::open(TrustOptions options) {
  std::unique_ptr<TrustStore> store(new TrustStore(std::move(options)));
  if (Status status = store->load_system(); !status) {
    return status;
  }
  if (Status status = store->reload(); !status) {
    return status;
  }
  return store;
}

Status TrustStore::load_system() {
  if (!options_.system_bundle) {
    return Status::ok();
  }
  Result<std::vector<uint8_t>> bytes = read_certificate_file(*options_.system_bundle);
  if (!bytes) {
    return {bytes.status().code(), "system trust store: " + bytes.status().message() +
                                       "; install ca-certificates or turn the system store off"};
  }
  Result<std::vector<UniqueX509>> certificates = parse_certificates(*bytes);
  if (!certificates) {
    return {certificates.status().code(), "system trust store " + *options_.system_bundle + ": " +
                                              certificates.status().message()};
  }
  system_.reserve(certificates->size());
  for (UniqueX509& certificate : *certificates) {
    system_.push_back(read_facts(share(std::move(certificate))));
  }
  return Status::ok();
}

Status TrustStore::reload() {
  std::lock_guard lock(mutex_);
  Imports imports;
  if (!options_.state_dir.empty()) {
    Result<Imports> found = read_imports(directory());
    if (!found) {
      return found.status();
    }
    imports = std::move(*found);
  }
  for (const auto& [digest, import] : imports_) {
    if (import.row.path.empty()) {
      imports.emplace(digest, import);
    }
  }
  return publish(std::move(imports));
}

// REQUIRES: mutex_ is held.  Either everything changes or nothing does.
Status TrustStore::publish(Imports imports) {
  if (imports.size() > kMaxImported) {
    return {Code::kExhausted,
            "more than " + std::to_string(kMaxImported) + " imported certificates"};
  }
  auto anchors = std::make_shared<Anchors>();
  for (const std::shared_ptr<const Facts>& root : system_) {
    anchors->index.add(root, AnchorOrigin::kSystem);
  }
  for (const auto& [digest, import] : imports) {
    anchors->pins.emplace(digest, Pin{import.certificate, import.row.names});
    if (import.row.anchor) {
      anchors->index.add(read_facts(import.certificate), AnchorOrigin::kImported);
    }
  }
  anchors->epoch = epoch_.load(std::memory_order_relaxed) + 1;
  imports_ = std::move(imports);
  epoch_.store(anchors->epoch, std::memory_order_release);
  anchors_ = std::move(anchors);
  return Status::ok();
}

Result<std::vector<ImportedCertificate>> TrustStore::import(Bytes bytes,
                                                            const ImportOptions& options) {
  Result<std::vector<UniqueX509>> certificates = parse_certificates(bytes);
  if (!certificates) {
    return certificates.status();
  }
  std::lock_guard lock(mutex_);
  Imports after = imports_;
  std::vector<Import> added;
  for (UniqueX509& certificate : *certificates) {
    const Digest digest = digest_of(certificate.get());
    const bool to_disk = !options_.state_dir.empty() && !options.transient;
    const auto there = after.find(digest);
    if (there != after.end() && (!to_disk || !there->second.row.path.empty())) {
      continue;
    }
    Result<Import> import = describe_import(share(std::move(certificate)), options);
    if (!import) {
      return import.status();
    }
    if (to_disk) {
      import->row.path = directory() + "/" + import->row.id + ".pem";
    }
    added.push_back(*import);
    after.insert_or_assign(digest, std::move(*import));
  }
  if (added.empty()) {
    return Status(Code::kAlreadyExists, "already imported");
  }
  if (Status status = store_files(added); !status) {
    return status;
  }
  if (Status status = publish(std::move(after)); !status) {
    remove_files(added);
    return status;
  }
  std::vector<ImportedCertificate> rows;
  rows.reserve(added.size());
  for (Import& import : added) {
    rows.push_back(std::move(import.row));
  }
  return rows;
}

Status TrustStore::store_files(const std::vector<Import>& added) const {
  for (const Import& import : added) {
    if (import.row.path.empty()) {
      continue;
    }
    if (Status status = write_import(directory(), import); !status) {
      remove_files(added);
      return status;
    }
  }
  return Status::ok();
}

void TrustStore::remove_files(const std::vector<Import>& added) const {
  for (const Import& import : added) {
    if (!import.row.path.empty()) {
      // Best effort: what stays is found, and shown, at the next start.
      static_cast<void>(remove_import(directory(), import));
    }
  }
}

Status TrustStore::remove(std::string_view id) {
  if (id.size() < kShortestIdPrefix) {
    return {Code::kInvalidArgument, "give at least eight digits of the certificate's id"};
  }
  std::lock_guard lock(mutex_);
  Imports after = imports_;
  auto found = after.end();
  for (auto it = after.begin(); it != after.end(); ++it) {
    if (it->second.row.id.starts_with(id)) {
      if (found != after.end()) {
        return {Code::kInvalidArgument, "more than one imported certificate begins with that id"};
      }
      found = it;
    }
  }
  if (found == after.end()) {
    return {Code::kNotFound, "no imported certificate has that id; see `vitrine cert list`"};
  }
  const Import import = found->second;
  after.erase(found);
  if (!import.row.path.empty()) {
    if (Status status = remove_import(directory(), import); !status) {
      return status;
    }
  }
  return publish(std::move(after));
}

std::vector<ImportedCertificate> TrustStore::list() const {
  std::lock_guard lock(mutex_);
  std::vector<ImportedCertificate> rows;
  rows.reserve(imports_.size());
  for (const auto& [digest, import] : imports_) {
    rows.push_back(import.row);
  }
  return rows;
}

std::shared_ptr<const Anchors> TrustStore::snapshot() const {
  std::lock_guard lock(mutex_);
  return anchors_;
}

}  // namespace vitrine::trust
