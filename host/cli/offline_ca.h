// The CA on disk, for when no daemon runs: the signer's own functions in the shape of GET /v1/ca.
#pragma once

#include <boost/json.hpp>

#include "host/base/status.h"
#include "host/cli/app.h"

namespace vitrine::cli {

Result<boost::json::value> offline_ca_init(const CaInitRequest& request);
Result<boost::json::value> offline_ca_show(const std::string& state_dir);

}  // namespace vitrine::cli
