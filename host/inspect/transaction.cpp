#include "host/inspect/transaction.h"

namespace vitrine::inspect {
namespace {

bool absolute(const std::string& target) {
  return target.starts_with("http://") || target.starts_with("https://");
}

}  // namespace

std::string Transaction::url() const {
  if (method.empty() || absolute(target)) {
    return target;
  }
  if (method == "CONNECT") {
    return "https://" + target;
  }
  return "https://" + host + (target == "*" ? "/" : target);
}

std::string Transaction::path() const {
  std::string text = target;
  if (absolute(text)) {
    const size_t authority = text.find("//") + 2;
    const size_t slash = text.find_first_of("/?#", authority);
    text = slash == std::string::npos ? "/" : text.substr(slash);
  }
  const size_t end = text.find_first_of("?#");
  text = end == std::string::npos ? text : text.substr(0, end);
  return text.empty() ? "/" : text;
}

std::string Transaction::host_name() const {
  std::string name = host;
  if (absolute(target)) {  // RFC 9112 section 3.2.2: it overrides Host
    const size_t begin = target.find("//") + 2;
    name = target.substr(begin, target.find_first_of("/?#", begin) - begin);
    if (const size_t at = name.rfind('@'); at != std::string::npos) {
      name = name.substr(at + 1);
    }
  }
  if (name.starts_with('[')) {
    return name.substr(0, name.find(']') + 1);
  }
  return name.substr(0, name.find(':'));
}

}  // namespace vitrine::inspect
