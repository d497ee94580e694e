#include "gateway/assets.h"

#include "platform/base/status.h"
#include "platform/crypto/hash.h"

#include <absl/strings/ascii.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tamarack::gateway {
namespace {

struct ContentType {
  std::string_view extension;
  const char* type;
  bool is_compressible;
};
constexpr ContentType kContentTypes[] = {
    {".css", "text/css; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".mjs", "text/javascript; charset=utf-8", true},
    {".svg", "image/svg+xml", true},
    {".json", "application/json", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".html", "text/html; charset=utf-8", true},
    {".map", "application/json", true},
    {".png", "image/png", false},
    {".jpg", "image/jpeg", false},
    {".ico", "image/x-icon", false},
    {".webp", "image/webp", false},
    {".woff2", "font/woff2", false},
    {".woff", "font/woff", false},
    {".ttf", "font/ttf", true},
    {".webmanifest", "application/manifest+json", true},
};

ContentType TypeOf(std::string_view name) {
  for (const ContentType& known : kContentTypes) {
    if (name.ends_with(known.extension)) return known;
  }
  return {"", "application/octet-stream", false};
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

// Empty when compression fails or does not pay.
std::string Gzip(const std::string& data) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return "";
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return result == Z_STREAM_END && out.size() < data.size() ? out : "";
}

bool AcceptsGzip(const http::Request& request) {
  auto accept = request.headers.Get("accept-encoding");
  if (!accept) return false;
  size_t at = accept->find("gzip");
  return at != std::string_view::npos && !accept->substr(at).starts_with("gzip;q=0,") &&
         accept->substr(at) != "gzip;q=0";
}

}  // namespace

absl::StatusOr<Assets> Assets::Load(const std::string& folder) {
  namespace fs = std::filesystem;
  constexpr size_t kCompressAboveBytes = 1024;
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
    auto body = std::make_shared<const std::string>(text.str());
    std::string name = fs::relative(entry->path(), folder).generic_string();

    ContentType type = TypeOf(name);
    File file;
    file.etag = "\"" + crypto::Sha256Hex(*body).substr(0, 32) + "\"";
    http::Headers common{
        {"ETag", file.etag},
        {"Cache-Control",
         HasHashInName(name) ? "public, max-age=31536000, immutable" : "public, max-age=300"},
        {"Vary", "Accept-Encoding"},
        {"X-Content-Type-Options", "nosniff"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}};
    file.not_modified.status = 304;
    file.not_modified.headers = common;
    file.plain.headers = common;
    file.plain.headers.Set("Content-Type", type.type);
    file.plain.shared_body = body;
    if (type.is_compressible && body->size() > kCompressAboveBytes) {
      std::string compressed = Gzip(*body);
      file.has_gzip = !compressed.empty();
      file.gzip = file.plain;
      file.gzip.headers.Set("Content-Encoding", "gzip");
      file.gzip.shared_body = std::make_shared<const std::string>(std::move(compressed));
      // A strong tag names one representation byte for byte.
      file.gzip.headers.Set("ETag", file.etag.substr(0, file.etag.size() - 1) + "-gz\"");
    }
    assets.files_.emplace(std::move(name), std::move(file));
  }
  if (error)
    return absl::NotFoundError(absl::StrCat("cannot read ", folder, ": ", error.message()));
  return assets;
}

const http::Response* Assets::Find(std::string_view name, const http::Request& request) const {
  auto found = files_.find(name);
  if (found == files_.end()) return nullptr;
  const File& file = found->second;
  if (auto tags = request.headers.Get("if-none-match")) {
    std::string_view stem(file.etag.data(), file.etag.size() - 1);
    if (*tags == "*" || tags->find(stem) != std::string_view::npos) return &file.not_modified;
  }
  return file.has_gzip && AcceptsGzip(request) ? &file.gzip : &file.plain;
}

}  // namespace tamarack::gateway
