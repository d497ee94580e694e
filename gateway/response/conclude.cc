#include "gateway/response/conclude.h"

#include "gateway/codec/wire.h"
#include "gateway/response/compression.h"

namespace tamarack::gateway {

namespace {

// The resource's own tag where it has a field `etag`.
std::string TagOfResource(const Route& route, std::string_view wire) {
  const auto* field = route.response_plan->type->FindFieldByName("etag");
  bool has_field = route.response_field == nullptr && field != nullptr && !field->is_repeated() &&
                   field->type() == google::protobuf::FieldDescriptor::TYPE_STRING;
  std::string tag;
  if (has_field) {
    WireField found;
    for (WireReader reader(wire); !reader.AtEnd() && reader.Next(&found);) {
      if (found.number == field->number()) tag = TagOfField(found.bytes);
    }
  }
  return tag;
}

// Conditions are for these; nobody hashes what others answer with.
bool MayBeConditional(const http::Request& request, const http::Response& response) {
  bool is_read = request.method == "GET" || request.method == "HEAD";
  return is_read && response.status == 200 && !response.body_source;
}

// Unless `may_hash`, an answer has a tag only if it or its resource brings one.
Verdict Finish(const http::Request& request, const Route& route, std::string_view wire,
               Coding coding, bool may_hash, http::Response& response) {
  bool is_tagged = MayBeConditional(request, response);
  std::string etag = TagOfField(response.headers.Get("etag").value_or(""));
  if (etag.empty() && is_tagged && !route.gives_http_body) {
    etag = TagOfResource(route, wire);
    if (etag.empty() && may_hash) etag = TagOfBody(response.body);
  }
  response.headers.Remove("etag");
  if (!etag.empty()) response.headers.Set("ETag", TagWithCoding(etag, coding));
  if (is_tagged && !etag.empty()) {
    Verdict verdict = EvaluatePreconditions(request, TagWithCoding(etag, coding));
    if (verdict == Verdict::kPreconditionFailed && !PassesCondition(route, kIfMatch))
      return verdict;
    if (verdict == Verdict::kNotModified) {
      MakeNotModified(response);
      return verdict;
    }
  }
  if (coding != Coding::kIdentity && !Encode(response, coding) && !etag.empty())
    response.headers.Set("ETag", etag);
  return Verdict::kGoOn;
}

}  // namespace

boost::asio::awaitable<Verdict> Concluder::Conclude(const http::Request& request,
                                                    const Route& route, std::string_view wire,
                                                    http::Response& response) {
  Coding coding = ChooseCoding(request, response);
  bool takes_long = response.body.size() > kSmallBytesMax &&
                    (coding != Coding::kIdentity || MayBeConditional(request, response));
  if (takes_long) {
    auto verdict =
        co_await lane_.Run([&] { return Finish(request, route, wire, coding, true, response); });
    if (verdict.ok()) co_return *verdict;
    // What is to be changed only if it is still the same must be looked at; a copy is just sent
    // anew.
    co_return Finish(request, route, wire, Coding::kIdentity, request.headers.Has(kIfMatch),
                     response);
  }
  co_return Finish(request, route, wire, coding, true, response);
}

}  // namespace tamarack::gateway
