// A ministry's service that tries everything an answer can say: it reaches nothing but itself.
#include "plugged.h"

#include <atomic>

namespace tamarack::gateway {
namespace {

using Said = std::multimap<std::string, std::string>;

constexpr char kPagesHost[] = "fishing.localhost:8080";

std::string HostileProto() {
  return R"(
syntax = "proto3";
package fishing;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "tamarack/api/v1/policy.proto";
service Fishing {
  rpc Get(Angler) returns (Angler) {
    option (google.api.http) = {get: "/fishing/v1/anglers/{id}"};
    option (tamarack.api.v1.policy) = {access: PUBLIC pass_cookies: "fishing_basket"};
  }
  rpc Create(Angler) returns (Angler) {
    option (google.api.http) = {
      post: "/fishing/v1/anglers" body: "*"
      additional_bindings {put: "/fishing/v1/anglers/{id}" body: "licence"}
      additional_bindings {get: "/fishing/v1/anglers"}
    };
    option (tamarack.api.v1.policy) = {access: PUBLIC location: "/t/{id}"};
  }
  rpc File(Angler) returns (google.api.HttpBody) {
    option (google.api.http) = {get: "/fishing/file"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
  rpc Stream(Angler) returns (stream google.api.HttpBody) {
    option (google.api.http) = {get: "/fishing/stream"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
  rpc Page(Angler) returns (google.api.HttpBody) {
    option (google.api.http) = {get: "/fishing/page" additional_bindings {post: "/fishing/page" body: "*"}};
    option (tamarack.api.v1.policy) = {access: PUBLIC page: true pass_cookies: "fishing_basket"};
  }
}
message Angler {
  string id = 1 [(tamarack.api.v1.rules) = {max_len: 3}];
  Licence licence = 2;
  repeated string fish = 3 [(tamarack.api.v1.rules) = {max_items: 2 pattern: "[a-z]+"}];
}
message Licence { int32 days = 1 [(tamarack.api.v1.rules) = {required: true min: 1 max: 30}]; }
)";
}

// One of the platform's own pages, and a method beside the plug-in's.
constexpr char kOwnPage[] = R"(
  rpc Page(Fry) returns (google.api.HttpBody) {
    option (google.api.http) = {get: "/own/page"};
    option (tamarack.api.v1.policy) = {access: PUBLIC page: true};
  }
)";

std::string HttpBodyOf(const std::string& type, const std::string& data) {
  std::string wire;
  AppendBytes(1, type, wire);
  AppendBytes(2, data, wire);
  return wire;
}

struct World {
  GenericServer hostile, own;
  std::atomic<int> sessions{0};
  Plugged gateway{
      R"({"name": "t", "platform": true, "descriptor_set": "t.binpb", "address": ")" +
          own.address() +
          R"("}, {"name": "fishing", "owner": "018f0000-0000-7000-8000-00000000000c", "pages_origin": "http://fishing.localhost:8080",
              "cookies": ["fishing_basket"], "paths": ["/fishing/"], "lint_ignore": ["credential"],
              "descriptor_set": "fishing.binpb", "address": ")" +
          hostile.address() + R"("})",
      [this](api::v1::ExchangeRequest request) -> Async<api::v1::ExchangeResponse> {
        if (!request.session().empty()) ++sessions;
        co_return absl::UnauthenticatedError("no such session");
      }};

