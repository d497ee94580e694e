// Goal: how a ministry knows a person is decided once, and then stays: under another key, in a
// ministry that follows, for whoever asks first. Method: all of identity over real gRPC, PostgreSQL
// and Redis; what is stored is told from what would be derived.
#include "platform/crypto/jws.h"
#include "services/identity/key_uses.h"
#include "tests/integration/identity/browser.h"
#include "tests/support/rotation.h"

#include "tamarack/identity/v1/directory_service.pb.h"

#include <catch2/catch.hpp>

#include <set>

namespace tamarack::identity {
namespace {

constexpr char kEmail[] = "zoe@example.test";

struct SubjectWorld : World {
  std::string subject = NewPerson(kEmail);
  std::string person_id = host.Await(people.FindByEmail(auth::Mode::kLive, kEmail))->id;
  SubjectRepository elsewhere{host.pool(), keyring};  // as another replica

  std::string At(SubjectRepository& from, const std::string& ministry_id) {
    auto found = host.Await(from.At(ministry_id, person_id));
    REQUIRE(found.ok());
    return *found;
  }
  absl::StatusOr<v1::Ministry> NewMinistry(const std::string& sector) {
    v1::CreateMinistryRequest request;
    request.set_name_en("Successor");
    request.set_name_fr("Successeur");
    request.set_sector(sector);
    return Call<v1::Ministry>("AdminService/CreateMinistry", request, admin_token());
  }
};

// The person came with a release that derived each subject when it was asked for.
struct EarlyWorld : SubjectWorld {
  const std::string first_key = keyring.SubjectKeys().front();
  const std::string told = NewService().ministry_id(), later = NewService().ministry_id();
  const std::string early = PairwiseSubject(first_key, "tamarack", person_id);

