#include "gateway/response/assets.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tamarack::gateway {
namespace {

struct ContentType {
  std::string_view extension;
  const char* type;
};
constexpr ContentType kContentTypes[] = {
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".map", "application/json"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".ttf", "font/ttf"},
    {".webmanifest", "application/manifest+json"},
};

const char* TypeOf(std::string_view name) {
  for (const ContentType& known : kContentTypes) {
    if (name.ends_with(known.extension)) return known.type;
  }
  return "application/octet-stream";
}

// `app.3f2a9c1b.css`: a name with a hash of the contents never changes its contents.
bool HasHashInName(std::string_view name) {
  size_t last = name.rfind('.');
  size_t first =
      last == std::string_view::npos || last == 0 ? last : name.find_last_of(".-", last - 1);
  if (first == std::string_view::npos || last - first - 1 < 8) return false;
  for (char c : name.substr(first + 1, last - first - 1)) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Assets> Assets::Load(const std::string& folder) {
  namespace fs = std::filesystem;
  Assets assets;
  if (folder.empty()) return assets;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::end(entry); entry.increment(error)) {
    if (!entry->is_regular_file()) continue;
    std::ifstream stream(entry->path(), std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) return absl::NotFoundError("cannot read " + entry->path().string());
    std::string name = fs::relative(entry->path(), folder).generic_string();
    http::Headers headers{
        {"Content-Type", TypeOf(name)},
        {"Cache-Control",
         HasHashInName(name) ? "public, max-age=31536000, immutable" : "public, max-age=300"},
        {"X-Content-Type-Options", "nosniff"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}};
    assets.files_.emplace(std::move(name), StaticFile(text.str(), headers));
  }
  if (error)
    return absl::NotFoundError(absl::StrCat("cannot read ", folder, ": ", error.message()));
  return assets;
}

const http::Response* Assets::Find(std::string_view name, const http::Request& request) const {
  auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second.Answer(request);
}

}  // namespace tamarack::gateway
