#pragma once

#include "gateway/response/static_file.h"
#include "platform/http/message.h"

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// Static files, read into memory once: style sheets, scripts, fonts and images of the pages. A path
// that is no file's exact name is not found, so no path can lead out of the folder.
class Assets {
 public:
  // An empty folder name gives no assets.
  static absl::StatusOr<Assets> Load(const std::string& folder);

  // Answers GET and HEAD for the part of the raw path after `/assets/`. Null when there is no such
  // file; a file whose name would need escapes is never found.
  const http::Response* Find(std::string_view name, const http::Request& request) const;

  size_t size() const { return files_.size(); }

 private:
  std::map<std::string, StaticFile, std::less<>> files_;
};

}  // namespace tamarack::gateway