  EarlyWorld() {
    database_value("UPDATE person SET subject = '" + early + "'");
    database_value("DELETE FROM subject_key");
  }
};

TEST_CASE_METHOD(EarlyWorld,
                 "Subjects: what people of the first releases are known by comes out the same, "
                 "when the version that it was made with has gone") {
  REQUIRE(testing::Rotate(host, ring).ok());
  REQUIRE(host.Await(subjects.KeepFirstKey()).ok());
  CHECK(At(subjects, told) == PairwiseSubject(first_key, told, person_id));
  REQUIRE(testing::Reseal(host, ring, UsesOfKeys(ring)) == 0);
  REQUIRE(testing::RetireEarlier(host, ring).ok());
  CHECK(keyring.SubjectKeys().front() != first_key);
  CHECK(At(elsewhere, told) == PairwiseSubject(first_key, told, person_id));
  CHECK(At(elsewhere, later) == PairwiseSubject(first_key, later, person_id));
  CHECK(*host.Await(elsewhere.OnPlatform(person_id)) == early);
}

TEST_CASE_METHOD(EarlyWorld, "Subjects: without the version that they hang on nobody is told any") {
  REQUIRE(testing::Rotate(host, ring).ok());
  REQUIRE(testing::RetireEarlier(host, ring).ok());
  CHECK(absl::IsFailedPrecondition(host.Await(subjects.KeepFirstKey())));
  CHECK_FALSE(host.Await(subjects.At(told, person_id)).ok());
  CHECK(database_value("SELECT count(*) FROM subject_key") == "0");
  CHECK(database_value("SELECT count(*) FROM pairwise_subject") == "0");
}

TEST_CASE_METHOD(EarlyWorld, "Subjects: until the first key is kept, its version stays") {
  auto hang_on_it = [&] {
    for (const auto& column : UsesOfKeys(ring).columns) {
      if (column.name() != "person.subject") continue;
      auto counts = host.Await(keys::CountVersions(host.pool(), column, ring.versions()));
      return counts->empty() ? 0 : counts->front().rows;
    }
    return int64_t{-1};
  };
  CHECK(hang_on_it() == 1);
  REQUIRE(host.Await(subjects.KeepFirstKey()).ok());
  CHECK(hang_on_it() == 0);
}

TEST_CASE_METHOD(SubjectWorld, "Subjects: those of people who come later hang on no key") {
  const std::string key = keyring.SubjectKeys().front();
  const std::string ministry = NewService().ministry_id();
  std::string known_as = At(subjects, ministry);
  CHECK(known_as.size() == 43);
  CHECK(known_as != PairwiseSubject(key, ministry, person_id));
  CHECK(At(elsewhere, ministry) == known_as);
  CHECK(subject != PairwiseSubject(key, "tamarack", person_id));
}

TEST_CASE_METHOD(SubjectWorld, "Subjects: whoever asks first at once, all are told the same") {
  std::vector<std::string> ministries;
  for (int i = 0; i < 4; ++i) ministries.push_back(NewService().ministry_id());
  std::vector<std::string> reversed(ministries.rbegin(), ministries.rend());
  auto ask = [&]() -> boost::asio::awaitable<std::set<std::string>> {
    std::set<std::string> told;
    int asked = 0;
    boost::asio::steady_timer done(co_await boost::asio::this_coro::executor,
                                   boost::asio::steady_timer::time_point::max());
    for (int i = 0; i < 8; ++i) {
      SubjectRepository& from = i % 2 == 0 ? subjects : elsewhere;
      boost::asio::co_spawn(co_await boost::asio::this_coro::executor,
                            from.AtEach(i % 3 == 0 ? reversed : ministries, person_id),
                            [&](std::exception_ptr, auto found) {
                              std::string all;
                              if (found.ok())
                                for (const auto& [id, name] : *found) all += id + name;
                              told.insert(all);
                              if (++asked == 8) done.cancel();
                            });
    }
    while (asked < 8) co_await done.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return told;
  };
  auto told = host.Await(ask());
  CHECK(told.size() == 1);
  CHECK_FALSE(told.contains(""));
  CHECK(database_value("SELECT count(*) FROM pairwise_subject") == "4");
}

TEST_CASE_METHOD(SubjectWorld, "Subjects: everybody is told what is stored, not what is derived") {
  RelyingParty party{*this}, neighbour{*this};
  database_value(
      "INSERT INTO pairwise_subject SELECT person_id, ministry_id, 'known as ' || ministry_id "
      "FROM person, ministry");
  auto stored = [](const std::string& ministry_id) { return "known as " + ministry_id; };
  const std::string own = party.client.client().ministry_id();
  const std::string other = neighbour.client.client().ministry_id();
  Browser browser{*this};
  browser.SignIn(kEmail);
  auto tokens = party.Redeem(party.TokenRequest(party.Code(browser, party.Request())));
  REQUIRE(tokens.ok());
  auto claims_of = [](const std::string& token) { return crypto::PeekJws(token)->claims; };
  CHECK(Text(claims_of(tokens->id_token()), "sub") == stored(own));
  CHECK(Text(claims_of(tokens->access_token()), "sub") == stored(own));
  neighbour.Code(browser, neighbour.Request());  // where the person agrees, too
  auto at_other = ExchangeBearer(tokens->access_token(), {"fishing", other});
  REQUIRE(at_other.ok());
  CHECK(Text(claims_of(at_other->access_token()), "sub") == stored(other));
  CHECK(Text(*party.UserInfo(tokens->access_token()), "sub") == stored(own));

  v1::ResolveSubjectsRequest request;
  request.set_subject(subject);
  for (const std::string& id : {own, other}) request.add_ministry_ids(id);
  auto resolved = Call<v1::ResolveSubjectsResponse>("DirectoryService/ResolveSubjects", request,
                                                    PlatformToken("tellusonce"));
  REQUIRE(resolved.ok());
  CHECK(resolved->subjects().at(own) == stored(own));
  CHECK(resolved->subjects().at(other) == stored(other));
}

TEST_CASE_METHOD(SubjectWorld, "Subjects: a ministry that follows another knows people as it did") {
  v1::Ministry old = *NewMinistry("");
  CHECK(old.sector() == old.ministry_id());
  auto follows = NewMinistry(old.sector());
  REQUIRE(follows.ok());
  CHECK(follows->sector() == old.ministry_id());
  auto again = NewMinistry(follows->sector());
  REQUIRE(again.ok());
  std::string known_as = At(subjects, old.ministry_id());
  CHECK(At(subjects, again->ministry_id()) == known_as);
  CHECK(At(subjects, NewMinistry("")->ministry_id()) != known_as);
  auto all = host.Await(subjects.AtEach({old.ministry_id(), follows->ministry_id()}, person_id));
  REQUIRE(all.ok());
  CHECK(all->size() == 2);
  // The platform's own subjects are no ministry's to have.
  for (const char* nobody : {"tamarack", "018f0000-0000-7000-8000-000000000000", "x'--"}) {
    auto refused = NewMinistry(nobody);
    CHECK(absl::IsInvalidArgument(refused.status()));
    auto violations = rpc::ViolationsOf(refused.status());
    REQUIRE(violations.size() == 1);
    CHECK(violations[0].field == "sector");
  }
}

}  // namespace
}  // namespace tamarack::identity
