#include "host/licence/licence.h"

#include <algorithm>
#include <array>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "host/licence/signed_text.h"

namespace vitrine::licence {
namespace {

constexpr std::string_view kTitle = "Vitrine licence 1";
constexpr std::string_view kSignature = "signature";
constexpr auto kFields = std::to_array<std::string_view>(
    {"id", "holder", "edition", "features", "not-before", "not-after"});
constexpr size_t kMaxValue = 200;
constexpr time_t kDay = 86'400;

Status malformed(const std::string& why) { return {Code::kMalformed, "not a licence: " + why}; }

bool is_plain(std::string_view value) {
  return !value.empty() && value.size() <= kMaxValue && value.front() != ' ' &&
         value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Takes the next line, without its newline; empty where there is none.
std::string_view next_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end == std::string_view::npos ? 0 : end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

Result<std::string> take_field(std::string_view& text, std::string_view name) {
  const std::string_view line = next_line(text);
  const std::string start = std::string(name) + ": ";
  if (!line.starts_with(start) || !is_plain(line.substr(start.size()))) {
    return malformed("'" + std::string(name) + ":' is missing or not plain text");
  }
  return std::string(line.substr(start.size()));
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) {
      words.emplace_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

bool Licence::has(std::string_view feature) const {
  return std::find(features.begin(), features.end(), feature) != features.end();
}

Validity validity_at(const Licence& licence, time_t now) {
  if (now < licence.not_before) {
    return Validity::kNotYet;
  }
  return now > licence.not_after ? Validity::kExpired : Validity::kGood;
}

Result<time_t> parse_day(std::string_view text) {
  tm day{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%Y-%m-%d", &day);
  const time_t seconds = end != nullptr && *end == '\0' ? ::timegm(&day) : -1;
  if (copy.size() != 10 || seconds < 0 || format_day(seconds) != copy) {
    return Status(Code::kInvalidArgument, "'" + copy + "' is not a day as 2026-11-24");
  }
  return seconds;
}

std::string format_day(time_t seconds) { return fmt::format("{:%Y-%m-%d}", fmt::gmtime(seconds)); }

Result<Licence> read_licence(std::string_view text, EVP_PKEY* signer) {
  if (text.size() > kMaxLicence) {
    return malformed("longer than 4 KiB");
  }
  std::string_view rest = text;
  if (next_line(rest) != kTitle) {
    return malformed("it does not begin with '" + std::string(kTitle) + "'");
  }
  std::array<std::string, kFields.size()> values;
  for (size_t i = 0; i < kFields.size(); ++i) {
    auto value = take_field(rest, kFields[i]);
    if (!value) {
      return value.status();
    }
    values[i] = std::move(value).value();
  }
  const std::string_view said = text.substr(0, text.size() - rest.size());
  const auto signature = take_field(rest, kSignature);
  if (!signature || !rest.empty()) {
    return signature ? malformed("there is text behind the signature") : signature.status();
  }
  if (Status good = check_signature(said, *signature, signer, "licence"); !good) {
    return good;
  }
  const auto from = parse_day(values[4]);
  const auto to = parse_day(values[5]);
  if (!from || !to || *to < *from) {
    return malformed("its days are not days, or end before they begin");
  }
  return Licence{values[0], values[1], values[2], words_of(values[3]), *from, *to + kDay - 1};
}

Result<std::string> write_licence(const Licence& licence, EVP_PKEY* signer) {
  const std::array<std::string, kFields.size()> values{licence.id,
                                                       licence.holder,
                                                       licence.edition,
                                                       joined(licence.features),
                                                       format_day(licence.not_before),
                                                       format_day(licence.not_after)};
  std::string text = std::string(kTitle) + "\n";
  for (size_t i = 0; i < kFields.size(); ++i) {
    if (!is_plain(values[i])) {
      return Status(Code::kInvalidArgument,
                    std::string(kFields[i]) + ": 1 to 200 characters of plain ASCII");
    }
    text += fmt::format("{}: {}\n", kFields[i], values[i]);
  }
  const auto signature = sign_text(text, signer);
  if (!signature) {
    return signature.status();
  }
  return text + fmt::format("{}: {}\n", kSignature, *signature);
}

}  // namespace vitrine::licence
