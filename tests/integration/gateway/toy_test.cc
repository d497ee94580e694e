// The toy service, which the gateway was not built with, works through it: routes, bodies, pages,
// errors.
#include "fixture.h"

namespace tamarack::gateway {
namespace {

TEST_CASE_METHOD(Fixture, "a service known by its descriptor set alone is served", "[gateway]") {
  Answer answer = Get("/toy/v1/kites/7");
  CHECK(answer.status == 200);
  CHECK(answer.Header("content-type") == "application/json");
  CHECK(
      answer.body ==
      R"({"name":"kites/7","colour":"","price_cents":0,"note":null,"create_time":"1970-01-01T00:00:01Z"})");
  CHECK(answer.Header("x-request-id").size() == 36);
  CHECK(answer.Header("x-content-type-options") == "nosniff");
  CHECK(answer.Header("cache-control") == "no-store");
  CHECK(Get("/toy/v1/by-name/a/b").body.find(R"("name":"a/b")") != std::string::npos);
  CHECK(Show(Get("/toy/v1/kites?filter.colour=red&page_size=2").Json().if_contains("asked")) ==
        "filter { colour: \"red\" } page_size: 2");
}

TEST_CASE_METHOD(Fixture, "success status, location and idempotency key follow the policy",
                 "[gateway]") {
  Answer created = PostJson("/toy/v1/kites", R"({"colour":"red","price_cents":5})",
                            kWriter + "Idempotency-Key: \"8e03978e\"\r\n");
  CHECK(created.status == 201);
  CHECK(created.Header("location") == "/toy/v1/kites/%C3%A9%201");
  CHECK(Show(created.Json().if_contains("note")) == "8e03978e");
  Answer deleted = Send("DELETE", "/toy/v1/kites/7", "Authorization: Bearer admin\r\n");
  CHECK(deleted.status == 204);
  CHECK(deleted.body.empty());
  CHECK(PostJson("/toy/v1/kites/7:land", "{}", kWriter).status == 400);
  CHECK(PostJson("/toy/v1/kites/7:land", "{}", kWriter + "Idempotency-Key: a\r\n").status == 200);
}

TEST_CASE_METHOD(Fixture, "HEAD and OPTIONS come from the table", "[gateway]") {
  Answer head = Send("HEAD", "/toy/v1/kites/7");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(head.Header("content-length") != "0");
  Answer options = Send("OPTIONS", "/toy/v1/kites/7");
  CHECK(options.status == 204);
  CHECK(options.Header("allow") == "DELETE, GET, HEAD, OPTIONS");
  Answer purge = Send("PURGE", "/toy/v1/echo");
  CHECK(purge.status == 200);
  Answer wrong = Send("PUT", "/toy/v1/kites/7");
  CHECK(wrong.status == 405);
  CHECK(wrong.Header("allow") == "DELETE, GET, HEAD, OPTIONS");
}

TEST_CASE_METHOD(Fixture, "bytes and single fields are bodies too", "[gateway]") {
  Answer upload =
      Send("POST", "/toy/v1/upload", "Content-Type: text/csv\r\n", std::string("a,b\n\0\xff", 6));
  CHECK(upload.Header("content-type") == "text/csv");
  CHECK(upload.body == std::string("a,b\n\0\xff", 6));
  CHECK(Send("PUT", "/toy/v1/echo/list", "Content-Type: application/json\r\n", "[3,4]").body ==
        "[3,4]");
}

TEST_CASE_METHOD(Fixture,
                 "a credential becomes an access token, and internal headers are never forwarded",
                 "[gateway]") {
  Answer answer =
      Get("/toy/v1/inspect",
          kWriter +
              "x-tamarack-client-ip: 6.6.6.6\r\nx-tamarack-language: fr\r\ngrpc-timeout: 1n\r\n"
              "x-tamarack-header-if-match: forged\r\nIf-Match: \"e1\"\r\nX-Secret: s\r\n"
              "Cookie: a=b; Flavour=sweet; __Host-tamarack-session=person\r\nX-Forwarded-For: "
              "6.6.6.6\r\n"
              "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n");
  REQUIRE(answer.status == 200);
  auto metadata = answer.Json().at("metadata").as_object();
  CHECK(Show(metadata.if_contains("authorization")).starts_with("Bearer e30."));
  CHECK(Show(metadata.if_contains("x-tamarack-client-ip")) == "127.0.0.1");
  CHECK(Show(metadata.if_contains("x-tamarack-language")) == "en");
  CHECK(Show(metadata.if_contains("x-tamarack-header-if-match")) == "\"e1\"");
  CHECK(Show(metadata.if_contains("x-tamarack-cookie-flavour")) == "sweet");
  CHECK(Show(metadata.if_contains("x-request-id")) == answer.Header("x-request-id"));
  CHECK(Show(metadata.if_contains("traceparent"))
            .starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
  CHECK_FALSE(metadata.contains("x-secret"));
  CHECK_FALSE(metadata.contains("cookie"));
  CHECK_FALSE(metadata.contains("x-tamarack-cookie-a"));
}

TEST_CASE_METHOD(Fixture, "one credential is exchanged once", "[gateway]") {
  for (int i = 0; i < 5; ++i) CHECK(Get("/toy/v1/inspect", kWriter).status == 200);
  CHECK(toy.credentials.exchanges == 1);
}

TEST_CASE_METHOD(Fixture, "a person's session is exchanged where the policy says so", "[gateway]") {
  CHECK(Get("/toy/v1/me").status == 401);
  CHECK(Get("/toy/v1/me", kWriter).status == 401);
  Answer mine = Get("/toy/v1/me", "Cookie: __Host-tamarack-session=person\r\n");
  CHECK(mine.status == 200);
  CHECK(Get("/toy/v1/me", "Cookie: __Host-tamarack-session=forged\r\n").status == 401);
  Answer page = Get("/fr/toy/account?name=x", "Accept: text/html\r\n");
  CHECK(page.status == 303);
  CHECK(page.Header("location") == "/fr/sign-in?return_to=/fr/toy/account%3Fname%3Dx");
  CHECK(Get("/en/toy/account", "Cookie: __Host-tamarack-session=person\r\n").status == 200);
}

TEST_CASE_METHOD(Fixture, "a page whose service finds the session ended leads to the sign-in page",
                 "[gateway]") {
  Answer page = Get("/en/toy/account?name=ended", "Cookie: __Host-tamarack-session=person\r\n");
  CHECK(page.status == 303);
  CHECK(page.Header("location") == "/en/sign-in?return_to=/en/toy/account%3Fname%3Dended");
}

TEST_CASE_METHOD(Fixture, "a session is looked at on public pages, not on other public methods",
                 "[gateway]") {
  std::string cookie = "Cookie: __Host-tamarack-session=person\r\n";
  CHECK(Get("/en/toy", cookie).body.find(" known") != std::string::npos);
  CHECK(Get("/en/toy").body.find(" known") == std::string::npos);
  CHECK(toy.credentials.exchanges == 1);
  CHECK(Get("/toy/v1/kites/7", cookie).status == 200);
  CHECK(toy.credentials.exchanges == 1);
}

TEST_CASE_METHOD(Fixture, "a gateway that identity does not know is no fault of its callers",
                 "[gateway]") {
  Answer answer = Get("/toy/v1/inspect", "Authorization: Bearer stranger\r\n");
  CHECK(answer.status == 503);
  CHECK(answer.body.find("secret") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "what is deep enough to be read is not too deep for the service",
                 "[gateway]") {
  auto nested = [](size_t depth) {
    std::string open, close;
    for (size_t i = 1; i < depth; ++i) {
      open += R"({"a":)";
      close += "}";
    }
    return R"({"struct":)" + open + "{}" + close + "}";
  };
  Answer answer = PostJson("/toy/v1/echo", nested(31));
  CHECK(answer.status == 200);
  CHECK(boost::json::serialize(answer.Json().at("struct")) ==
        boost::json::serialize(boost::json::parse(nested(31)).at("struct")));
  CHECK(PostJson("/toy/v1/echo", nested(33)).status == 400);
}

TEST_CASE_METHOD(Fixture, "whose form's answer is lost is not invited to send it again",
                 "[gateway]") {
  auto [language, heading] = GENERATE(
      table<std::string, const char*>({{"en", "We do not know whether this worked"},
                                       {"fr", "Nous ne savons pas si cela a fonctionné"}}));
  std::string token = Get("/en/toy", "Accept: text/html\r\n").Header("set-cookie").substr(21, 22);
  std::string own = "Accept: text/html\r\nCookie: __Host-tamarack-csrf=" + token +
                    "\r\nSec-Fetch-Site: same-origin\r\n";
  std::string path = "/" + language + "/toy";
  for (auto [code, status] : {std::pair(1, 499), {4, 504}, {13, 500}, {14, 503}}) {
    INFO(code);
    std::string query = "name=fails&age=" + std::to_string(code);
    Answer sent = PostForm(path, query + "&csrf_token=" + token, own);
    CHECK(sent.status == status);
    CHECK(sent.Header("retry-after").empty());
    CHECK(sent.body.find(heading) != std::string::npos);
    CHECK(sent.body.find("ry again") == std::string::npos);
    CHECK(sent.body.find("éessayez") == std::string::npos);
    // Who only looked may look again.
    Answer seen = Get(path + "?" + query, own);
    CHECK(seen.status == status);
    CHECK(seen.body.find(heading) == std::string::npos);
  }
}

TEST_CASE_METHOD(Fixture, "a page gets its headers and its token against cross-site requests",
                 "[gateway]") {
  Answer page = Get("/en/toy?name=hello", "Accept: text/html\r\n");
  CHECK(page.status == 200);
  CHECK(page.Header("content-language") == "en");
  CHECK(page.Header("content-security-policy").find("form-action 'self' https://rp.example;") !=
        std::string::npos);
  CHECK(page.Header("referrer-policy") == "same-origin");
  std::string cookie = page.Header("set-cookie");
  REQUIRE(cookie.starts_with("__Host-tamarack-csrf="));
  std::string token = cookie.substr(21, 22);
  CHECK(page.body.find("csrf=" + token) != std::string::npos);
  CHECK(Get("/en/toy", "Cookie: __Host-tamarack-csrf=" + token + "\r\n")
            .Header("set-cookie")
            .empty());

  std::string own = "Cookie: __Host-tamarack-csrf=" + token + "\r\n";
  std::string same_origin = own + "Origin: " + kOrigin + "\r\n";
  CHECK(PostForm("/en/toy", "name=x&csrf_token=" + token, same_origin).status == 200);
  CHECK(PostForm("/en/toy", "name=x&csrf_token=" + token, own + "Sec-Fetch-Site: same-origin\r\n")
            .status == 200);
  CHECK(PostForm("/en/toy", "name=x&csrf_token=" + token, own).status == 403);
  CHECK(PostForm("/en/toy", "name=x&csrf_token=" + token, own + "Sec-Fetch-Site: cross-site\r\n")
            .status == 403);
  CHECK(PostForm("/en/toy", "name=x&csrf_token=" + token, own + "Origin: http://evil.example\r\n")
            .status == 403);
  CHECK(PostForm("/en/toy", "name=x", same_origin).status == 403);
  // Two pages opened at once: the cookie has the other one's token. The browser's word is enough,
  // if both parts of it are there and say the same.
  std::string other = "name=x&csrf_token=AAAAAAAAAAAAAAAAAAAAAA";
  CHECK(PostForm("/en/toy", other, same_origin + "Sec-Fetch-Site: same-origin\r\n").status == 200);
  for (const char* site : {"none", "same-site", "cross-site"})
    CHECK(PostForm("/en/toy", other, same_origin + "Sec-Fetch-Site: " + site + "\r\n").status ==
          403);
  std::string foreign = own + "Sec-Fetch-Site: same-origin\r\n";
  CHECK(PostForm("/en/toy", other, foreign).status == 403);
  CHECK(PostForm("/en/toy", other, foreign + "Origin: null\r\n").status == 403);
  // Not where somebody is signed in: that a form is ours does not say for whom it was.
  std::string signed_in =
      "Cookie: __Host-tamarack-session=person\r\nOrigin: " + std::string(kOrigin) +
      "\r\nSec-Fetch-Site: same-origin\r\n";
  CHECK(PostForm("/en/toy/account", other, signed_in).status == 403);
  CHECK(PostForm("/en/toy", other, foreign + "Origin: http://evil.example\r\n").status == 403);
  CHECK(PostForm("/en/toy", "name=x&csrf_token=AAAAAAAAAAAAAAAAAAAAAA", same_origin).status == 403);
  CHECK(
      PostForm("/en/toy", "name=x&csrf_token=" + token, "Origin: " + std::string(kOrigin) + "\r\n")
          .status == 403);
}

TEST_CASE_METHOD(Fixture, "a service chooses status, redirect and cookies from an allow-list",
                 "[gateway]") {
  Answer answer = Get("/en/toy?location=/en/elsewhere");
  CHECK(answer.status == 303);
  CHECK(answer.Header("location") == "/en/elsewhere");
  CHECK(answer.head.find("Set-Cookie: a=1; Path=/") != std::string::npos);
  CHECK(answer.head.find("Set-Cookie: b=2; Path=/") != std::string::npos);
  CHECK(answer.Header("x-powered-by").empty());
}

TEST_CASE_METHOD(Fixture,
                 "a browser on a page gets a page for an error, in the language of the path",
                 "[gateway]") {
  Answer missing = Get("/nowhere", "Accept: text/html,*/*\r\nAccept-Language: fr\r\n");
  CHECK(missing.status == 404);
  CHECK(missing.Header("content-type").starts_with("text/html"));
  CHECK(missing.body.find("lang=\"fr\"") != std::string::npos);
  CHECK(missing.body.find(missing.Header("x-request-id")) != std::string::npos);
  Answer lost = Get("/en/nowhere?a=b", "Accept: text/html\r\n");
  CHECK(lost.body.find("href=\"/fr/nowhere?a=b\"") != std::string::npos);
  Answer refused = PostForm("/en/toy", "name=x", "Accept: text/html\r\nAccept-Language: fr\r\n");
  CHECK(refused.status == 403);
  CHECK(refused.body.find("lang=\"en\"") != std::string::npos);
  CHECK(Get("/de/toy").status == 404);
}

TEST_CASE_METHOD(Fixture, "a browser sent by another site's form gets a page for an error",
                 "[gateway]") {
  struct Case {
    const char* path;
    const char* accept;
    const char* type;
  };
  for (auto [path, accept, type] :
       {Case{"/toy/v1/upload", "text/html,*/*;q=0.8", "text/html"},
        Case{"/toy/v1/upload", "*/*", "application/problem+json"},
        Case{"/toy/v1/echo", "text/html,*/*;q=0.8", "application/problem+json"}}) {
    INFO(path << " " << accept);
    Answer refused = PostForm(std::string(path) + "?unknown=1", "a=b",
                              absl::StrCat("Accept: ", accept, "\r\nAccept-Language: fr\r\n"));
    CHECK(refused.status == 400);
    CHECK(refused.Header("content-type").starts_with(type));
  }
}

TEST_CASE_METHOD(Fixture, "an error page is for everybody, and leads home and back", "[gateway]") {
  const std::string html = "Accept: text/html\r\n";
  auto holds = [](const Answer& answer, std::string_view text) {
    INFO(text);
    CHECK(answer.body.find(text) != std::string::npos);
  };
  Answer stale = PostForm("/fr/toy", "name=x", html);
  CHECK(stale.status == 403);
  holds(stale, "Cette page n’est plus à jour");
  holds(stale, "id=\"go-back\" href=\"/fr/toy\"");
  std::string own = html + "Referer: " + kOrigin;
  holds(PostForm("/fr/toy", "name=x", own + "/fr/toy?name=y\r\n"), "href=\"/fr/toy?name=y\"");
  Answer lost = Get("/en/nowhere", own + "/en/toy\r\nAccept-Language: fr\r\n");
  holds(lost, "<html lang=\"en\">");
  holds(Get("/fr/nowhere", html), "<html lang=\"fr\">");
  holds(Get("/fr/toy%ZZ", html), "<html lang=\"fr\">");
  holds(lost, "id=\"go-back\" href=\"/en/toy\"");
  Answer unread = Get("/en/toy?nothing=1", own + "/en/toy?name=y\r\n");
  CHECK(unread.status == 400);
  for (const Answer& answer : {stale, lost, unread}) {
    holds(answer, "id=\"go-home\"");
    CHECK(answer.body.find("developers") == std::string::npos);
    CHECK(answer.body.find("développeurs") == std::string::npos);
  }
  // Only to pages of ours.
  for (const char* referer : {"http://evil.example/en/toy", "//evil.example", "/toy/v1/kites/7"}) {
    Answer elsewhere = Get("/en/nowhere", html + "Referer: " + referer + "\r\n");
    CHECK(elsewhere.body.find("id=\"go-back\"") == std::string::npos);
  }
  Answer api = Get("/en/nowhere", own + "/toy/v1/kites/7\r\n");
  CHECK(api.body.find("id=\"go-back\"") == std::string::npos);
  CHECK(Get("/en/nowhere", "Accept: application/json\r\n").Header("content-type") ==
        "application/problem+json");
}

TEST_CASE_METHOD(Fixture, "a slow call is given up in time, a dead back end is said at once",
                 "[gateway]") {
  Answer slow = PostJson("/toy/v1/fail", R"({"hang":true})");
  CHECK(slow.status == 504);
  toy.server->Shutdown();
  Answer dead = Get("/toy/v1/kites/7");
  CHECK(dead.status == 503);
  CHECK(dead.body.find("127.0.0.1") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a client that goes away cancels the call", "[gateway]") {
  asio::io_context context;
  auto socket = Connect(context);
  std::string body = R"({"hang":true})";
  asio::write(
      socket,
      asio::buffer("POST /oauth/fail HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                   "Content-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body));
  REQUIRE(toy.oauths.hanging.Becomes(1));
  socket.set_option(asio::socket_base::linger(true, 0));  // reset: nobody waits for an answer
  socket.close();
  CHECK(toy.oauths.hanging.Becomes(0));
}

TEST_CASE_METHOD(Fixture, "static files have tags, types and ages", "[gateway]") {
  Answer css = Get("/assets/site.css", "Accept-Encoding: gzip\r\n");
  CHECK(css.status == 200);
  CHECK(css.Header("content-type") == "text/css; charset=utf-8");
  CHECK(css.Header("content-encoding") == "gzip");
  CHECK(css.Header("cache-control") == "public, max-age=300");
  CHECK(Get("/assets/site.css").body.size() == 2003);
  CHECK(Get("/assets/site.css",
            "Accept-Encoding: gzip\r\nIf-None-Match: " + css.Header("etag") + "\r\n")
            .status == 304);
  CHECK(Get("/assets/app.0123abcd.js").Header("cache-control") ==
        "public, max-age=31536000, immutable");
  CHECK(Get("/assets/../gateway.json").status == 400);
  CHECK(Get("/assets/none.css").status == 404);
}

TEST_CASE_METHOD(Fixture, "the OpenAPI document is served", "[gateway]") {
  Answer answer = Get("/openapi.json");
  CHECK(answer.status == 200);
  CHECK(answer.Json().at("paths").as_object().contains("/toy/v1/kites"));
}

TEST_CASE_METHOD(Fixture, "requests are counted by method and status", "[gateway]") {
  Get("/toy/v1/kites/7");
  Get("/toy/v1/kites/404");
  Get("/nowhere");
  auto text = telemetry::SerializeMetrics(registry);
  CHECK(
      text.find(
          R"(tamarack_gateway_requests_total{method="toy.v1.KiteService.GetKite",status="200"} 1)") !=
      std::string::npos);
  CHECK(
      text.find(
          R"(tamarack_gateway_requests_total{method="toy.v1.KiteService.GetKite",status="404"} 1)") !=
      std::string::npos);
  CHECK(text.find(R"(tamarack_gateway_requests_total{method="none",status="404"} 1)") !=
        std::string::npos);
}

}  // namespace
}  // namespace tamarack::gateway
