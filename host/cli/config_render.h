// The answers on configurations for people. Pure: JSON in, text out.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "host/cli/config_commands.h"
#include "host/cli/terminal.h"

namespace vitrine::cli {

std::string render_overview(const boost::json::value& overview, const Terminal& terminal);
std::string render_candidate(const boost::json::value& candidate, const Terminal& terminal);
std::string render_history(const boost::json::value& versions, const Terminal& terminal);
std::string render_check(const boost::json::value& checked, const Terminal& terminal);
// What was done, and what to type next.
std::string render_change(ConfigArguments::What what, const boost::json::value& answer,
                          const Terminal& terminal);
// Certificates that went into the candidate.
std::string render_added(const boost::json::value& added, const Terminal& terminal);

}  // namespace vitrine::cli
