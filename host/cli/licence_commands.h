// `vitrine licence`: through vitrined, or on its state directory where none runs.
#pragma once

#include <functional>
#include <string>

#include <boost/json.hpp>

#include "host/base/status.h"
#include "host/cli/terminal.h"

namespace vitrine::cli {

struct LicenceArguments {
  enum class What { kShow, kInstall, kRemove };
  What what = What::kShow;
  std::string file;
  std::string state_dir;  // empty: ask vitrined
};

// The licence on disk, in the shape of /v1/licence. `text` is what to install.
Result<boost::json::value> offline_licence(const LicenceArguments& arguments,
                                           const std::string& text);

std::string render_licence(const boost::json::value& licence);

}  // namespace vitrine::cli
