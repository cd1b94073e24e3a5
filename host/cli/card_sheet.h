// Answers of `vitrine card` as text.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "host/cli/terminal.h"

namespace vitrine::cli {

using CardRender = std::string (*)(const boost::json::value&, const Terminal&);

std::string render_cards(const boost::json::value& answer, const Terminal& terminal);
std::string render_card(const boost::json::value& answer, const Terminal& terminal);
std::string render_sensors(const boost::json::value& answer, const Terminal& terminal);
std::string render_image(const boost::json::value& answer, const Terminal& terminal);
std::string render_made(const boost::json::value& answer, const Terminal& terminal);
std::string render_reset(const boost::json::value& answer, const Terminal& terminal);

}  // namespace vitrine::cli
