// The API's answers as JSON: every struct of backend.h, one function each. Counts are numbers,
// times are milliseconds, two-way figures are {"from_client":…,"from_server":…}.
#pragma once

#include <vector>

#include <boost/json.hpp>

#include "host/api/backend.h"
#include "host/events/hub.h"

namespace vitrine::api {

boost::json::object to_json(const ApplianceStatus& status, const events::HubStats& events);
boost::json::object to_json(const FlowRow& flow);
// Card counters with the reasons' texts and the balance, then the host's.
boost::json::object to_json(const CountersReport& counters);
boost::json::object to_json(const PolicyReport& policy);
boost::json::object to_json(const CertificateRow& certificate);
boost::json::object to_json(const ExclusionRow& exclusion);
boost::json::object to_json(const CaReport& ca);
boost::json::object to_json(const LicenceReport& licence);
boost::json::object error_json(const Status& status);

template <typename T>
boost::json::array to_json_array(const std::vector<T>& items) {
  boost::json::array out;
  out.reserve(items.size());
  for (const T& item : items) {
    out.push_back(to_json(item));
  }
  return out;
}

}  // namespace vitrine::api
