#include "host/cli/fetch_command.h"

#include <fmt/format.h>

#include "host/base/net.h"
#include "host/cli/chain_fetch.h"
#include "host/cli/files.h"
#include "host/events/text.h"
#include "host/events/time_text.h"
#include "host/trust/certificate.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;

std::string time_text(time_t seconds) { return events::format_iso_time(int64_t{seconds} * 1000); }

json::object describe(const X509* certificate) {
  json::object row{{"subject", events::printable(trust::subject_of(certificate))},
                   {"issuer", events::printable(trust::issuer_of(certificate))},
                   {"fingerprint", to_hex(trust::digest_of(certificate))}};
  if (const auto validity = trust::validity_of(certificate)) {
    row["not_before"] = time_text(validity->not_before);
    row["not_after"] = time_text(validity->not_after);
  }
  return row;
}

std::string sheet(const json::object& row, size_t number) {
  std::string text =
      fmt::format("{}\n", number == 0 ? "Server" : fmt::format("Sent with it, {}", number));
  for (const auto& [label, key] :
       {std::pair("Subject", "subject"), std::pair("Issuer", "issuer"),
        std::pair("Valid from", "not_before"), std::pair("Valid until", "not_after"),
        std::pair("SHA-256", "fingerprint")}) {
    if (const json::value* value = row.if_contains(key)) {
      text += fmt::format("  {:<12}{}\n", label, value->as_string().c_str());
    }
  }
  return text;
}

Status save(const FetchRequest& request, const FetchedChain& chain) {
  std::string pem;
  for (const UniqueX509& certificate : chain.certificates) {
    Result<std::string> one = trust::to_pem(certificate.get());
    if (!one) {
      return one.status();
    }
    pem += *one;
    if (request.leaf_only) {
      break;
    }
  }
  return write_file(request.output, pem);
}

int say(const Status& status, int code, Environment& environment) {
  environment.err << "vitrine: " << status.message() << "\n";
  return code;
}

}  // namespace

int cert_fetch(const FetchRequest& request, bool as_json, Environment& environment) {
  const Result<FetchTarget> target = parse_fetch_target(request.target);
  if (!target) {
    return say(target.status(), kUsage, environment);
  }
  const bool is_address = IpAddress::parse(target->host).is_ok();
  const std::string name =
      request.server_name.empty() && !is_address ? target->host : request.server_name;
  const Result<FetchedChain> chain = fetch_chain(*target, name, request.timeout_s);
  if (!chain) {
    return say(chain.status(), kFailed, environment);
  }
  if (!request.output.empty()) {
    if (const Status saved = save(request, *chain); !saved) {
      return say(saved, kFailed, environment);
    }
  }
  json::array rows;
  for (const UniqueX509& certificate : chain->certificates) {
    rows.push_back(describe(certificate.get()));
  }
  if (as_json) {
    environment.out << json::serialize(json::object{{"address", chain->address},
                                                    {"server_name", name},
                                                    {"tls_version", chain->version},
                                                    {"verified", false},
                                                    {"saved", request.output},
                                                    {"certificates", rows}})
                    << "\n";
    return kDone;
  }
  environment.out << fmt::format("{}, {}\n", chain->address, chain->version);
  for (size_t i = 0; i < rows.size(); ++i) {
    environment.out << sheet(rows[i].as_object(), i);
  }
  environment.out << "Not verified: compare the fingerprint with what the server's owner says.\n";
  if (!request.output.empty()) {
    environment.out << fmt::format(
        "Saved: {0}. Whether it is trusted: `vitrine trust check {0}`; to trust it: "
        "`vitrine cert import {0}`.\n",
        request.output);
  }
  return kDone;
}

}  // namespace vitrine::cli
