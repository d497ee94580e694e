// What becomes of an answer by itself and its request alone: tag, conditions, content coding.
#include "gateway/compression.h"
#include "gateway/conditional.h"
#include "gateway/gateway.h"

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

// A condition that nobody checks would be one that is not met.
Gateway::Early Gateway::CheckIfMatch(const Visit& visit, const Route& route) const {
  if (visit.is_safe() || !visit.request.headers.Has("if-match")) return std::nullopt;
  if (PassesIfMatch(route)) return std::nullopt;
  return Fail(visit, &route, {ProblemKind::kPreconditionFailed});
}

http::Response Gateway::Conclude(const Visit& visit, const Route& route, std::string_view wire,
                                 http::Response response) const {
  bool is_read = visit.request.method == "GET" || visit.request.method == "HEAD";
  if (is_read && response.status == 200 && !response.body_source) {
    if (!route.gives_http_body && !response.headers.Has("etag")) {
      response.headers.Set("ETag", TagOfAnswer(route, wire, response.body));
    }
    auto etag = response.headers.Get("etag");
    Verdict verdict = etag ? Judge(visit.request, *etag) : Verdict::kGoOn;
    if (verdict == Verdict::kPreconditionFailed && !PassesIfMatch(route)) {
      return Fail(visit, &route, {ProblemKind::kPreconditionFailed});
    }
    if (verdict == Verdict::kNotModified) MakeNotModified(response);
  }
  CompressAnswer(visit.request, response);
  return response;
}

}  // namespace tamarack::gateway
