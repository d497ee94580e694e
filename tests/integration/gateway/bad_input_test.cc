// Bad input at the front door: each case is one raw HTTP request, and the answer's status and shape
// are what the API promises.
#include "fixture.h"

#include <map>

namespace tamarack::gateway {
namespace {

constexpr char kJson[] = "Content-Type: application/json\r\n";
constexpr char kForm[] = "Content-Type: application/x-www-form-urlencoded\r\n";
const std::string kReader = "Authorization: Bearer reader\r\n";

struct BadRequest {
  const char* name;
  const char* method;
  std::string target;
  std::string headers;
  std::string body;
  int status;
  const char* slug;    // End of the problem's type.
  const char* reason;  // Of the first item; empty: not looked at.
  const char* where;   // Its pointer, parameter or header; empty: not looked at.
};

// `inner.child.child…text=1`, of so many levels.
std::string DeepName(size_t levels) {
  std::string name = "inner";
  for (size_t i = 2; i < levels; ++i) name += ".child";
  return name + ".text=1";
}

std::string ManyParameters() {
  std::string form;
  for (int i = 0; i < 50'000; ++i) form += "string_value&";
  return form;
}

std::vector<BadRequest> MalformedJson() {
  std::vector<BadRequest> cases;
  for (const char* body : {"{",
                           "}",
                           "{]",
                           "{\"int32_value\"",
                           "{\"int32_value\":}",
                           "{\"int32_value\":1,}",
                           "{'a':1}",
                           "{a:1}",
                           "nul",
                           "{\"int32_value\":01}",
                           "{\"int32_value\":+1}",
                           "{\"int32_value\":1.}",
                           "{\"double_value\":NaN}",
                           "{\"double_value\":-Infinity}",
                           "{}{}",
                           "{} {",
                           "\xef\xbb\xbf{}",
                           "// c\n{}",
                           "{\"string_value\":\"\xff\"}",
                           "{\"string_value\":\"\xc0\x80\"}",
                           "{\"string_value\":\"\xed\xa0\x80\"}",
                           "{\"string_value\":\"\xf4\x90\x80\x80\"}",
                           "{\"string_value\":\"\\ud800\"}",
                           "{\"string_value\":\"\\udc00x\"}",
                           "{\"string_value\":\"\\u12\"}",
                           "{\"string_value\":\"a\tb\"}",
                           "{\"string_value\":\"abc}"}) {
    cases.push_back(
        {body, "POST", "/toy/v1/echo", kJson, body, 400, "invalid-request", "malformed_json", ""});
  }
  return cases;
}

std::vector<BadRequest> WrongJson() {
  std::vector<BadRequest> cases;
  auto add = [&](const char* body, const char* reason, const char* where) {
    cases.push_back(
        {body, "POST", "/toy/v1/echo", kJson, body, 400, "invalid-request", reason, where});
  };
  add("[]", "expected_object", "");
  add("null", "null_not_allowed", "");
  add("5", "expected_object", "");
  add(R"({"unknown":1})", "unknown_field", "/unknown");
  add(R"({"inner":{"child":{"x":1}}})", "unknown_field", "/inner/child/x");
  add(R"({"int32_value":1,"int32_value":2})", "duplicate_key", "/int32_value");
  add(R"({"int32_value":1,"int32Value":2})", "duplicate_key", "/int32Value");
  add(R"({"int32_value":"x"})", "expected_integer", "/int32_value");
  add(R"({"int32_value":1.5})", "expected_integer", "/int32_value");
  add(R"({"int32_value":true})", "expected_integer", "/int32_value");
  add(R"({"int32_value":[1]})", "expected_integer", "/int32_value");
  add(R"({"int32_value":2147483648})", "out_of_range", "/int32_value");
  add(R"({"int64_value":9223372036854775808})", "out_of_range", "/int64_value");
  add(R"({"uint32_value":-1})", "out_of_range", "/uint32_value");
  add(R"({"double_value":1e999})", "out_of_range", "/double_value");
  add(R"({"bool_value":"yes"})", "expected_boolean", "/bool_value");
  add(R"({"bool_value":0})", "expected_boolean", "/bool_value");
  add(R"({"string_value":5})", "expected_string", "/string_value");
  add(R"({"string_value":"\u0000"})", "nul_character", "/string_value");
  add(R"({"bytes_value":"***"})", "expected_base64", "/bytes_value");
  add(R"({"colour":"GREEN"})", "expected_enum", "/colour");
  add(R"({"colour":7})", "expected_enum", "/colour");
  add(R"({"repeated_int32":{"0":1}})", "expected_array", "/repeated_int32");
  add(R"({"repeated_int32":[1,"x"]})", "expected_integer", "/repeated_int32/1");
  add(R"({"string_map":[1]})", "expected_object", "/string_map");
  add(R"({"int_map":{"a":{}}})", "expected_integer", "/int_map/a");
  add(R"({"choice_text":"a","choice_number":1})", "oneof_conflict", "/choice_number");
  add(R"({"timestamp":"today"})", "expected_timestamp", "/timestamp");
  add(R"({"duration":"5"})", "expected_duration", "/duration");
  add(R"({"struct":[]})", "expected_object", "/struct");
  return cases;
}

std::vector<BadRequest> PathsAndQueries() {
  return {
      {"unknown path", "GET", "/toy/v2/kites", "", "", 404, "not-found", "", ""},
      {"trailing slash", "GET", "/toy/v1/kites/", "", "", 404, "not-found", "", ""},
      {"double slash", "GET", "/toy//v1/kites", "", "", 404, "not-found", "", ""},
      {"no policy", "GET", "/toy/v1/forgotten", "", "", 404, "not-found", "", ""},
      {"internal method", "GET", "/toy/v1/backstage", "", "", 404, "not-found", "", ""},
      {"grpc path", "POST", "/toy.v1.KiteService/GetKite", "", "", 404, "not-found", "", ""},
      {"dot segment", "GET", "/toy/v1/kites/..", "", "", 400, "invalid-request", "dot_segment", ""},
      {"hidden dots", "GET", "/toy/v1/kites/%2e%2e", "", "", 400, "invalid-request", "dot_segment",
       ""},
      {"dots behind slashes", "GET", "/toy/v1/kites/..%2f..", "", "", 400, "invalid-request",
       "dot_segment", ""},
      {"broken escape", "GET", "/toy/v1/kites/%zz", "", "", 400, "invalid-request",
       "invalid_escape", ""},
      {"NUL in path", "GET", "/toy/v1/kites/%00", "", "", 400, "invalid-request", "nul_character",
       ""},
      {"bad UTF-8 in path", "GET", "/toy/v1/kites/%ff", "", "", 400, "invalid-request",
       "invalid_utf8", ""},
      {"wrong method", "PATCH", "/toy/v1/kites/7", "", "", 405, "method-not-allowed", "", ""},
      {"made-up method", "BREW", "/toy/v1/kites", "", "", 405, "method-not-allowed", "", ""},
      {"unknown parameter", "GET", "/toy/v1/kites?x=1", "", "", 400, "invalid-request",
       "unknown_parameter", "x"},
      {"nested unknown parameter", "GET", "/toy/v1/kites?filter.x=1", "", "", 400,
       "invalid-request", "unknown_parameter", "filter.x"},
      {"repeated scalar", "GET", "/toy/v1/kites?page_size=1&page_size=1", "", "", 400,
       "invalid-request", "repeated_parameter", "page_size"},
      {"not a number", "GET", "/toy/v1/kites?page_size=ten", "", "", 400, "invalid-request",
       "expected_integer", "page_size"},
      {"number too large", "GET", "/toy/v1/kites?page_size=3000000000", "", "", 400,
       "invalid-request", "out_of_range", "page_size"},
      {"message as parameter", "GET", "/toy/v1/kites?filter=x", "", "", 400, "invalid-request",
       "not_mappable", "filter"},
      {"path overridden by query", "GET", "/toy/v1/kites/7?name=kites/8", "", "", 400,
       "invalid-request", "path_collision", "name"},
      {"bad escape in query", "GET", "/toy/v1/kites?page_token=%g1", "", "", 400, "invalid-request",
       "invalid_escape", ""},
      {"bad UTF-8 in query", "GET", "/toy/v1/kites?page_token=%c3", "", "", 400, "invalid-request",
       "invalid_utf8", ""},
      {"NUL in query", "GET", "/toy/v1/kites?page_token=%00", "", "", 400, "invalid-request",
       "nul_character", "page_token"},
      {"query deeper than JSON", "GET", "/toy/v1/echo?" + DeepName(33), "", "", 400,
       "invalid-request", "too_deep", "inner"},
      {"query deeper than protobuf", "GET", "/toy/v1/echo?" + DeepName(101), "", "", 400,
       "invalid-request", "too_deep", "inner"},
      {"two of a oneof", "GET", "/toy/v1/echo?choice_text=a&choice_number=1", "", "", 400,
       "invalid-request", "oneof_conflict", "choice_number"},
      {"endless target", "GET", "/toy/v1/kites?page_token=" + std::string(9000, 'a'), "", "", 414,
       "address-too-long", "", ""},
      {"language there is not", "GET", "/es/toy", "", "", 404, "not-found", "", ""},
      {"asset outside", "GET", "/assets/%2e%2e/secret", "", "", 400, "invalid-request",
       "dot_segment", ""},
  };
}

std::vector<BadRequest> Bodies() {
  return {
      {"body on GET", "GET", "/toy/v1/kites", kJson, "[]", 400, "invalid-request",
       "body_not_allowed", ""},
      {"body on DELETE", "DELETE", "/toy/v1/kites/7",
       std::string(kJson) + "Authorization: Bearer admin\r\n", "[]", 400, "invalid-request",
       "body_not_allowed", ""},
      {"no content type", "POST", "/toy/v1/echo", "", "{}", 415, "unsupported-media-type", "", ""},
      {"text", "POST", "/toy/v1/echo", "Content-Type: text/plain\r\n", "{}", 415,
       "unsupported-media-type", "", ""},
      {"XML", "POST", "/toy/v1/echo", "Content-Type: application/xml\r\n", "<a/>", 415,
       "unsupported-media-type", "", ""},
      {"multipart", "POST", "/toy/v1/echo", "Content-Type: multipart/form-data; boundary=x\r\n",
       "--x--", 415, "unsupported-media-type", "", ""},
      {"other charset", "POST", "/toy/v1/echo",
       "Content-Type: application/json; charset=utf-16\r\n", "{}", 415, "unsupported-media-type",
       "", ""},
      {"four-byte charset", "POST", "/toy/v1/echo",
       "Content-Type: application/json; Charset=\"UTF-32LE\"\r\n", "{}", 415,
       "unsupported-media-type", "", ""},
      {"two content types", "POST", "/toy/v1/echo",
       "Content-Type: application/json\r\nContent-Type: text/plain\r\n", "{}", 415,
       "unsupported-media-type", "", ""},
      {"half a parameter", "POST", "/toy/v1/echo", "Content-Type: application/json; charset\r\n",
       "{}", 415, "unsupported-media-type", "", ""},
      {"gzip", "POST", "/toy/v1/echo", kJson + std::string("Content-Encoding: gzip\r\n"),
       "\x1f\x8b", 415, "unsupported-media-type", "content_coding", "Content-Encoding"},
      {"plain JSON labelled br", "POST", "/toy/v1/echo",
       kJson + std::string("Content-Encoding: br\r\n"), "{}", 415, "unsupported-media-type",
       "content_coding", "Content-Encoding"},
      {"several codings", "POST", "/toy/v1/echo",
       kJson + std::string("Content-Encoding: identity\r\nContent-Encoding: GZIP, br\r\n"), "{}",
       415, "unsupported-media-type", "content_coding", "Content-Encoding"},
      {"coded file", "POST", "/toy/v1/upload",
       "Content-Type: text/csv\r\nContent-Encoding: x-gzip\r\n", "\x1f\x8b", 415,
       "unsupported-media-type", "content_coding", "Content-Encoding"},
      {"path overridden by body", "POST", "/toy/v1/kites/7:land",
       kJson + kWriter + "Idempotency-Key: a\r\n", R"({"name":"kites/8"})", 400, "invalid-request",
       "path_collision", "/name"},
      {"query beside a whole body", "POST", "/toy/v1/echo?int32_value=1", kJson, "{}", 400,
       "invalid-request", "unknown_parameter", "int32_value"},
      {"unknown form field", "POST", "/toy/v1/echo", kForm, "x=1", 400, "invalid-request",
       "unknown_field", "/x"},
      {"repeated form field", "POST", "/toy/v1/echo", kForm, "string_value=1&string_value=2", 400,
       "invalid-request", "repeated_parameter", "/string_value"},
      {"broken form", "POST", "/toy/v1/echo", kForm, "string_value=%", 400, "invalid-request",
       "invalid_escape", ""},
      {"form with bad UTF-8", "POST", "/toy/v1/echo", kForm, "string_value=%e9", 400,
       "invalid-request", "invalid_utf8", ""},
      {"form with a wrong number", "POST", "/toy/v1/echo", kForm, "int32_value=x", 400,
       "invalid-request", "expected_integer", "/int32_value"},
      {"body above the method's limit", "POST", "/toy/v1/kites", kJson + kWriter,
       std::string(5000, ' '), 413, "too-large", "", ""},
      {"body above the common limit", "POST", "/toy/v1/echo", kJson,
       std::string((1 << 20) + 1, ' '), 413, "too-large", "", ""},
      {"too deep", "POST", "/toy/v1/echo", kJson,
       "{\"value\":" + std::string(100, '[') + std::string(100, ']') + "}", 400, "invalid-request",
       "too_deep", ""},
      {"depth bomb", "POST", "/toy/v1/echo", kJson, "{\"value\":" + std::string(500000, '['), 400,
       "invalid-request", "too_deep", ""},
      {"form for a field of a field, and so on", "POST", "/toy/v1/echo", kForm, DeepName(100'000),
       400, "invalid-request", "too_deep", "/inner"},
      {"form as deep as protobuf would go", "POST", "/toy/v1/echo", kForm, DeepName(101), 400,
       "invalid-request", "too_deep", "/inner"},
      {"more parameters than a form has", "POST", "/toy/v1/echo", kForm, ManyParameters(), 400,
       "invalid-request", "too_many_parameters", ""},
      {"number with more digits than are kept", "POST", "/toy/v1/echo", kJson,
       R"({"struct":{"n":9007199254740993}})", 400, "invalid-request", "inexact_number",
       "/struct/n"},
      {"one key written in two ways", "POST", "/toy/v1/echo", kJson,
       R"({"int_map":{"0":{},"-0":{}}})", 400, "invalid-request", "duplicate_key", "/int_map/-0"},
      {"list for an object", "POST", "/toy/v1/kites", kJson + kWriter, "[]", 400, "invalid-request",
       "expected_object", ""},
      {"no idempotency key", "POST", "/toy/v1/kites/7:land", kJson + kWriter, "{}", 400,
       "invalid-request", "missing_header", "Idempotency-Key"},
      {"empty idempotency key", "POST", "/toy/v1/kites/7:land",
       kJson + kWriter + "Idempotency-Key: \"\"\r\n", "{}", 400, "invalid-request",
       "invalid_header", "Idempotency-Key"},
      {"two idempotency keys", "POST", "/toy/v1/kites/7:land",
       kJson + kWriter + "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", "{}", 400,
       "invalid-request", "invalid_header", "Idempotency-Key"},
      {"endless idempotency key", "POST", "/toy/v1/kites/7:land",
       kJson + kWriter + "Idempotency-Key: " + std::string(256, 'k') + "\r\n", "{}", 400,
       "invalid-request", "invalid_header", "Idempotency-Key"},
  };
}

std::vector<BadRequest> CredentialCases() {
  std::vector<BadRequest> cases;
  auto add = [&](const char* name, const std::string& headers, int status, const char* slug) {
    cases.push_back({name, "GET", "/toy/v1/inspect", headers, "", status, slug, "", ""});
  };
  add("no credential", "", 401, "unauthenticated");
  add("empty bearer", "Authorization: Bearer\r\n", 401, "unauthenticated");
  add("blank bearer", "Authorization: Bearer  \r\n", 401, "unauthenticated");
  add("unknown key", "Authorization: Bearer nobody\r\n", 401, "unauthenticated");
  add("basic", "Authorization: Basic d3JpdGVyOg==\r\n", 401, "unauthenticated");
  add("no scheme", "Authorization: writer\r\n", 401, "unauthenticated");
  add("two credentials", kWriter + "Authorization: Bearer reader\r\n", 401, "unauthenticated");
  add("unsigned JWT", "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3cml0ZXIifQ.\r\n", 401,
      "unauthenticated");
  add("endless key", "Authorization: Bearer " + std::string(9000, 'k') + "\r\n", 401,
      "unauthenticated");
  add("key in another header", "X-Api-Key: writer\r\n", 401, "unauthenticated");
  add("session instead of a key", "Cookie: __Host-tamarack-session=person\r\n", 401,
      "unauthenticated");
  add("internal token forged", "x-tamarack-subject: admin\r\n", 401, "unauthenticated");
  add("identity is down", "Authorization: Bearer broken\r\n", 503, "unavailable");
  cases.push_back({"key in the query", "GET", "/toy/v1/inspect?access_token=writer", "", "", 400,
                   "invalid-request", "credential_in_url", "access_token"});
  cases.push_back({"scope missing", "POST", "/toy/v1/kites", kJson + kReader, "{}", 403,
                   "permission-denied", "", ""});
  cases.push_back({"another scope", "DELETE", "/toy/v1/kites/7", kWriter, "", 403,
                   "permission-denied", "", ""});
  cases.push_back({"forged session", "GET", "/toy/v1/me", "Cookie: __Host-tamarack-session=x\r\n",
                   "", 401, "unauthenticated", "", ""});
  cases.push_back({"session cookie of another name", "GET", "/toy/v1/me",
                   "Cookie: tamarack-session=person\r\n", "", 401, "unauthenticated", "", ""});
  cases.push_back({"page form without a token", "POST", "/en/toy", kForm, "name=x", 403,
                   "cross-site-request", "", ""});
  cases.push_back(
      {"page form with a made-up token", "POST", "/en/toy",
       std::string(kForm) + "Cookie: __Host-tamarack-csrf=x\r\nSec-Fetch-Site: same-origin\r\n",
       "csrf_token=x", 403, "cross-site-request", "", ""});
  return cases;
}

void Check(const Fixture& fixture, const std::vector<BadRequest>& cases) {
  for (const BadRequest& bad : cases) {
    INFO(bad.name);
    Answer answer = fixture.Send(bad.method, bad.target, bad.headers, bad.body);
    INFO(answer.head << answer.body);
    CHECK(answer.status == bad.status);
    CHECK(answer.Header("content-type") == "application/problem+json");
    auto problem = answer.Json();
    CHECK(Show(problem.if_contains("type")) ==
          Fixture::kOrigin + std::string("/problems/") + bad.slug);
    CHECK(Show(problem.if_contains("status")) == std::to_string(bad.status));
    CHECK(Show(problem.if_contains("trace_id")).size() == 32);
    CHECK_FALSE(Show(problem.if_contains("title")).empty());
    CHECK_FALSE(Show(problem.if_contains("detail")).empty());
    CHECK(answer.body.find("10.9.8.7") == std::string::npos);
    if (*bad.reason == '\0') continue;
    auto item = problem.at("errors").as_array().at(0).as_object();
    CHECK(Show(item.if_contains("reason")) == bad.reason);
    std::string where;
    for (const char* member : {"pointer", "parameter", "header"}) {
      if (item.contains(member)) where = Show(item.if_contains(member));
    }
    if (*bad.where != '\0') CHECK(where == bad.where);
  }
}

TEST_CASE_METHOD(Fixture, "malformed JSON is refused", "[gateway]") {
  Check(*this, MalformedJson());
}
TEST_CASE_METHOD(Fixture, "JSON of the wrong kind is refused with its place", "[gateway]") {
  Check(*this, WrongJson());
}
TEST_CASE_METHOD(Fixture, "wrong paths and queries are refused", "[gateway]") {
  Check(*this, PathsAndQueries());
}
TEST_CASE_METHOD(Fixture, "wrong bodies are refused", "[gateway]") {
  Check(*this, Bodies());
}
TEST_CASE_METHOD(Fixture, "a charset means nothing to JSON and forms", "[gateway]") {
  for (const char* type :
       {"application/json;charset=utf8", "application/json; charset=us-ascii",
        "APPLICATION/JSON ; CHARSET=\"UTF-8\"", "application/json; charset=iso-8859-1",
        "application/json; profile=\"a;charset=utf-16\"", "application/merge-patch+json;",
        "application/json\r\nContent-Encoding: ",
        "application/json\r\nContent-Encoding: identity"}) {
    INFO(type);
    Answer answer = Send("POST", "/toy/v1/echo", "Content-Type: " + std::string(type) + "\r\n",
                         "{\"string_value\":\"\xc3\xa9\"}");
    CHECK(answer.status == 200);
    CHECK(Show(answer.Json().if_contains("string_value")) == "\xc3\xa9");
  }
  CHECK(Send("POST", "/toy/v1/echo",
             "Content-Type: Application/X-WWW-Form-Urlencoded; charset=us-ascii\r\n",
             "string_value=%C3%A9")
            .status == 200);
  Answer coded = Send("POST", "/toy/v1/echo",
                      "Content-Type: application/json\r\nContent-Encoding: zstd\r\n", "{}");
  CHECK(coded.Header("accept-encoding") == "identity");
  // Nothing is coded where there is nothing.
  CHECK(Get("/toy/v1/kites/7", "Content-Encoding: gzip\r\n").status == 200);
}

TEST_CASE_METHOD(Fixture, "missing and forged credentials are refused", "[gateway]") {
  Check(*this, CredentialCases());
}

TEST_CASE_METHOD(Fixture, "what is not HTTP is refused and the connection closed", "[gateway]") {
  auto [request, status] = GENERATE(table<std::string, int>({
      {"GET /toy/v1/kites HTTP/1.1\r\n\r\n", 400},
      {"GET  /toy/v1/kites HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GARBAGE\r\n\r\n", 400},
      {"GET /toy/v1/kites HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n", 400},
      {"GET /toy/v1/kites HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"POST /toy/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
       400},
      {"POST /toy/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST /toy/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       400},
      {"GET /toy/v1/kites HTTP/1.1\r\nHost: x\r\nX: " + std::string(20000, 'x') + "\r\n\r\n", 431},
  }));
  INFO(request.substr(0, 80));
  Answer answer = Raw(request);
  CHECK(answer.status == status);
  CHECK(answer.Header("content-type") == "application/problem+json");
}

}  // namespace
}  // namespace tamarack::gateway
