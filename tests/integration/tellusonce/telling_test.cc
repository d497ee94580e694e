#include "platform/rpc/errors.h"
#include "tests/integration/tellusonce/world.h"

#include <future>
#include <set>

// Goal: a change is recorded once, and told to those whom the person chose and to nobody else.
// Method: see world.h.
namespace tamarack::tellusonce {
namespace {

TEST_CASE_METHOD(
    World,
    "The same form posted 20 times at once records one change and one event for each ministry",
    "[tellusonce]") {
  std::vector<std::future<Shown>> posts;
  for (int i = 0; i < 20; ++i)
    posts.push_back(std::async(std::launch::async, [&] { return Show("TellAddress", Form()); }));
  std::set<std::string> locations;
  for (auto& post : posts) {
    Shown told = post.get();
    REQUIRE(told.answer.status.ok());
    CHECK(told.answer.Http("status") == "303");
    locations.insert(told.answer.Http("location"));
  }
  CHECK(locations.size() == 1);
  CHECK(Sql("SELECT count(*) FROM change") == "1");
  CHECK(Sql("SELECT count(*) FROM delivery") == "2");
  CHECK(Sql("SELECT count(*) FROM event") == "2");
  CHECK(Sql("SELECT count(*) FROM webhook_delivery") == "2");
}

TEST_CASE_METHOD(World,
                 "Each ministry is told of its own subject: signed, thin, and by an id of its own",
                 "[tellusonce]") {
  StartDispatcher();
  REQUIRE(Show("TellAddress", Form()).answer.status.ok());
  auto at_licences = Events(licences, 1), at_health = Events(health, 1);
  REQUIRE(at_licences.size() == 1);
  REQUIRE(at_health.size() == 1);
  for (const auto& [event, own, other, ministry] :
       {std::tuple(at_licences[0], licence_subscription.secret(), health_subscription.secret(),
                   "ministry-of-licences"),
        std::tuple(at_health[0], health_subscription.secret(), licence_subscription.secret(),
                   "ministry-of-health")}) {
    auto header = [&, &headers = event.request.headers](const char* name) {
      return headers.Get(name).value_or("");
    };
    webhooks::SignatureHeaders signature{header("webhook-id"), header("webhook-timestamp"),
                                         header("webhook-signature")};
    int64_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    CHECK(webhooks::Verify(own, signature, event.request.body, now).ok());
    CHECK_FALSE(webhooks::Verify(other, signature, event.request.body, now).ok());
    CHECK(event.body.at("type") == "ca.tamarack.tellusonce.address.changed.v1");
    CHECK(event.body.at("subject").as_string() == Directory::SubjectAt(ministry));
    CHECK(event.data().size() == 3);
    CHECK(event.data().at("subject").as_string() == Directory::SubjectAt(ministry));
    CHECK(event.data().at("change_type") == "address");
    for (const char* secret : {"Birch", "Timmins", "P4N", "zoe-on-the-platform"}) {
      CHECK(event.request.body.find(secret) == std::string::npos);
    }
  }
  // Nothing that the two could compare.
  CHECK(at_licences[0].body.at("id") != at_health[0].body.at("id"));
  CHECK(at_licences[0].delivery_id() != at_health[0].delivery_id());
  for (const auto& told : {at_licences[0], at_health[0]})
    CHECK_FALSE(told.body.contains("sequence"));
}

TEST_CASE_METHOD(World, "No table holds a readable address", "[tellusonce]") {
  StartDispatcher();
  REQUIRE(Show("TellAddress", Form("12 Birch Street")).answer.status.ok());
  Events(licences, 1);
  Events(health, 1);
  std::string tables =
      Sql("SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'");
  size_t checked = 0;
  for (size_t begin = 0; begin < tables.size(); ++checked) {
    size_t end = std::min(tables.find(' ', begin), tables.size());
    std::string table = tables.substr(begin, end - begin);
    INFO(table);
    CHECK(Sql("SELECT count(*) FROM " + table + " t WHERE t::text ~* 'birch|timmins|p4n'") == "0");
    begin = end + 1;
  }
  CHECK(checked >= 7);
}

TEST_CASE_METHOD(World, "Only the ministries chosen are told", "[tellusonce]") {
  StartDispatcher();
  auto form = Form();
  form.mutable_subscription_id()->RemoveLast();
  auto told = Show("TellAddress", form);
  REQUIRE(told.answer.status.ok());
  CHECK(Events(licences, 1).size() == 1);
  CHECK(Sql("SELECT count(*) FROM event") == "1");
  CHECK(health.received().empty());
  auto status = Status(ChangeOf(told));
  CHECK(status.Has("Driver’s licence"));
  CHECK_FALSE(status.Has("Health card"));
}

TEST_CASE_METHOD(World,
                 "Who chooses nobody is asked again, in their language, and nothing is recorded",
                 "[tellusonce]") {
  for (auto [lang, text] : {std::pair("en", "Select at least one organization"),
                            std::pair("fr", "au moins un organisme")}) {
    auto form = Form();
    form.set_lang(lang);
    form.clear_subscription_id();
    auto shown = Show("TellAddress", form);
    REQUIRE(shown.answer.status.ok());
    CHECK(shown.answer.Http("status") == "422");
    CHECK(shown.Has("id=\"error-summary\""));
    CHECK(shown.Has(text));
    CHECK(shown.Has("value=\"12 Birch Street\""));
    CHECK(shown.Has("value=\"form-1\""));
  }
  CHECK(Sql("SELECT count(*) FROM change") == "0");
}

TEST_CASE_METHOD(World, "A subscription's name is one line as people see it", "[tellusonce]") {
  auto made =
      TrySubscribe("parks", " Parks\u00a0\nand trails", "Parcs", "https://parks.example/hook");
  REQUIRE(made.ok());
  CHECK(made->subscription().name_en() == "Ministry of Services, Parks and trails");
  for (const char* bad : {"Parks\u202e x", "Par\x07ks", "Par\u2066ks\u2069 x"}) {
    auto violations = rpc::ViolationsOf(
        TrySubscribe("parks", "Parks", bad, "https://parks.example/hook").status());
    REQUIRE(violations.size() == 1);
    CHECK(violations[0].field == "name_fr");
  }
}

TEST_CASE_METHOD(World, "Text with U+0000 is refused at a service's own port", "[tellusonce]") {
  using namespace std::string_literals;
  for (const std::string& bad : {"\0"s, "Parks\0"s, "Par\0ks"s}) {
    auto status = TrySubscribe("parks", bad, "Parcs", "https://parks.example/hook").status();
    CHECK(absl::IsInvalidArgument(status));
  }
}

TEST_CASE_METHOD(World, "People read the ministry's name, once, whatever a subscription is called",
                 "[tellusonce]") {
  struct {
    const char* called_en;
    const char* called_fr;
    const char* read_en;
    const char* read_fr;
  } const kCases[] = {
      {"My service", "Mon service", "Ministry of Services, My service",
       "Ministère des Services, Mon service"},
      {"Ministry of Services, parks", "ministère des services, parcs",
       "Ministry of Services, parks", "ministère des services, parcs"},
      {"Ministry of Services", "Ministère des Services", "Ministry of Services",
       "Ministère des Services"},
      // Another ministry's name never comes first.
      {"Ministry of Health, Ministry of Services", "Ministère des Services sociaux",
       "Ministry of Services, Ministry of Health, Ministry of Services",
       "Ministère des Services, Ministère des Services sociaux"},
      {"Ministry of Health", "Ministère de la Santé", "Ministry of Services, Ministry of Health",
       "Ministère des Services, Ministère de la Santé"},
  };
  for (const auto& c : kCases) {
    auto made = TrySubscribe("parks", c.called_en, c.called_fr, "https://parks.example/hook");
    REQUIRE(made.ok());
    CHECK(made->subscription().name_en() == c.read_en);
    CHECK(made->subscription().name_fr() == c.read_fr);
  }
  for (auto [lang, read] : {std::pair("en", "Ministry of Services, My service"),
                            std::pair("fr", "Ministère des Services, Mon service")}) {
    auto form = Form();
    form.set_lang(lang);
    form.clear_subscription_id();  // asks again
    CHECK(Show("TellAddress", form).Has(read));
  }
}

TEST_CASE_METHOD(World, "A subscription names a ministry that exists and an address to tell",
                 "[tellusonce]") {
  struct Case {
    const char* ministry;
    const char* url;
    const char* field;
  };
  for (const auto& each :
       std::vector<Case>{{"nowhere", "https://licences.example/hook", "ministry_id"},
                         {"parks", "http://10.1.2.3/hook", "url"},
                         {"parks", "ftp://licences.example/hook", "url"},
                         {"parks", "https://a:b@licences.example/hook", "url"}}) {
    INFO(each.ministry << " " << each.url);
    auto status = TrySubscribe(each.ministry, "Parks", "Parcs", each.url).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK_THAT(std::string(status.message()), Catch::StartsWith(each.field));
  }
  constexpr char kHook[] = "https://parks.example/hook";
  for (const char* origin :
       {"https://parks.example/", "https://parks.example:99999", "https://parks..example",
        "https://1.2.3.999", "ftp://parks.example"}) {
    INFO(origin);
    auto status = TrySubscribe("parks", "Parks", "Parcs", kHook, origin).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK_THAT(std::string(status.message()), Catch::StartsWith("return_origins[0]"));
  }
  CHECK(Sql("SELECT count(*) FROM subscription") == "2");
  CHECK(Sql("SELECT count(*) FROM webhook_endpoint") == "2");
  // A ministry has one spelling, that of identity.
  auto parks = TrySubscribe("PARKS", "Parks", "Parcs", kHook, "HTTPS://parks.example");
  REQUIRE(parks.ok());
  CHECK(parks->subscription().ministry_id() == "ministry-of-parks");
}

// As an older version let them in, or as a ministry that was closed leaves them behind.
TEST_CASE_METHOD(World, "A ministry that does not exist keeps no other from being told",
                 "[tellusonce]") {
  Sql("UPDATE subscription SET ministry_id = 'ministry-of-nowhere' WHERE ministry_id = "
      "'ministry-of-health'");
  StartDispatcher();
  auto told = Show("TellAddress", Form());
  REQUIRE(told.answer.status.ok());
  CHECK(told.answer.Http("status") == "303");
  CHECK(Events(licences, 1).size() == 1);
  WaitFor([&] { return Status(ChangeOf(told)).Has("data-state=\"active\""); });
  CHECK(Status(ChangeOf(told)).Has("We could not tell this organization."));
  CHECK(Status(ChangeOf(told), "fr").Has("pas pu aviser cet organisme."));
  CHECK(Sql("SELECT count(*) FROM delivery") == "2");
  CHECK(health.received().empty());
}

TEST_CASE_METHOD(World, "A subscription that does not exist is refused", "[tellusonce]") {
  auto form = Form();
  form.add_subscription_id("018f0000-0000-7000-8000-000000000000");
  CHECK(absl::IsInvalidArgument(Show("TellAddress", form).answer.status));
  CHECK(Sql("SELECT count(*) FROM change") == "0");
}

TEST_CASE_METHOD(World, "A blank or endless street is told at its field, and told to nobody",
                 "[tellusonce]") {
  const std::string too_long(20000, 'x');
  for (const auto& [street, text] :
       {std::pair(std::string(" "), "Enter your street address"),
        std::pair(std::string("\u00a0"), "Enter your street address"),
        std::pair(std::string("\u3000\u200b"), "Enter your street address"),
        std::pair(too_long, "Enter 200\u00a0characters or fewer")}) {
    for (const auto& shown :
         {Show("ReviewAddress", Review(Form(street))), Show("TellAddress", Form(street))}) {
      REQUIRE(shown.answer.status.ok());
      CHECK(shown.answer.Http("status") == "422");
      CHECK(shown.Has(text));
      CHECK(shown.Has("id=\"line-1-error\""));
    }
  }
  CHECK(Sql("SELECT count(*) FROM change") == "0");
}

TEST_CASE_METHOD(World, "A wrong address is shown again as it was typed, escaped", "[tellusonce]") {
  auto form = Form("<b>\"12\"</b>");
  form.set_postal_code("12345");
  for (const auto& shown : {Show("ReviewAddress", Review(form)), Show("TellAddress", form)}) {
    REQUIRE(shown.answer.status.ok());
    CHECK(shown.answer.Http("status") == "422");
    CHECK(shown.Has("id=\"postal-code-error\""));
    CHECK(shown.Has("&lt;b&gt;"));
    CHECK_FALSE(shown.Has("<b>\"12"));
  }
  CHECK(Sql("SELECT count(*) FROM change") == "0");
}

TEST_CASE_METHOD(World, "The review names who would be told and why, with none chosen beforehand",
                 "[tellusonce]") {
  auto form = Form();
  auto english = Show("ReviewAddress", Review(form));
  REQUIRE(english.answer.status.ok());
  CHECK(english.Has("12 Birch Street, Timmins ON"));
  CHECK(english.Has("P4N 2K6"));
  CHECK(english.Has("Health card"));
  CHECK(english.Has("To keep it up to date."));
  CHECK_FALSE(english.Has("checked"));
  form.set_lang("fr");
  auto french = Show("ReviewAddress", Review(form));
  CHECK(french.Has("Carte Santé"));
  CHECK(french.Has("Pour la tenir à jour."));
  CHECK_FALSE(french.Has("Health card"));
}

TEST_CASE_METHOD(World, "Who answered 410 is offered to nobody, and misleads nobody",
                 "[tellusonce]") {
  health.status = 410;
  StartDispatcher();
  REQUIRE(Show("TellAddress", Form("1 Birch Street", "a")).answer.status.ok());
  WaitFor([&] { return Sql("SELECT count(*) FROM webhook_endpoint WHERE enabled") == "1"; });
  auto form = Form("2 Birch Street", "b");
  auto review = Show("ReviewAddress", Review(form));
  CHECK(review.Has("Driver’s licence"));
  CHECK_FALSE(review.Has("Health card"));
  // Who had the page open already is told what became of it.
  auto told = Show("TellAddress", form);
  CHECK(told.answer.Http("status") == "303");
  CHECK(Status(ChangeOf(told)).Has("We could not tell this organization."));

  // With nobody left, nothing is asked.
  Sql("UPDATE webhook_endpoint SET enabled = false");
  review = Show("ReviewAddress", Review(form));
  CHECK(review.Has("No organization has asked to be told."));
  CHECK_FALSE(review.Has("name=\"subscription_id\""));
  auto alone = Form("3 Birch Street", "c");
  alone.clear_subscription_id();
  alone.set_return_to("https://licences.example:8443/{lang}/licence");
  told = Show("TellAddress", alone);
  CHECK(told.answer.Http("status") == "303");
  // Services still get their people back.
  auto status = Status(ChangeOf(told), "fr", alone.return_to());
  CHECK(status.Has("href=\"https://licences.example:8443/fr/licence\""));
  CHECK(status.Has("Nous ne pouvons pas l’aviser pour le moment"));
  CHECK_FALSE(status.Has("id=\"tell-service\""));
}

TEST_CASE_METHOD(World, "From the review one goes back to what was typed", "[tellusonce]") {
  auto form = Form("7 \"Maple\" Street");
  form.set_lang("fr");
  form.set_return_to("/fr/account");
  auto review = Show("ReviewAddress", Review(form));
  size_t begin = review.html.find("<form id=\"edit-form\"");
  REQUIRE(begin != std::string::npos);
  std::string back = review.html.substr(begin, review.html.find("</form>", begin) - begin);
  for (const char* part :
       {"action=\"/fr/address\"", "name=\"change_language\" value=\"true\"",
        "name=\"line_1\" value=\"7 &quot;Maple&quot; Street\"", "name=\"city\" value=\"Timmins\"",
        "name=\"province\" value=\"ON\"", "name=\"postal_code\" value=\"P4N 2K6\"",
        "name=\"return_to\" value=\"/fr/account\""}) {
    INFO(part);
    CHECK_THAT(back, Catch::Contains(part));
  }
  auto request = Review(form);
  request.set_change_language(true);
  CHECK(Show("ReviewAddress", request).Has("value=\"7 &quot;Maple&quot; Street\""));
  CHECK_FALSE(review.Has("<a class=\"tmk-back\""));
}

TEST_CASE_METHOD(World,
                 "The form shows the address told last, before that the one from registration",
                 "[tellusonce]") {
  v1::ShowAddressRequest show;
  show.set_lang("en");
  CHECK(Show("ShowAddress", show).Has("1 Registration Road"));
  REQUIRE(Show("TellAddress", Form("12 Birch Street", "a")).answer.status.ok());
  REQUIRE(Show("TellAddress", Form("13 Birch Street", "b")).answer.status.ok());
  CHECK(Show("ShowAddress", show).Has("13 Birch Street"));
}

TEST_CASE_METHOD(World,
                 "Changes told at once by one person reach every ministry in the order recorded",
                 "[tellusonce]") {
  StartDispatcher();
  constexpr int kTellings = 12;
  std::vector<std::future<Shown>> posts;
  for (int i = 0; i < kTellings; ++i) {
    posts.push_back(std::async(std::launch::async, [this, i] {
      return Show("TellAddress",
                  Form(std::to_string(i) + " Birch Street", "form-" + std::to_string(i)));
    }));
  }
  for (auto& post : posts) CHECK(post.get().answer.status.ok());
  for (auto* receiver : {&licences, &health}) {
    auto events = Events(*receiver, kTellings);
    auto& ministry = receiver == &licences ? licence_ministry : health_ministry;
    std::string newest = (*host.Await(changes.FindAddress(zoe.subject)))->line_1();
    CHECK(Read(events.back().delivery_id(), ministry)->address().line_1() == newest);
  }
  CHECK(Sql("SELECT count(*) FROM (SELECT c.sequence, lag(c.sequence) OVER (PARTITION BY "
            "d.subscription_id ORDER BY "
            "e.sequence) AS before FROM event e JOIN delivery d USING (event_id) JOIN change c "
            "USING (change_id)) o "
            "WHERE before > sequence") == "0");
}

TEST_CASE_METHOD(World,
                 "Nobody but a signed-in person sees the pages, and each only their own changes",
                 "[tellusonce]") {
  auto told = Show("TellAddress", Form());
  auto stranger = testing::PersonCaller("another-person");
  v1::ShowChangeRequest request;
  request.set_lang("en");
  request.set_change_id(ChangeOf(told));
  CHECK(Show("ShowChange", request).answer.status.ok());
  CHECK(absl::IsNotFound(Show("ShowChange", request, &stranger).answer.status));
  CHECK_FALSE(Show("ShowChange", request, &licence_ministry).answer.status.ok());
  CHECK_FALSE(host.Call<google::api::HttpBody>("/tamarack.tellusonce.v1.ChangeService/ShowChange",
                                               request, nullptr)
                  .ok());
  request.set_change_id("not-an-id");
  CHECK(absl::IsNotFound(Show("ShowChange", request).answer.status));
}

}  // namespace
}  // namespace tamarack::tellusonce
