#include "host/events/advice.h"

#include <algorithm>
#include <string_view>

namespace vitrine::events {
namespace {

constexpr std::string_view kOthers = ".-_:";

// Letters, digits, dots, hyphens, underscores and colons, not starting as an option does.
bool is_safe_word(std::string_view word) {
  return !word.empty() && word.size() <= 253 && word.front() != '-' &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  kOthers.find(c) != std::string_view::npos;
         });
}

std::string word_or(std::string_view word, std::string_view otherwise) {
  return std::string(is_safe_word(word) ? word : otherwise);
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

}  // namespace

std::string advice_for(const Event& event) {
  std::string text(text_of(event.inspection.cause).advice);
  const std::string address = word_or(event.destination.ip_address, "ADDRESS");
  std::string name = address;
  std::replace(name.begin(), name.end(), ':', '-');  // a rule's name has none
  const std::string bracketed =
      address.find(':') == std::string::npos ? address : "[" + address + "]";
  replace_all(text, "{address}:{port}", bracketed + ":{port}");
  replace_all(text, "{address}", address);
  replace_all(text, "{name}", name);
  replace_all(text, "{host}", word_or(event.destination.host, address));
  replace_all(text, "{client}", word_or(event.source.ip_address, "CLIENT"));
  replace_all(text, "{port}", std::to_string(event.destination.port.value_or(443)));
  replace_all(text, "{id}", std::to_string(event.id));
  return text;
}

}  // namespace vitrine::events
