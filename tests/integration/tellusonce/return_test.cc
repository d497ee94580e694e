#include "tests/integration/tellusonce/world.h"

// Goal: who came from a service goes back there, in their language, and knows whether it was told.
// Method: see world.h.
namespace tamarack::tellusonce {
namespace {

TEST_CASE_METHOD(World,
                 "People are sent back to origins that a subscription names, and nowhere else",
                 "[tellusonce]") {
  struct Case {
    const char* return_to;
    bool is_kept;
  };
  for (auto [return_to, is_kept] :
       {Case{"https://licences.example:8443/en/licence?x=1", true}, Case{"/en/reference", true},
        Case{"https://evil.example/", false}, Case{"//evil.example/", false},
        Case{"https://licences.example/", false}, Case{"javascript:alert(1)", false}}) {
    INFO(return_to);
    v1::ShowAddressRequest show;
    show.set_lang("en");
    show.set_return_to(return_to);
    CHECK(Show("ShowAddress", show).Has("name=\"return_to\" value=\"\"") == !is_kept);
    CHECK(Show("ShowAddress", show).Has("id=\"back\" href=\"/en/account\"") == !is_kept);
    auto form = Form("12 Birch Street", return_to);
    form.set_return_to(return_to);
    auto told = Show("TellAddress", form);
    CHECK((told.answer.Http("location").find("return_to=") != std::string::npos) == is_kept);
    v1::ShowChangeRequest status;
    status.set_lang("en");
    status.set_change_id(ChangeOf(told));
    status.set_return_to(return_to);
    auto shown = Show("ShowChange", status);
    CHECK(shown.Has("id=\"continue\"") == is_kept);
    CHECK_FALSE(shown.Has("evil.example"));
  }
}

TEST_CASE_METHOD(World, "Who came from a service and did not choose it reads so", "[tellusonce]") {
  constexpr char kOrigin[] = "https://parks.example:8443";
  REQUIRE(TrySubscribe("parks", "Parks", "Parcs", "https://parks.example/hook", kOrigin).ok());
  struct Case {
    const char* return_to;
    const char* left_out;
  };
  auto told = Show("TellAddress", Form());
  for (auto [return_to, left_out] :
       {Case{"https://parks.example:8443/{lang}/", "Ministry of Services, Parks"},
        Case{"https://licences.example:8443/en/licence", nullptr}, Case{"/en/account", nullptr},
        Case{"https://evil.example/", nullptr}, Case{"", nullptr}}) {
    INFO(return_to);
    auto status = Status(ChangeOf(told), "en", return_to);
    REQUIRE(status.answer.status.ok());
    CHECK(status.Has("id=\"service-left-out\"") == (left_out != nullptr));
    if (left_out == nullptr) continue;
    CHECK(status.Has(std::string("You did not choose it: ") + left_out));
    CHECK(
        status.Has("id=\"tell-service\" "
                   "href=\"/en/address?return_to=https%3A%2F%2Fparks.example%3A8443%2F%7B"
                   "lang%7D%2F\""));
    CHECK(Status(ChangeOf(told), "fr", return_to)
              .Has("Vous ne l’avez pas choisi\u00a0: Ministère des Services, Parcs"));
  }
}

TEST_CASE_METHOD(World, "People go back in the language that they read last", "[tellusonce]") {
  constexpr char kService[] = "https://licences.example:8443/{lang}/licence";
  v1::ShowAddressRequest show;
  auto form = Form();
  for (auto [lang, other] : {std::pair("en", "fr"), std::pair("fr", "en")}) {
    show.set_lang(lang);
    form.set_lang(lang);
    for (const std::string& return_to :
         {std::string(kService), "/" + std::string(other) + "/account"}) {
      std::string url = return_to == kService
                            ? "https://licences.example:8443/" + std::string(lang) + "/licence"
                            : "/" + std::string(lang) + "/account";
      show.set_return_to(return_to);
      form.set_return_to(return_to);
      CHECK(Show("ShowAddress", show).Has("id=\"back\" href=\"" + url + "\""));
      auto told = Show("TellAddress", form);
      CHECK(Status(ChangeOf(told), lang, return_to).Has("id=\"continue\" href=\"" + url + "\""));
    }
  }
}

}  // namespace
}  // namespace tamarack::tellusonce
