#include "gateway/response/static_file.h"

#include "gateway/response/conditional.h"

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
    if (compressed.empty() || compressed.size() >= plain.shared_body->size()) continue;
    http::Response& response = codings_[static_cast<size_t>(coding)];
    response.headers.Set("Content-Encoding", std::string(NameOf(coding)));
    response.headers.Set("ETag", TagWithCoding(*plain.headers.Get("etag"), coding));
    response.shared_body = std::make_shared<const std::string>(std::move(compressed));
  }
  not_modified_ = codings_;
  for (http::Response& response : not_modified_) MakeNotModified(response);
  precondition_failed_ = not_modified_.front();
  precondition_failed_.status = 412;
}

const http::Response& StaticFile::Answer(const http::Request& request) const {
  auto coding = static_cast<size_t>(NegotiateCoding(request));
  switch (EvaluatePreconditions(request, *codings_[coding].headers.Get("etag"))) {
    case Verdict::kNotModified:
      return not_modified_[coding];
    case Verdict::kPreconditionFailed:
      return precondition_failed_;
    case Verdict::kGoOn:
      break;
  }
  return codings_[coding];
}

}  // namespace tamarack::gateway
