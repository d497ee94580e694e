#include "gateway/static_file.h"

#include "gateway/conditional.h"

namespace tamarack::gateway {

StaticFile::StaticFile(std::string body, const http::Headers& headers, Effort effort) {
  http::Response plain;
  plain.headers = headers;
  plain.headers.Set("ETag", TagOfBody(body));
  plain.headers.Add("Vary", "Accept-Encoding");
  bool is_compressible =
      body.size() > kCompressAboveBytes && IsCompressible(headers.Get("content-type").value_or(""));
  plain.shared_body = std::make_shared<const std::string>(std::move(body));
  codings_.fill(plain);
  for (Coding coding : {Coding::kGzip, Coding::kBrotli}) {
    std::string compressed = is_compressible ? Compress(*plain.shared_body, coding, effort) : "";
    if (compressed.empty()) continue;
    http::Response& response = codings_[static_cast<size_t>(coding)];
    response.headers.Set("Content-Encoding", std::string(NameOf(coding)));
    response.headers.Set("ETag", TagWithCoding(*plain.headers.Get("etag"), coding));
    response.shared_body = std::make_shared<const std::string>(std::move(compressed));
  }
  not_modified_ = plain;
  MakeNotModified(not_modified_);
}

const http::Response& StaticFile::Answer(const http::Request& request) const {
  const http::Response& response = codings_[static_cast<size_t>(NegotiateCoding(request))];
  bool is_known = Judge(request, *response.headers.Get("etag")) == Verdict::kNotModified;
  return is_known ? not_modified_ : response;
}

}  // namespace tamarack::gateway
