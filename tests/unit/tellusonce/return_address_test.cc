#include "services/tellusonce/return_address.h"

#include <catch2/catch.hpp>

namespace tamarack::tellusonce {
namespace {

std::vector<v1::Subscription> Subscriptions() {
  v1::Subscription first, second;
  first.add_return_origins("https://licences.example");
  first.add_return_origins("http://localhost:8090");
  second.add_return_origins("https://[2001:db8::1]:8443");
  return {first, second};
}

TEST_CASE("SafeReturnTo: paths of this site and origins that a subscription names",
          "[tellusonce]") {
  for (const char* good :
       {"/", "/en/account", "/en/changes/1?a=b&c=%2F", "/a//b", "/a:b", "https://licences.example",
        "https://licences.example/en/licence?x=1#y", "http://localhost:8090/fr/",
        "https://[2001:db8::1]:8443/x", "HTTPS://Licences.Example/X", "/{lang}/account",
        "https://licences.example/{lang}/licence"}) {
    INFO(good);
    CHECK(SafeReturnTo(good, "en", Subscriptions()) == good);
  }
}

TEST_CASE("SafeReturnTo: everything else is dropped, however it is dressed up", "[tellusonce]") {
  const std::vector<std::string> bad{"",
                                     " ",
                                     "evil",
                                     "//evil",
                                     "///evil",
                                     "//evil/path",
                                     "/\\evil",
                                     "\\\\evil",
                                     "\\/evil",
                                     "/\tevil",
                                     "/\n/evil",
                                     "/\r\nx",
                                     " /en",
                                     "/ en",
                                     "/é",
                                     "https://evil",
                                     "https://evil/licences.example",
                                     "https://evil?https://licences.example",
                                     "https://licences.example.evil",
                                     "https://evil#https://licences.example/",
                                     "https://licences.example@evil",
                                     "https://licences.example:pw@evil/",
                                     "https://user@licences.example/",
                                     "https://licences.example:443/",
                                     "https://licences.example:8443/",
                                     "http://licences.example/",
                                     "http://localhost/",
                                     "http://localhost:8091/",
                                     "http://localhost:80900/",
                                     "https:licences.example",
                                     "https:/licences.example",
                                     "https:///licences.example",
                                     "https://licences.example\\@evil/",
                                     "https://licences.example\t/",
                                     "https://licences.example\n",
                                     "HTTPS://EVIL/",
                                     "javascript:alert(1)",
                                     "javascript://licences.example/%0aalert(1)",
                                     "data:text/html,x",
                                     "ftp://licences.example/",
                                     "file:///etc/passwd",
                                     "licences.example",
                                     std::string("/x\0y", 4),
                                     "https://licences.example%2eevil/",
                                     "https://{lang}/",
                                     "https://{lang}.licences.example/",
                                     "https://licences.example{lang}/",
                                     "{lang}",
                                     "/{language}",
                                     "https://[2001:db8::1]/",
                                     "https://[2001:db8::1]:8443.evil/"};
  for (const auto& each : bad) {
    INFO(each);
    CHECK(SafeReturnTo(each, "en", Subscriptions()).empty());
  }
  CHECK(SafeReturnTo("https://licences.example/", "en", {}).empty());
}

TEST_CASE("ReturnUrl: in the language that the person reads", "[tellusonce]") {
  struct Case {
    const char* return_to;
    const char* url;
  };
  for (auto [return_to, url] :
       {Case{"https://licences.example/{lang}/licence?ui={lang}",
             "https://licences.example/fr/licence?ui=fr"},
        Case{"/{lang}/account", "/fr/account"}, Case{"/en/account?x=/en/", "/fr/account?x=/en/"},
        Case{"/fr/account", "/fr/account"},
        // What others' addresses mean is for them to say.
        Case{"https://licences.example/en/licence", "https://licences.example/en/licence"},
        Case{"/english/", "/english/"}, Case{"", ""}}) {
    CHECK(ReturnUrl(return_to, "fr") == url);
  }
}

TEST_CASE("OriginOf: scheme, host and port of web addresses", "[tellusonce]") {
  CHECK(OriginOf("https://a.example/x?y#z") == "https://a.example");
  CHECK(OriginOf("http://a.example:81/x") == "http://a.example:81");
  CHECK(OriginOf("HTTPS://A.Example:81/X") == "https://a.example:81");
  for (const char* none :
       {"", "/x", "//a.example", "ftp://a.example", "https://u@a.example", "https://", "https:///x",
        "x", "https://a.example:0", "https://a..example", "https://1.2.3.999"}) {
    INFO(none);
    CHECK(OriginOf(none).empty());
  }
}

}  // namespace
}  // namespace tamarack::tellusonce
