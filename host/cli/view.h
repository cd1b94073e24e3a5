// Looking into JSON answers: what is absent or of another kind is empty, never an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace vitrine::cli {

// `pointer`: "/card/kind" (RFC 6901).
std::string text_at(const boost::json::value& value, std::string_view pointer);
uint64_t number_at(const boost::json::value& value, std::string_view pointer);
bool flag_at(const boost::json::value& value, std::string_view pointer);
const boost::json::array& array_at(const boost::json::value& value, std::string_view pointer);

}  // namespace vitrine::cli
