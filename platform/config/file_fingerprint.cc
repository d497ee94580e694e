#include "platform/config/file_fingerprint.h"

#include <absl/strings/str_cat.h>

#include <sys/stat.h>

namespace tamarack::config {

std::string FileFingerprint(const std::vector<std::string>& files) {
  std::string text;
  for (const std::string& file : files) {
    struct stat state{};
    if (file.empty() || stat(file.c_str(), &state) != 0) {
      text += "-;";
      continue;
    }
    absl::StrAppend(&text, state.st_ino, ",", state.st_size, ",", state.st_mtim.tv_sec, ".",
                    state.st_mtim.tv_nsec, ";");
  }
  return text;
}

}  // namespace tamarack::config
