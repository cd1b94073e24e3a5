// The outcome of `vitrine trust check`, and the table of checks, for people and for programs.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "host/cli/terminal.h"
#include "host/trust/offline_check.h"

namespace vitrine::cli {

std::string trust_sheet(const trust::OfflineCheck& check, const trust::OfflineVerdict& result,
                        const Terminal& terminal);
boost::json::value trust_json(const trust::OfflineCheck& check,
                              const trust::OfflineVerdict& result);

std::string check_table_text(const Terminal& terminal);
boost::json::value check_table_json();

}  // namespace vitrine::cli
