// What becomes of an answer between the service and the wire: tags and conditions, content codings.
#include "fixture.h"

#include <brotli/decode.h>
#include <zlib.h>

#include <set>
#include <sstream>
#include <vector>

namespace tamarack::gateway {
namespace {

const std::string kPage(2000, 'x');  // A page token that comes back, so that the answer is large.
const std::string kLarge = "/toy/v1/kites?page_token=" + kPage;
const std::string kScript = "Origin: https://app.example\r\n";

std::string Gunzip(const std::string& body) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(4 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string Unbrotli(const std::string& body) {
  std::string out(4 << 20, '\0');
  size_t size = out.size();
  CHECK(BrotliDecoderDecompress(body.size(), reinterpret_cast<const uint8_t*>(body.data()), &size,
                                reinterpret_cast<uint8_t*>(out.data())) ==
        BROTLI_DECODER_RESULT_SUCCESS);
  out.resize(size);
  return out;
}

// All lines of a header.
std::vector<std::string> Headers(const Answer& answer, const std::string& name) {
  std::vector<std::string> values;
  std::istringstream lines(answer.head);
  for (std::string line; std::getline(lines, line);) {
    if (absl::AsciiStrToLower(line).starts_with(name + ": "))
      values.push_back(line.substr(name.size() + 2));
  }
  return values;
}

TEST_CASE_METHOD(Fixture, "large text is compressed as the caller likes it", "[gateway]") {
  Answer plain = Get(kLarge);
  CHECK(plain.Header("content-encoding") == "");
  CHECK(plain.Header("vary") == "Accept-Encoding");
  Answer gzip = Get(kLarge, "Accept-Encoding: gzip\r\n");
  CHECK(gzip.Header("content-encoding") == "gzip");
  CHECK(Gunzip(gzip.body) == plain.body);
  Answer brotli = Get(kLarge, "Accept-Encoding: gzip, br\r\n");
  CHECK(brotli.Header("content-encoding") == "br");
  CHECK(Unbrotli(brotli.body) == plain.body);
  CHECK(Get(kLarge, "Accept-Encoding: br;q=0, *;q=0.1\r\n").Header("content-encoding") == "gzip");
  CHECK(Get(kLarge, "Accept-Encoding: gzip;q=0\r\n").Header("content-encoding") == "");
  CHECK(gzip.Header("etag") != plain.Header("etag"));
  Answer head = Send("HEAD", kLarge, "Accept-Encoding: gzip\r\n");
  CHECK(head.Header("content-length") == gzip.Header("content-length"));
  CHECK(head.body.empty());
}

TEST_CASE_METHOD(Fixture, "what is small, or holds a secret, is not compressed", "[gateway]") {
  const std::string all = "Accept-Encoding: gzip, br\r\n";
  Answer small = Get("/toy/v1/kites", all);
  CHECK(small.Header("content-encoding") == "");
  CHECK_THAT(small.head, !Catch::Contains("Accept-Encoding"));
  // A page holds the CSRF token next to what the link brought along.
  Answer page = Get("/en/toy?name=" + kPage, all);
  CHECK(page.status == 200);
  CHECK(page.Header("content-encoding") == "");
  CHECK(Get("/en/toy?name=" + kPage,
            all + "Cookie: __Host-tamarack-csrf=" + std::string(43, 'a') + "\r\n")
            .Header("content-encoding") == "");
  CHECK(Get(kLarge, all + "Cookie: a=b\r\n").Header("content-encoding") == "");
}

TEST_CASE_METHOD(Fixture, "files and the API description come compressed with tags", "[gateway]") {
  auto target = GENERATE(values<std::string>({"/assets/site.css", "/openapi.json"}));
  Answer plain = Get(target);
  Answer brotli = Get(target, "Accept-Encoding: br\r\n");
  CHECK(Unbrotli(brotli.body) == plain.body);
  CHECK(Gunzip(Get(target, "Accept-Encoding: gzip\r\n").body) == plain.body);
  // A tag stands for one coding: the other's spares nothing.
  CHECK(Get(target, "If-None-Match: " + brotli.Header("etag") + "\r\n").status == 200);
  for (const Answer* answer : {&plain, &brotli}) {
    std::string coding = answer == &brotli ? "br" : "identity";
    Answer again = Get(target, "Accept-Encoding: " + coding +
                                   "\r\nIf-None-Match: " + answer->Header("etag") + "\r\n");
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.Header("content-type") == "");
  }
}

TEST_CASE_METHOD(Fixture, "an answer that the caller has is not sent again", "[gateway]") {
  Answer first = Get("/toy/v1/kites/7");
  std::string etag = first.Header("etag");
  CHECK(etag.size() == 34);
  CHECK(Get("/toy/v1/kites/7").Header("etag") == etag);
  CHECK(Get("/toy/v1/kites/8").Header("etag") != etag);
  for (const std::string& list : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
    INFO(list);
    Answer again = Get("/toy/v1/kites/7", "If-None-Match: " + list + "\r\n");
    CHECK(again.status == 304);
    CHECK(again.Header("etag") == etag);
    CHECK(again.body.empty());
  }
  CHECK(Get("/toy/v1/kites/7", "If-None-Match: \"x\"\r\n").status == 200);
  CHECK(Get("/toy/v1/kites/404", "If-None-Match: *\r\n").status == 404);
  CHECK(Get("/toy/v1/kites/7", "If-None-Match: \"x\"\r\nIf-None-Match: " + etag + "\r\n").status ==
        304);
  // What cannot be read spares nothing; a date is no condition here.
  CHECK(Get("/toy/v1/kites/7", "If-None-Match: " + etag.substr(1) + "\r\n").status == 200);
  CHECK(Get("/toy/v1/kites/7", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n").status ==
        200);
}

TEST_CASE_METHOD(Fixture, "a 304 has the tag and the Vary of the answer that it spares",
                 "[gateway]") {
  auto target = GENERATE(values<std::string>({kLarge, "/toy/v1/kites/7", "/toy/v1/kites/version-br",
                                              "/toy/v1/kites/weak", "/assets/site.css",
                                              "/assets/app.0123abcd.js", "/openapi.json"}));
  for (const char* accept :
       {"", "gzip", "br", "gzip, br", "br;Q=0, gzip", "identity", "*", "zstd"}) {
    for (const char* method : {"GET", "HEAD"}) {
      std::string headers = kScript + "Accept-Encoding: " + accept + "\r\n";
      INFO(method << " " << target << " " << accept);
      Answer full = Get(target, headers);
      REQUIRE(full.status == 200);
      Answer spared =
          Send(method, target, headers + "If-None-Match: " + full.Header("etag") + "\r\n");
      CHECK(spared.status == 304);
      CHECK(spared.body.empty());
      for (const char* name : {"etag", "vary", "cache-control"})
        CHECK(spared.Header(name) == full.Header(name));
      CHECK(Headers(spared, "vary") == Headers(full, "vary"));
      CHECK(spared.Header("content-encoding") == "");
    }
  }
  // Another coding is another answer.
  Answer gzip = Get(kLarge, "Accept-Encoding: gzip\r\n");
  CHECK(
      Get(kLarge, "Accept-Encoding: br\r\nIf-None-Match: " + gzip.Header("etag") + "\r\n").status ==
      200);
}

TEST_CASE_METHOD(Fixture, "a resource's own tag wins, and conditions are kept", "[gateway]") {
  Answer tagged = Get("/toy/v1/kites/tagged");
  CHECK(tagged.Header("etag") == "\"v7\"");
  CHECK(Get("/toy/v1/kites/tagged", "If-Match: \"v7\"\r\n").status == 200);
  Answer failed = Get("/toy/v1/kites/tagged", "If-Match: \"v6\"\r\n");
  CHECK(failed.status == 412);
  CHECK(failed.Header("content-type") == "application/problem+json");

  for (const char* file : {"/assets/site.css", "/openapi.json"}) {
    CHECK(Get(file, "If-Match: \"v6\"\r\n").status == 412);
    CHECK(Get(file, "If-Match: *\r\n").status == 200);
  }
  Answer weak = Get("/toy/v1/kites/weak");
  CHECK(weak.Header("etag") == "W/\"v7\"");
  CHECK(Get("/toy/v1/kites/weak", "If-None-Match: \"v7\"\r\n").status == 304);
  CHECK(Get("/toy/v1/kites/weak", "If-Match: W/\"v7\"\r\n").status == 412);
}

TEST_CASE_METHOD(Fixture, "a change under a condition takes place only if it is met", "[gateway]") {
  auto [condition, status] = GENERATE(table<std::string, int>({
      {"", 200},
      {"If-Match: \"v7\"\r\n", 200},
      {"If-Match: \"v6\", \"v7\"\r\n", 200},
      {"If-Match: \"v6\"\r\nif-match: \"v7\"\r\n", 200},
      {"If-Match: *\r\n", 200},
      {"If-Match: \"v7;br\"\r\n", 200},  // as a compressed answer had it
      {"If-Match: \"v6\"\r\n", 412},
      {"If-Match: \"v7-br\"\r\n", 412},
      {"If-Match: W/\"v7\"\r\n", 412},
      {"If-Match: \"\xc3\xa9\"\r\n", 412},
      {"If-Match: W/\"\xe9\", W/\"v7\"\r\n", 412},
      {"If-Match: v1\r\n", 400},
      {"If-Match: v7\r\n", 400},
      {"If-Match: W/v1\r\n", 400},
      {"If-Match: \"v1\r\n", 400},
      {"If-Match: \"v7\", v6\r\n", 400},
      {"If-Match: \"v7\" \"v6\"\r\n", 400},
      {"If-Match: *, \"v7\"\r\n", 400},
      {"If-Match: *\r\nIf-Match: \"v7\"\r\n", 400},
      {"If-Match: \r\n", 400},
      {"If-Match: w/\"v7\"\r\n", 400},
      {"If-None-Match: \"v6\"\r\n", 200},
      {"If-None-Match: \"\xc3\xa9\"\r\n", 200},
      {"If-None-Match: *\r\n", 412},
      {"If-None-Match: \"v7\"\r\n", 412},
      {"If-None-Match: W/\"v7\"\r\n", 412},
      {"If-None-Match: \"v7;gzip\"\r\n", 412},
      {"If-None-Match: v6\r\n", 400},
      {"If-None-Match: \r\n", 400},
      {"If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n", 200},
  }));
  INFO(condition);
  Answer answer =
      Send("PATCH", "/toy/v1/owners/o/kites/tagged",
           "Content-Type: application/json\r\n" + kWriter + condition, R"({"colour":"red"})");
  CHECK(answer.status == status);
}

TEST_CASE_METHOD(Fixture, "a service's tag that ends like a coding stays what it is", "[gateway]") {
  const std::string target = "/toy/v1/kites/version-br";
  CHECK(Get(target).Header("etag") == "\"v7-br\"");
  Answer gzip = Get(target, "Accept-Encoding: gzip\r\n");
  CHECK(gzip.Header("etag") == "\"v7-br;gzip\"");
  for (const std::string& tag : {std::string("\"v7-br\""), gzip.Header("etag")}) {
    INFO(tag);
    CHECK(Send("PATCH", "/toy/v1/owners/o/kites/version-br",
               "Content-Type: application/json\r\n" + kWriter + "If-Match: " + tag + "\r\n",
               R"({"colour":"red"})")
              .status == 200);
    CHECK(Get(target, "If-Match: " + tag + "\r\n").status == 200);
  }
}

TEST_CASE_METHOD(Fixture, "a condition that a method does not know is not met", "[gateway]") {
  for (const char* condition : {"If-Match: \"x\"\r\n", "If-Match: *\r\n", "If-None-Match: *\r\n",
                                "If-None-Match: \"x\"\r\n"}) {
    INFO(condition);
    CHECK(PostJson("/toy/v1/kites/7:land", "{}", kWriter + "Idempotency-Key: k\r\n" + condition)
              .status == 412);
  }
}

TEST_CASE_METHOD(Fixture, "a GET with an effect is for those who mean it", "[gateway]") {
  CHECK(Get("/toy/v1/ticket").Json().at("name").as_string() == "tickets/1");
  Answer head = Send("HEAD", "/toy/v1/ticket");
  CHECK(head.status == 405);
  CHECK(head.Header("allow") == "GET, OPTIONS, POST");
  for (const char* purpose :
       {"Sec-Purpose: prefetch\r\n", "Sec-Purpose: prefetch;prerender\r\n", "Purpose: Prefetch\r\n",
        "X-Purpose: preview\r\n", "X-moz: prefetch\r\n"}) {
    INFO(purpose);
    Answer ahead = Get("/toy/v1/ticket", purpose);
    CHECK(ahead.status == 403);
    CHECK(ahead.Header("cache-control") == "no-store");
    CHECK(Get("/toy/v1/kites/7", purpose).status == 200);
  }
  // Nor does it happen first and is then said not to have been wanted.
  for (const char* condition :
       {"If-Match: \"x\"\r\n", "If-Match: *\r\n", "If-Match: W/\"x\"\r\n"}) {
    INFO(condition);
    CHECK(Get("/toy/v1/ticket", condition).status == 412);
  }
  CHECK(Get("/toy/v1/ticket", "If-Match: x\r\n").status == 400);
  CHECK(toy.kites.tickets == 1);
  CHECK(Get("/toy/v1/ticket", "Sec-Purpose: x\r\n").status == 200);
  CHECK(Send("HEAD", "/toy/v1/kites/7").status == 200);
}

TEST_CASE_METHOD(Fixture, "what came over plain HTTP to an HTTPS site is refused", "[gateway]") {
  GatewayOptions secure_options{"https://services.example", "/{lang}/sign-in", {"127.0.0.1"}, true};
  Gateway secure(std::move(secure_options), snapshot, nullptr, Assets(), pages::DefaultBrand(),
                 registry);
  auto secure_server = std::make_unique<http::Server>(
      io.get_executor(), http::ServerOptions{},
      [&](http::Request request) { return secure.Handle(std::move(request)); });
  std::swap(server, secure_server);
  Answer plain = Get("/toy/v1/kites/7", "X-Forwarded-Proto: http\r\n");
  Answer tls = Get("/toy/v1/kites/7", "X-Forwarded-Proto: https\r\n");
  std::swap(server, secure_server);
  CHECK(secure_server->Drain(std::chrono::seconds(5)));
  CHECK(plain.status == 403);
  CHECK_THAT(plain.body, Catch::Contains("/problems/https-required"));
  CHECK(tls.status == 200);
  CHECK_THAT(tls.head, Catch::Contains("Strict-Transport-Security"));
}

}  // namespace
}  // namespace tamarack::gateway
