// Errors: status, shape, language, and that nothing internal is told.
#include "gateway/problem/problem.h"
#include "fixture.h"
#include "platform/base/status.h"
#include "platform/rpc/errors.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

using api::v1::ServicePolicy;

struct Rendered {
  int status;
  std::string type;
  boost::json::object body;
};

Rendered Render(const Problem& problem,
                ServicePolicy::ErrorShape shape = ServicePolicy::ERROR_SHAPE_UNSPECIFIED,
                Language language = Language::kEnglish) {
  ServicePolicy service;
  service.set_error_shape(shape);
  (*service.mutable_error_codes())["invalid_field"] = "P0102";
  (*service.mutable_error_codes())["Create.invalid_json"] = "P0197";
  (*service.mutable_error_codes())["missing_field"] = "P0101";
  ProblemStyle style{language, "https://services.example", "id", "trace", "Create", &service};
  http::Response response = RenderProblem(problem, style);
  return {response.status, std::string(*response.headers.Get("content-type")),
          boost::json::parse(response.body).as_object()};
}

TEST_CASE("a gRPC code has its HTTP status", "[gateway]") {
  auto [code, status, slug] = GENERATE(table<absl::StatusCode, int, const char*>({
      {absl::StatusCode::kInvalidArgument, 400, "invalid-request"},
      {absl::StatusCode::kFailedPrecondition, 400, "invalid-request"},
      {absl::StatusCode::kOutOfRange, 400, "invalid-request"},
      {absl::StatusCode::kUnauthenticated, 401, "unauthenticated"},
      {absl::StatusCode::kPermissionDenied, 403, "permission-denied"},
      {absl::StatusCode::kNotFound, 404, "not-found"},
      {absl::StatusCode::kAlreadyExists, 409, "conflict"},
      {absl::StatusCode::kAborted, 409, "conflict"},
      {absl::StatusCode::kResourceExhausted, 429, "rate-limited"},
      {absl::StatusCode::kCancelled, 499, "cancelled"},
      {absl::StatusCode::kUnknown, 500, "internal"},
      {absl::StatusCode::kInternal, 500, "internal"},
      {absl::StatusCode::kDataLoss, 500, "internal"},
      {absl::StatusCode::kUnimplemented, 501, "not-implemented"},
      {absl::StatusCode::kUnavailable, 503, "unavailable"},
      {absl::StatusCode::kDeadlineExceeded, 504, "deadline-exceeded"},
  }));
  Rendered rendered = Render(FromStatus(absl::Status(code, "the text"), {}));
  CHECK(rendered.status == status);
  CHECK(rendered.type == "application/problem+json");
  CHECK(Show(rendered.body.at("type")) == "https://services.example/problems/" + std::string(slug));
  CHECK(Show(rendered.body.at("status")) == std::to_string(status));
  CHECK(Show(rendered.body.at("trace_id")) == "trace");
  CHECK_FALSE(rendered.body.at("title").as_string().empty());
}

TEST_CASE("texts of our own faults and of gRPC itself stay inside", "[gateway]") {
  auto code = GENERATE(absl::StatusCode::kInternal, absl::StatusCode::kUnknown,
                       absl::StatusCode::kUnavailable, absl::StatusCode::kDeadlineExceeded,
                       absl::StatusCode::kUnimplemented, absl::StatusCode::kCancelled,
                       absl::StatusCode::kDataLoss, absl::StatusCode::kResourceExhausted);
  auto shape =
      GENERATE(ServicePolicy::ERROR_SHAPE_UNSPECIFIED, ServicePolicy::STATUS_CODE_AND_ERRORS,
               ServicePolicy::CODE_AND_DESCRIPTION, ServicePolicy::OAUTH);
  Problem problem = FromStatus(absl::Status(code, "connect failed: 10.1.2.3:5432"), {});
  CHECK(boost::json::serialize(Render(problem, shape).body).find("10.1.2.3") == std::string::npos);
}

TEST_CASE("field violations become pointers, or parameters where there is no body", "[gateway]") {
  absl::Status status =
      rpc::InvalidFields({{"payment.lines[2].amount", "must be positive"}, {"email", "required"}});
  auto body = Render(FromStatus(status, RequestShape{true})).body;
  CHECK(Show(body.at("errors").at(0).at("pointer")) == "/payment/lines/2/amount");
  CHECK(Show(body.at("errors").at(0).at("detail")) == "must be positive");
  CHECK(Show(body.at("errors").at(1).at("reason")) == "required");
  CHECK(Show(Render(FromStatus(status, {})).body.at("errors").at(1).at("parameter")) == "email");
}

