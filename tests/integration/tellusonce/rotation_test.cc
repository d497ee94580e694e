#include "tests/support/rotation.h"
#include "tests/integration/tellusonce/world.h"

namespace tamarack::tellusonce {

TEST_CASE_METHOD(World, "Keys change: addresses and webhooks stay readable") {
  std::string change = ChangeOf(Show("TellAddress", Form()));
  REQUIRE(testing::Rotate(host, ring).ok());
  CHECK(Status(change).Has("12 Birch Street"));
  CHECK(testing::Reseal(host, ring, UsesOfKeys(ring)) == 0);
  CHECK(Sql("SELECT count(*) FROM person_key WHERE sealed_key LIKE '2.%'") == "1");
  CHECK(Sql("SELECT count(*) FROM webhook_endpoint WHERE sealed_secret LIKE '2.%'") == "2");
  REQUIRE(testing::RetireEarlier(host, ring).ok());
  CHECK(Status(change).Has("12 Birch Street"));
  StartDispatcher();
  CHECK(Events(licences, 1).size() == 1);
}

TEST_CASE_METHOD(World, "An address that cannot be read does not keep others from the directory") {
  auto other = testing::PersonCaller("other-person");
  Show("TellAddress", Form("1 Oak Street", "form-1"), &other);
  Show("TellAddress", Form("12 Birch Street", "form-2"));
  Sql("UPDATE person_key SET sealed_key = '9.AAAA' WHERE subject = 'other-person'");
  StartSync();
  WaitFor([&] { return directory.AddressOf(zoe.subject) == "12 Birch Street"; });
  WaitFor([&] {
    return Sql("SELECT count(*) FROM change WHERE directory_synced_at IS NULL") == "1";
  });
}

}  // namespace tamarack::tellusonce
