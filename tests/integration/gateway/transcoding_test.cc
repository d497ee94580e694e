// Every case of the binder again, through the whole gateway and back from the service.
#include "fixture.h"
#include "gateway/codec/wire_to_json.h"
#include "tests/support/transcoding_cases.h"

#include <absl/strings/match.h>
#include <google/protobuf/text_format.h>

namespace tamarack::gateway {
namespace {

Answer SendCase(const Fixture& fixture, const TranscodingInput& input) {
  std::string target = input.path;
  if (*input.query != '\0') target += std::string("?") + input.query;
  std::string headers = "Authorization: Bearer admin\r\nIdempotency-Key: k\r\n";
  if (*input.type != '\0') headers += std::string("Content-Type: ") + input.type + "\r\n";
  return fixture.Send(input.method, target, headers, input.body);
}

// Echo answers with what it got, so its answer shows what was bound.
std::string EchoOf(const char* text) {
  toy::v1::AllTypes message;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &message));
  MessagePlans plans;
  std::string json;
  REQUIRE(WireToJson(message.SerializeAsString(), *plans.Get(*message.GetDescriptor()), json).ok());
  return json;
}

TEST_CASE_METHOD(Fixture, "what the binder accepts reaches the service as it says",
                 "[gateway][transcoding]") {
  int echoed = 0;
  for (const AcceptedCase& one : AcceptedCases()) {
    const TranscodingInput& input = one.input;
    if (absl::StartsWith(input.path, "/en/")) continue;  // pages take changes from forms only
    INFO(input.method << " " << input.path << "?" << input.query << " " << input.body);
    Answer answer = SendCase(*this, input);
    INFO(answer.body);
    CHECK(answer.status / 100 == 2);
    bool is_echo = absl::StartsWith(input.path, "/toy/v1/echo") ||
                   absl::StartsWith(input.path, "/toy/v1/deep");
    if (!is_echo || absl::EndsWith(input.path, "/list") || std::string(input.method) == "HEAD")
      continue;
    CHECK(answer.body == EchoOf(one.message));
    ++echoed;
  }
  CHECK(echoed >= 40);
}

TEST_CASE_METHOD(Fixture, "what the binder refuses is a problem that names the place",
                 "[gateway][transcoding]") {
  for (const RefusedCase& one : RefusedCases()) {
    const TranscodingInput& input = one.input;
    INFO(input.method << " " << input.path << "?" << input.query << " " << input.body);
    Answer answer = SendCase(*this, input);
    INFO(answer.body);
    REQUIRE(answer.status == 400);
    const auto error = answer.Json().at("errors").at(0).as_object();
    CHECK(Show(error.if_contains("reason")) == ReasonName(one.reason));
    const auto* place =
        error.contains("pointer") ? error.if_contains("pointer") : error.if_contains("parameter");
    CHECK(Show(place) == one.where);
  }
}

}  // namespace
}  // namespace tamarack::gateway
