// The API's answers for people, one function an answer. Pure: JSON in, text out.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "host/cli/terminal.h"

namespace vitrine::cli {

std::string render_status(const boost::json::value& status, const Terminal& terminal);
std::string render_flows(const boost::json::value& flows, const Terminal& terminal);
std::string render_events(const boost::json::value& events, const Terminal& terminal);
std::string render_counters(const boost::json::value& counters, const Terminal& terminal);
std::string render_policy(const boost::json::value& policy, const Terminal& terminal);
std::string render_exclusions(const boost::json::value& exclusions, const Terminal& terminal);
std::string render_certificates(const boost::json::value& certificates, const Terminal& terminal);
// One certificate, a line a fact.
std::string render_certificate(const boost::json::value& certificate, const Terminal& terminal);

}  // namespace vitrine::cli
