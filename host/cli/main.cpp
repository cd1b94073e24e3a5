// The `vitrine` program: the process around cli::run().
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "host/cli/app.h"
#ifdef VITRINE_HAVE_SIGNER
#include "host/cli/offline_ca.h"
#include "host/licence/signer_key.h"
#endif

namespace {

// https://no-color.org: set and not empty turns colours off.
bool wants_colours() {
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): one thread
  const char* term = std::getenv("TERM");          // NOLINT(concurrency-mt-unsafe): one thread
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

size_t terminal_width() {
  winsize size{};
  return ::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0
             ? size.ws_col
             : 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);  // `vitrine events | head` ends quietly
  vitrine::cli::Environment environment{.out = std::cout, .err = std::cerr};
  environment.terminal = {wants_colours(), terminal_width()};
#ifdef VITRINE_HAVE_SIGNER
  environment.ca_init = vitrine::cli::offline_ca_init;
  environment.ca_show = vitrine::cli::offline_ca_show;
  environment.licence = vitrine::cli::offline_licence;
  environment.image_signer = vitrine::licence::signer_key;
#endif
  try {
    return vitrine::cli::run({argv + 1, argv + argc}, environment);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vitrine: %s\n", error.what());
    return vitrine::cli::kFailed;
  }
}