TEST_CASE("OAuth errors are English in the characters of RFC 6749 section 5.2", "[gateway]") {
  for (ProblemKind kind : {ProblemKind::kUnauthenticated, ProblemKind::kMethodNotAllowed,
                           ProblemKind::kQuotaExceeded}) {
    auto french = Render({kind}, ServicePolicy::OAUTH, Language::kFrench).body;
    CHECK(french == Render({kind}, ServicePolicy::OAUTH).body);
    for (unsigned char c : Show(french.at("error_description"))) CHECK((c >= 0x20 && c < 0x7F));
  }
  absl::Status echo = rpc::WithHttp(absl::InvalidArgumentError("x"), 400,
                                    {{"error_description", "no scope \"\xC3\xA9\\\n\x7F\""}});
  auto body = Render(FromStatus(echo, {}), ServicePolicy::OAUTH).body;
  CHECK(Show(body.at("error_description")) == "no scope '" + std::string(4, '?') + "'");
  auto item = FromStatus(rpc::InvalidField("scope", "no \xC3\xA9"), {});
  CHECK(Show(Render(item, ServicePolicy::OAUTH).body.at("error_description")) == "scope: no ?");
}

TEST_CASE("a body of a wrong type is told the types that are right", "[gateway]") {
  for (Language language : {Language::kEnglish, Language::kFrench}) {
    std::string detail = DetailOf({ProblemKind::kUnsupportedMediaType}, language);
    CHECK(detail.find("application/json") != std::string::npos);
    CHECK(detail.find("application/x-www-form-urlencoded") != std::string::npos);
  }
}

TEST_CASE("a service's own status and members win", "[gateway]") {
  absl::Status status =
      rpc::WithReason(rpc::WithHttp(absl::FailedPreconditionError("Already paid."), 422,
                                    {{"code", "P0500"}, {"detail", "mine"}}),
                      "PAID");
  Rendered rendered =
      Render(FromStatus(status, RequestShape{true}), ServicePolicy::CODE_AND_DESCRIPTION);
  CHECK(rendered.status == 422);
  CHECK(Show(rendered.body.at("code")) == "P0500");
  CHECK(Show(rendered.body.at("detail")) == "mine");
  CHECK(Show(rendered.body.at("description")) == "Already paid.");
  CHECK(Show(rendered.body.at("reason")) == "PAID");
  CHECK(Show(rendered.body.at("status")) == "422");
}

TEST_CASE("an absurd status of a service is ignored", "[gateway]") {
  CHECK(Render(FromStatus(rpc::WithHttp(absl::NotFoundError("x"), 200), {})).status == 404);
  CHECK(Render(FromStatus(rpc::WithHttp(absl::NotFoundError("x"), 99999), {})).status == 404);
}

TEST_CASE("the shape with status code and errors", "[gateway]") {
  Problem problem = FromRefusal({Reason::kUnknownField, InputError::Source::kBody, "/template/x"},
                                Language::kEnglish);
  auto body = Render(problem, ServicePolicy::STATUS_CODE_AND_ERRORS).body;
  CHECK(Show(body.at("status_code")) == "400");
  CHECK(Show(body.at("errors").at(0).at("error")) == "P0102");
  CHECK(Show(body.at("errors").at(0).at("message")) ==
        "x: There is no such field. Check its spelling.");
  CHECK(Show(body.at("title")) == "Invalid request");
}

TEST_CASE("what is refused before a method is known has the shape of its API too", "[gateway]") {
  for (ProblemKind kind : {ProblemKind::kNotFound, ProblemKind::kMethodNotAllowed,
                           ProblemKind::kTooLarge, ProblemKind::kRateLimited}) {
    auto errors = Render({kind}, ServicePolicy::STATUS_CODE_AND_ERRORS).body;
    INFO(boost::json::serialize(errors));
    CHECK_FALSE(Show(errors.at("errors").at(0).at("error")).empty());
    CHECK_FALSE(Show(errors.at("errors").at(0).at("message")).empty());
    auto code = Render({kind}, ServicePolicy::CODE_AND_DESCRIPTION).body;
    CHECK_FALSE(Show(code.at("code")).empty());
    CHECK_FALSE(Show(code.at("description")).empty());
  }
}