  explicit World(const std::string& proto = HostileProto(),
                 std::optional<RateClass> read_class = std::nullopt) {
    gateway.read_class = read_class;
    std::string fish = Replaced(FishProto(kOwnPage), R"(import "google/api/annotations.proto";)",
                                R"(import "google/api/annotations.proto";
import "google/api/httpbody.proto";)");
    gateway.WriteDescriptors("t.binpb", fish);
    gateway.WriteDescriptors("fishing.binpb", proto);
    gateway.Start();
  }
  Answer Send(const std::string& method, const std::string& target, const std::string& headers = "",
              const std::string& body = "", const std::string& host = "localhost:8080") const {
    return gateway.Connect(host).Send(method, target, headers, body);
  }
  bool WasShown(const std::string& text) {
    for (const auto& [key, value] : hostile.LastMetadata())
      if (key.find(text) != std::string::npos || value.find(text) != std::string::npos) return true;
    return false;
  }
};

TEST_CASE("what is asked of a plug-in is counted apart, and uses up nothing of ours",
          "[gateway][hostile]") {
  World world{HostileProto(), RateClass{.per_second = 0.001, .burst = 2}};
  auto ask = [&](const char* target) { return world.Send("GET", target).status; };
  for (int i = 0; i < 2; ++i) CHECK(ask("/fishing/v1/anglers/1") == 200);
  CHECK(ask("/fishing/v1/anglers/1") == 429);
  for (int i = 0; i < 2; ++i) CHECK(ask("/t/1") == 200);
  CHECK(ask("/t/1") == 429);
}

TEST_CASE("a hostile plug-in's headers reach nobody", "[gateway][hostile]") {
  World world;
  auto [name, value, header] = GENERATE(table<std::string, std::string, std::string>({
      {"set-cookie", "__Host-tamarack-session=stolen; Path=/; Secure", "set-cookie"},
      {"set-cookie", "__Host-tamarack-csrf=known; Path=/; Secure", "set-cookie"},
      {"set-cookie", "=__Host-tamarack-session=stolen", "set-cookie"},
      {"set-cookie", "__host-Tamarack-session=stolen; Secure; Path=/", "set-cookie"},
      {"set-cookie", "roads_basket=1", "set-cookie"},
      {"set-cookie", "fishing_basket", "set-cookie"},
      {"set-cookie", "fishing_basket=1; Path=/en/sign-in", "set-cookie"},
      {"set-cookie", "fishing_basket=1; Domain=localhost", "set-cookie"},
      {"set-cookie", "fishing_basket=\"1; domain =localhost\"", "set-cookie"},
      {"clear-site-data", "\"cookies\", \"storage\"", "clear-site-data"},
      {"www-authenticate", "Basic realm=\"Services\"", "www-authenticate"},
      {"location", "https://evil.example/", "location"},
      {"location", "//evil.example/", "location"},
      {"location", "/\\evil.example/", "location"},
      {"location", "http://localhost:8080@evil.example/", "location"},
      {"location", "/t/1", "location"},
      {"location", "http://localhost:8080/t/1", "location"},
      {"location", "/fishing/v1/anglers/../../../t/1", "location"},
      {"location", "/nothing/there", "location"},
      {"content-security-policy", "default-src *", "x-none"},
      {"access-control-allow-origin", "*", "access-control-allow-origin"},
      {"strict-transport-security", "max-age=0", "strict-transport-security"},
  }));
  INFO(name << ": " << value);
  world.hostile.AnswerWith({{"x-tamarack-http-" + name, value}, {name, value}});
  Answer answer = world.Send("GET", "/fishing/v1/anglers/1");
  CHECK(answer.status == 200);
  CHECK(answer.Header(header) == "");
  CHECK(answer.Header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'");
  // Nor with an error.
  world.hostile.FailWith(
      [](const std::string&) { return grpc::Status(grpc::StatusCode::NOT_FOUND, "none"); });
  answer = world.Send("GET", "/fishing/v1/anglers/1");
  CHECK(answer.status == 404);
  CHECK(answer.Header(header) == "");
}

TEST_CASE("what is a plug-in's own to say goes out", "[gateway][hostile]") {
  World world;
  auto [name, value] = GENERATE(table<std::string, std::string>({
      {"location", "/fishing/v1/anglers/2?x=1"},
      {"location", "http://localhost:8080/fishing/v1/anglers/2"},
      {"cache-control", "private, max-age=60"},
  }));
  world.hostile.AnswerWith({{"x-tamarack-http-" + name, value}});
  CHECK(world.Send("GET", "/fishing/v1/anglers/1").Header(name) == value);
}

TEST_CASE("nobody's header passes for the certificate that a plug-in may see",
          "[gateway][hostile]") {
  GenericServer server;
  Plugged gateway(
      R"({"name": "t", "owner": "018f0000-0000-7000-8000-00000000000c", "client_certificate": true,
          "headers": ["x-own", "x-empty", "x-absent"], "descriptor_set": "t.binpb", "address": ")" +
      server.address() + R"("})");
  gateway.WriteDescriptors("t.binpb", FishProto(R"(rpc Ask(Fry) returns (Fry) {
    option (google.api.http) = {get: "/ask"};
    option (tamarack.api.v1.policy) = {
      access: PUBLIC pass_headers: "Client-Certificate-SHA256" pass_headers: "X-Own"
      pass_headers: "X-Empty" pass_headers: "X-Absent"
    };
  })"));
  gateway.Start();
  CHECK(gateway.Connect()
            .Send("GET", "/ask", "Client-Certificate-SHA256: forged\r\nX-Own: own\r\nX-Empty:\r\n")
            .status == 200);
  auto shown = server.LastMetadata();
  CHECK(shown.contains("x-tamarack-header-x-own"));
  CHECK(shown.contains("x-tamarack-header-x-empty"));
  CHECK_FALSE(shown.contains("x-tamarack-header-x-absent"));
  CHECK_FALSE(shown.contains("x-tamarack-header-client-certificate-sha256"));
}

TEST_CASE("a plug-in sets its cookies where its pages are", "[gateway][hostile]") {
  World world;
  const std::string cookie = "fishing_basket=1; Path=/fishing; Secure; HttpOnly";
  world.hostile.AnswerWith({{"x-tamarack-http-set-cookie", cookie}}, HttpBodyOf("text/html", ""));
  CHECK_THAT(world.Send("GET", "/fishing/page", "", "", kPagesHost).head,
             Catch::Contains("Set-Cookie: " + cookie));
}

TEST_CASE("a redirect that leads elsewhere is no redirect", "[gateway][hostile]") {
  World world;
  world.hostile.AnswerWith(
      {{"x-tamarack-http-status", "307"}, {"x-tamarack-http-location", "/t/1"}});
  Answer answer = world.Send("GET", "/fishing/v1/anglers/1");
  CHECK(answer.status == 500);
  CHECK(answer.Header("location") == "");
  // Neither is one that its own descriptors ask for.
  world.hostile.AnswerWith({});
  CHECK(world
            .Send("POST", "/fishing/v1/anglers", "Content-Type: application/json\r\n",
                  R"({"id": "1"})")
            .Header("location") == "");
}

TEST_CASE("nothing of a plug-in's runs at the public origin", "[gateway][hostile]") {
  World world;
  auto [type, is_refused] = GENERATE(table<std::string, bool>({
      {"text/html", true},
      {"TEXT/HTML; charset=utf-8", true},
      {" text/html", true},
      {"text/plain, text/html", true},
      {"text/html;;;=", true},
      {"application/xhtml+xml", true},
      {"image/svg+xml", true},
      {"text/xml", true},
      {"text/javascript", true},
      {"application/x-javascript; a=b", true},
      {"multipart/x-mixed-replace; boundary=a", true},
      {"application/pdf", false},
      {"text/csv; charset=utf-8", false},
      {"", false},
  }));
  INFO(type);
  world.hostile.AnswerWith({}, HttpBodyOf(type, "<script>steal()</script>"));
  for (const char* target : {"/fishing/file", "/fishing/stream"}) {
    Answer answer = world.Send("GET", target, "Accept: text/html, */*\r\n");
    CHECK(answer.status == (is_refused ? 500 : 200));
    if (is_refused) CHECK(answer.body.find("steal") == std::string::npos);
    CHECK(answer.Header("x-content-type-options") == "nosniff");
  }
}

TEST_CASE("a plug-in's pages live on their own origin alone", "[gateway][hostile]") {
  World world;
  world.hostile.AnswerWith({}, HttpBodyOf("text/html", "<p>fish</p>"));
  CHECK(world.Send("GET", "/fishing/page").status == 404);
  CHECK(world.hostile.Calls("/fishing.Fishing/Page") == 0);
  auto there = [&](const std::string& method, const std::string& target,
                   const std::string& host = kPagesHost) {
    return world.Send(method, target, "", "", host);
  };
  Answer page = there("GET", "/fishing/page");
  CHECK(page.status == 200);
  CHECK(page.body == "<p>fish</p>");
  CHECK(page.Header("set-cookie").starts_with("__Host-tamarack-csrf="));
  CHECK(there("GET", "/fishing/page", "Fishing.LocalHost:8080").status == 200);
  // Nothing else of the platform is there, whatever the method.
  for (const char* target : {"/t/1", "/own/page", "/openapi.json", "/reference"}) {
    INFO(target);
    CHECK(there("GET", target).status == 404);
    CHECK(there("OPTIONS", target).status == 404);
    CHECK(there("DELETE", target).status == 404);
  }
  CHECK(world.Send("GET", "/t/1").status == 200);
  CHECK(world.Send("GET", "/openapi.json").status == 200);
}

TEST_CASE("forms of a plug-in's pages come from its own origin", "[gateway][hostile]") {
  World world;
  world.hostile.AnswerWith({}, HttpBodyOf("text/html", "<p>sent</p>"));
  std::string token(22, 'a');
  auto post = [&](const std::string& origin) {
    return world
        .Send("POST", "/fishing/page",
              "Content-Type: application/x-www-form-urlencoded\r\nOrigin: " + origin +
                  "\r\nCookie: __Host-tamarack-csrf=" + token + "\r\n",
              "csrf_token=" + token, kPagesHost)
        .status;
  };
  CHECK(post("http://fishing.localhost:8080") == 200);
  CHECK(post("http://localhost:8080") == 403);
  CHECK(post("http://evil.example") == 403);
}

TEST_CASE("a plug-in does not learn where its callers are", "[gateway][hostile]") {
  World world;
  world.hostile.AnswerWith({});
  CHECK(world.Send("GET", "/fishing/v1/anglers/1").status == 200);
  CHECK_FALSE(world.WasShown("client-ip"));
  world.own.AnswerWith({});
  CHECK(world.Send("GET", "/t/1").status == 200);
  CHECK(world.own.LastMetadata().contains("x-tamarack-client-ip"));
}

TEST_CASE("a plug-in is shown no session and no cookie but its own", "[gateway][hostile]") {
  World world;
  const std::string cookies =
      "Cookie: __Host-tamarack-session=secret-session; "
      "__Host-tamarack-csrf=bbbbbbbbbbbbbbbbbbbbbb; "
      "roads_basket=secret-roads; fishing_basket=mine\r\n";
  world.hostile.AnswerWith({}, HttpBodyOf("text/html", ""));
  CHECK(world.Send("GET", "/fishing/page", cookies, "", kPagesHost).status == 200);
  CHECK(world.sessions == 0);
  CHECK_FALSE(world.WasShown("secret"));
  CHECK(world.WasShown("mine"));
  world.hostile.AnswerWith({});
  CHECK(world.Send("GET", "/fishing/v1/anglers/1", cookies).status == 200);
  CHECK(world.sessions == 0);
  CHECK_FALSE(world.WasShown("secret"));
  CHECK_FALSE(world.WasShown("bbbb"));
  CHECK_FALSE(world.WasShown("mine"));
  // The platform's own page looks at it.
  CHECK(world.Send("GET", "/own/page", cookies).status == 200);
  CHECK(world.sessions == 1);
}

TEST_CASE("a plug-in that asks for what is not its own is not served", "[gateway][hostile]") {
  auto [from, to, rule] = GENERATE(table<std::string, std::string, std::string>({
      {"{access: PUBLIC location", "{access: SESSION location", "session: "},
      {"page: true pass_cookies: \"fishing_basket\"",
       "page: true pass_cookies: \"__Host-tamarack-session\"", "cookie: "},
      {"page: true pass_cookies: \"fishing_basket\"", "page: true pass_cookies: \"roads_basket\"",
       "cookie: "},
  }));
  World world;
  world.gateway.WriteDescriptors("fishing.binpb", Replaced(HostileProto(), from, to));
  REQUIRE(Eventually([&] {
    auto report = world.gateway.Report(1);
    return boost::json::serialize(report.at("problems")).find(rule) != std::string::npos;
  }));
}

TEST_CASE("a request that a plug-in's documents forbid never reaches it", "[gateway][hostile]") {
  World world;
  const std::string json = "Content-Type: application/json\r\n";
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  auto [method, target, headers, body, member, where] = GENERATE_COPY(
      table<std::string, std::string, std::string, std::string, std::string, std::string>({
          {"GET", "/fishing/v1/anglers/1234", "", "", "parameter", "id"},
          {"GET", "/fishing/v1/anglers?id=1234", "", "", "parameter", "id"},
          {"GET", "/fishing/v1/anglers?licence.days=31", "", "", "parameter", "licence.days"},
          {"POST", "/fishing/v1/anglers", json, R"({"id": "1234"})", "pointer", "/id"},
          {"POST", "/fishing/v1/anglers", form, "id=1234", "pointer", "/id"},
          {"POST", "/fishing/v1/anglers", form, "fish=a&fish=B", "pointer", "/fish/1"},
          {"POST", "/fishing/v1/anglers", json, R"({"fish": ["a", "b", "c"]})", "pointer", "/fish"},
          {"POST", "/fishing/v1/anglers", json, R"({"licence": {}})", "pointer", "/licence/days"},
          {"PUT", "/fishing/v1/anglers/1", json, R"({"days": 31})", "pointer", "/days"},
          {"PUT", "/fishing/v1/anglers/1234", json, R"({"days": 1})", "parameter", "id"},
      }));
  INFO(method << " " << target << " " << body);
  Answer answer = world.Send(method, target, headers + "Accept-Language: fr\r\n", body);
  CHECK(answer.status == 400);
  auto error = answer.Json().at("errors").at(0).as_object();
  CHECK(Show(error.if_contains(member)) == where);
  CHECK(world.hostile.Calls("/fishing.Fishing/Get") == 0);
  CHECK(world.hostile.Calls("/fishing.Fishing/Create") == 0);
  CHECK(world.Send("POST", "/fishing/v1/anglers", json, R"({"id": "123"})").status == 200);
  CHECK(world.hostile.Calls("/fishing.Fishing/Create") == 1);
}

}  // namespace
}  // namespace tamarack::gateway
