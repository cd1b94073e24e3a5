#include "host/cli/view.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;

const json::value* find(const json::value& value, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  return error ? nullptr : found;
}

}  // namespace

std::string text_at(const json::value& value, std::string_view pointer) {
  const json::value* found = find(value, pointer);
  if (found == nullptr || !found->is_string()) {
    return {};
  }
  return std::string(found->get_string());
}

uint64_t number_at(const json::value& value, std::string_view pointer) {
  const json::value* found = find(value, pointer);
  if (found == nullptr || !found->is_number()) {
    return 0;
  }
  boost::system::error_code error;
  const auto number = found->to_number<uint64_t>(error);
  return error ? 0 : number;
}

bool flag_at(const json::value& value, std::string_view pointer) {
  const json::value* found = find(value, pointer);
  return found != nullptr && found->is_bool() && found->get_bool();
}

const json::array& array_at(const json::value& value, std::string_view pointer) {
  static const json::array empty;
  const json::value* found = find(value, pointer);
  return found != nullptr && found->is_array() ? found->get_array() : empty;
}

}  // namespace vitrine::cli
