// vitrined: the daemon.  Exit codes: 0 stopped as asked, 1 could not start, 2 usage.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "host/base/secret.h"
#include "host/daemon/appliance.h"
#include "host/daemon/notify.h"
#include "host/daemon/options.h"

int main(int argc, char** argv) {
  using namespace vitrine::daemon;
  if (const vitrine::Status wiping = vitrine::wipe_freed_library_memory(); !wiping) {
    spdlog::error("{}", wiping.to_string());
    return 1;
  }
  const ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.run) {
    return parsed.exit_code;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("vitrined"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  spdlog::set_level(spdlog::level::from_str(parsed.options.log_level));
  auto appliance = Appliance::start(parsed.options);
  if (!appliance) {
    spdlog::error("{}", appliance.status().to_string());
    return 1;
  }
  if (const vitrine::Status told = notify_service_manager("READY=1"); !told) {
    spdlog::warn("{}", told.message());
  }
  (*appliance)->run();
  return 0;
}