TEST_CASE("the shape with code, description and field", "[gateway]") {
  Problem problem = FromRefusal({Reason::kExpectedInteger, InputError::Source::kBody, "/a/b"},
                                Language::kEnglish);
  auto body = Render(problem, ServicePolicy::CODE_AND_DESCRIPTION).body;
  CHECK(Show(body.at("code")) == "P0102");
  CHECK(Show(body.at("field")) == "a.b");
  CHECK(Show(body.at("description")) ==
        "Invalid attribute value: a.b. Must be a valid numeric format");
  auto broken =
      FromRefusal({Reason::kMalformedJson, InputError::Source::kBody, "", "7"}, Language::kEnglish);
  CHECK(Show(Render(broken, ServicePolicy::CODE_AND_DESCRIPTION).body.at("code")) == "P0197");
  auto missing = FromStatus(rpc::InvalidField("amount", "required"), RequestShape{true});
  CHECK(Show(Render(missing, ServicePolicy::CODE_AND_DESCRIPTION).body.at("code")) == "P0101");
}

TEST_CASE("the shape of RFC 6749 has its two members only", "[gateway]") {
  Rendered rendered =
      Render(FromStatus(rpc::WithHttp(absl::InvalidArgumentError("The code has expired."), 400,
                                      {{"error", "invalid_grant"}}),
                        RequestShape{true}),
             ServicePolicy::OAUTH);
  CHECK(rendered.type == "application/json");
  CHECK(rendered.body.size() == 2);
  CHECK(Show(rendered.body.at("error")) == "invalid_grant");
  CHECK(Show(rendered.body.at("error_description")) == "The code has expired.");
  CHECK(Show(Render({ProblemKind::kUnavailable}, ServicePolicy::OAUTH).body.at("error")) ==
        "temporarily_unavailable");
  for (ProblemKind kind : {ProblemKind::kCancelled, ProblemKind::kInternal,
                           ProblemKind::kOutcomeUnknown, ProblemKind::kDeadlineExceeded})
    CHECK(Show(Render({kind}, ServicePolicy::OAUTH).body.at("error")) == "server_error");
}

TEST_CASE("the catalogue of problems in the documentation is the code's", "[gateway]") {
  std::ifstream file(TAMARACK_SOURCE_DIR "/docs/problem-types.md");
  std::string documented{std::istreambuf_iterator<char>(file), {}};
  std::string table;
  for (const ProblemText& text : ProblemTexts()) {
    bool is_other = &text == &TextOf(ProblemKind::kOther);
    absl::StrAppend(&table, "| ", is_other ? "any" : std::to_string(text.status), " | `",
                    ToAbsl(text.slug), "` | **", ToAbsl(text.title_en), ".** ",
                    ToAbsl(text.detail_en), " | **", ToAbsl(text.title_fr), ".** ",
                    ToAbsl(text.detail_fr), " |\n");
  }
  INFO(table);
  CHECK(documented.ends_with("|---|---|---|---|\n" + table));
}

TEST_CASE("every kind of problem has a word of its own", "[gateway]") {
  std::set<std::string_view> slugs;
  for (const ProblemText& text : ProblemTexts()) CHECK(slugs.insert(text.slug).second);
}

TEST_CASE("every kind of problem speaks both languages", "[gateway]") {
  for (int kind = 0; kind <= static_cast<int>(ProblemKind::kOther); ++kind) {
    Problem problem{static_cast<ProblemKind>(kind)};
    auto english = Render(problem).body;
    auto french = Render(problem, ServicePolicy::ERROR_SHAPE_UNSPECIFIED, Language::kFrench).body;
    CHECK(Show(english.at("title")) != Show(french.at("title")));
    CHECK(Show(english.at("detail")) != Show(french.at("detail")));
    CHECK(Show(english.at("type")) == Show(french.at("type")));
  }
}

TEST_CASE("the caller's language is the better of the two", "[gateway]") {
  auto [header, language] = GENERATE(table<const char*, Language>({
      {"", Language::kEnglish},
      {"fr", Language::kFrench},
      {"fr-CA", Language::kFrench},
      {"FR-ca, en;q=0.8", Language::kFrench},
      {"en, fr;q=0.9", Language::kEnglish},
      {"en;q=0.5, fr;q=0.9", Language::kFrench},
      {"de, fr;q=0.1", Language::kFrench},
      {"fr;q=0", Language::kEnglish},
      {"*", Language::kEnglish},
      {"fr;q=x", Language::kEnglish},
      {"fr;Q=0.1, en;q=0.9", Language::kEnglish},
      {"en;Q=0.1, fr;q=0.2", Language::kFrench},
      {"fr, en", Language::kFrench},
      {"frr, en;q=0.1", Language::kEnglish},
      {"de;q=1, en;q=0, fr-CA;q=0.1", Language::kFrench},
      {",,;;", Language::kEnglish},
  }));
  INFO(header);
  CHECK(NegotiateLanguage(header) == language);
}

}  // namespace
}  // namespace tamarack::gateway
