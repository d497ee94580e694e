// What becomes of an answer by itself and its request alone: tag, conditions, content coding.
#include "gateway/gateway.h"
#include "gateway/response/compression.h"
#include "gateway/response/conditional.h"

#include "gateway/codec/wire.h"

namespace tamarack::gateway {

namespace {

// The resource's own tag where it has a field `etag`, else one of the bytes.
std::string TagOfAnswer(const Route& route, std::string_view wire, std::string_view body) {
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
  return tag.empty() ? TagOfBody(body) : tag;
}

}  // namespace

http::Response Gateway::Conclude(const Visit& visit, const Route& route, std::string_view wire,
                                 http::Response response) const {
  bool is_read = visit.request.method == "GET" || visit.request.method == "HEAD";
  bool is_tagged = is_read && response.status == 200 && !response.body_source;
  std::string etag = TagOfField(response.headers.Get("etag").value_or(""));
  if (etag.empty() && is_tagged && !route.gives_http_body)
    etag = TagOfAnswer(route, wire, response.body);
  response.headers.Remove("etag");
  Coding coding = ChooseCoding(visit.request, response);
  if (!etag.empty()) response.headers.Set("ETag", TagWithCoding(etag, coding));
  if (is_tagged && !etag.empty()) {
    Verdict verdict = EvaluatePreconditions(visit.request, TagWithCoding(etag, coding));
    if (verdict == Verdict::kPreconditionFailed && !PassesCondition(route, kIfMatch))
      return Fail(visit, &route, {ProblemKind::kPreconditionFailed});
    if (verdict == Verdict::kNotModified) {
      MakeNotModified(response);
      return response;
    }
  }
  if (coding != Coding::kIdentity && !Encode(response, coding) && !etag.empty())
    response.headers.Set("ETag", etag);
  return response;
}

}  // namespace tamarack::gateway
