// vitrine-licence: makes signing keys and signs licences. The vendor's tool; an appliance never
// needs it.  Exit codes: 0 done, 1 failed, 2 usage.
#include <cstdio>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <unistd.h>

#include "host/base/bytes.h"
#include "host/base/unique_fd.h"
#include "host/licence/licence.h"

namespace {

using namespace vitrine;

struct Request {
  std::string key;
  std::string public_key;
  std::string holder;
  std::string edition = "evaluation";
  std::vector<std::string> features{std::string(licence::kStrongCryptography)};
  std::string from;
  int days = 90;
  std::string output;
};

using UniqueFile = std::unique_ptr<FILE, decltype([](FILE* file) { std::fclose(file); })>;

// A new file, for this user alone where it is secret.
Result<UniqueFile> make_file(const std::string& path, mode_t mode) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd.valid()) {
    return Status::from_errno("cannot make " + path, errno);
  }
  UniqueFile file(::fdopen(fd.release(), "w"));
  if (!file) {
    return Status::from_errno("cannot make " + path, errno);
  }
  return file;
}

Status make_key(const Request& request) {
  const UniquePkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  auto secret = make_file(request.key, 0600);
  if (!secret) {
    return secret.status();
  }
  auto open = make_file(request.public_key, 0644);
  if (!open) {
    return open.status();
  }
  if (!key ||
      PEM_write_PrivateKey(secret->get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_PUBKEY(open->get(), key.get()) != 1 || std::fflush(secret->get()) != 0 ||
      std::fflush(open->get()) != 0) {
    return openssl_status("cannot make a key");
  }
  return Status::ok();
}

Result<UniquePkey> read_key(const std::string& path) {
  const UniqueFile file(std::fopen(path.c_str(), "re"));
  UniquePkey key(file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key) {
    return openssl_status(path + " is not a private key", Code::kMalformed);
  }
  return key;
}

Status issue(const Request& request) {
  const auto key = read_key(request.key);
  if (!key) {
    return key.status();
  }
  const auto from =
      request.from.empty() ? Result<time_t>(::time(nullptr)) : licence::parse_day(request.from);
  if (!from) {
    return from.status();
  }
  std::array<uint8_t, 8> id{};
  if (RAND_bytes(id.data(), static_cast<int>(id.size())) != 1) {
    return openssl_status("no random bytes");
  }
  const auto text =
      licence::write_licence({to_hex(id), request.holder, request.edition, request.features, *from,
                              *from + (static_cast<time_t>(request.days) - 1) * 86'400},
                             key->get());
  if (!text) {
    return text.status();
  }
  if (request.output.empty()) {
    std::cout << *text;
    return Status::ok();
  }
  std::ofstream file(request.output, std::ios::binary | std::ios::trunc);
  file << *text;
  file.close();
  return file ? Status::ok() : Status(Code::kUnavailable, "cannot write " + request.output);
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  CLI::App app("Makes licence keys and signs licences.", "vitrine-licence");
  app.require_subcommand(1);
  CLI::App* key = app.add_subcommand("key", "Make an Ed25519 signing key");
  key->add_option("private", request.key, "The key's file; keep it secret")->required();
  key->add_option("public", request.public_key, "For VITRINE_LICENCE_KEY of the build")->required();
  CLI::App* sign = app.add_subcommand("issue", "Sign a licence");
  sign->add_option("--key", request.key, "The signing key")->required();
  sign->add_option("--holder", request.holder, "Whose it is")->required();
  sign->add_option("--edition", request.edition, "Kind of licence")
      ->check(CLI::IsMember({"evaluation", "production"}))
      ->capture_default_str();
  sign->add_option("--feature", request.features, "What it allows (repeatable)")
      ->capture_default_str();
  sign->add_option("--from", request.from, "First day, as 2026-11-24; default: today");
  sign->add_option("--days", request.days, "Days")->check(CLI::Range(1, 36'500));
  sign->add_option("-o,--output", request.output, "Default: standard output");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Status done = key->parsed() ? make_key(request) : issue(request);
  if (!done) {
    std::cerr << "vitrine-licence: " << done.message() << "\n";
    return 1;
  }
  return 0;
}
