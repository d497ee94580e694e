#include "gateway/response/compression.h"

#include "gateway/request/accept.h"
#include "platform/base/status.h"
#include "platform/http/media_type.h"

#include <absl/strings/match.h>
#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

constexpr std::string_view kCompressibleTypes[] = {
    "application/json",          "application/javascript",
    "application/x-ndjson",      "application/xml",
    "application/xhtml+xml",     "image/svg+xml",
    "application/manifest+json", "font/ttf",
};

std::string Gzip(std::string_view body, int level) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kMemoryLevel = 8;
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return "";
  }
  std::string out(deflateBound(&stream, body.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return result == Z_STREAM_END ? out : "";
}

std::string Brotli(std::string_view body, int quality) {
  size_t size = BrotliEncoderMaxCompressedSize(body.size());
  std::string out(size, '\0');
  bool is_done =
      BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, body.size(),
                            reinterpret_cast<const uint8_t*>(body.data()), &size,
                            reinterpret_cast<uint8_t*>(out.data())) == BROTLI_TRUE;
  out.resize(is_done ? size : 0);
  return out;
}

}  // namespace

std::string_view NameOf(Coding coding) {
  return coding == Coding::kBrotli ? "br" : coding == Coding::kGzip ? "gzip" : "identity";
}

Coding NegotiateCoding(const http::Request& request) {
  std::string accept = request.headers.Join("accept-encoding");
  double gzip = CodingQuality(accept, "gzip");
  double brotli = CodingQuality(accept, "br");
  if (CodingQuality(accept, "identity") > std::max(gzip, brotli)) return Coding::kIdentity;
  if (brotli > 0 && brotli >= gzip) return Coding::kBrotli;
  return gzip > 0 ? Coding::kGzip : Coding::kIdentity;
}

bool IsCompressible(std::string_view content_type) {
  absl::string_view type = ToAbsl(http::EssenceOf(content_type));
  return absl::StartsWithIgnoreCase(type, "text/") || absl::EndsWithIgnoreCase(type, "+json") ||
         std::any_of(
             std::begin(kCompressibleTypes), std::end(kCompressibleTypes),
             [&](std::string_view known) { return absl::EqualsIgnoreCase(type, ToAbsl(known)); });
}

std::string Compress(std::string_view body, Coding coding, Effort effort) {
  bool is_thorough = effort == Effort::kThorough;
  constexpr int kQuickGzip = 4, kQuickBrotli = 3;  // about as fast as each other
  constexpr int kThoroughBrotli = 9;               // above it each percent costs ten times the time
  std::string out;
  if (coding == Coding::kGzip) out = Gzip(body, is_thorough ? Z_BEST_COMPRESSION : kQuickGzip);
  if (coding == Coding::kBrotli) out = Brotli(body, is_thorough ? kThoroughBrotli : kQuickBrotli);
  return out;
}

Coding ChooseCoding(const http::Request& request, http::Response& response) {
  const std::string& body = response.shared_body ? *response.shared_body : response.body;
  if (body.size() < kCompressAboveBytes || response.body_source) return Coding::kIdentity;
  http::Headers& headers = response.headers;
  if (!IsCompressible(headers.Get("content-type").value_or(""))) return Coding::kIdentity;
  bool must_stay =
      headers.Has("content-encoding") || headers.Has("set-cookie") ||
      request.headers.Has("cookie") ||
      absl::StrContains(ToAbsl(headers.Get("cache-control").value_or("")), "no-transform");
  if (must_stay) return Coding::kIdentity;
  headers.Add("Vary", "Accept-Encoding");
  return NegotiateCoding(request);
}

bool Encode(http::Response& response, Coding coding) {
  const std::string& body = response.shared_body ? *response.shared_body : response.body;
  std::string compressed = Compress(body, coding, Effort::kQuick);
  if (compressed.empty()) return false;
  response.headers.Set("Content-Encoding", std::string(NameOf(coding)));
  response.shared_body.reset();
  response.body = std::move(compressed);
  return true;
}

}  // namespace tamarack::gateway
