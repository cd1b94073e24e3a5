// A folder for one test, removed with all that is in it.
#pragma once

#include <filesystem>
#include <string>

namespace vitrine {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// "" where it cannot be read.
std::string contents_of(const std::filesystem::path& path);
void write_contents(const std::filesystem::path& path, const std::string& text);

}  // namespace vitrine
