#include "tests/support/rotation.h"
#include "tests/integration/notify/fixture.h"

namespace tamarack::notify {

TEST_CASE_METHOD(Fixture, "Keys change: notifications and repeated requests stay readable") {
  const std::string id = Send(Email(), "key-1")->id();
  REQUIRE(testing::Rotate(host, ring).ok());
  CHECK(Get(id).email_address() == "a@simulator.notify");
  CHECK(testing::Reseal(host, ring, UsesOfKeys(ring)) == 0);
  CHECK(Count("sealed LIKE '2.%'") == "1");
  REQUIRE(testing::RetireEarlier(host, ring).ok());
  CHECK(Get(id).email_address() == "a@simulator.notify");
  CHECK(Send(Email(), "key-1")->id() == id);
}

TEST_CASE_METHOD(Fixture,
                 "A notification that cannot be read is listed without its content, and waits") {
  const std::string unreadable = Send(Email())->id();
  const std::string good = Send(Email())->id();
  const std::string is_unreadable = "notification_id = '" + unreadable + "'";
  const std::string sealed =
      host.database().Execute("SELECT sealed FROM notification WHERE " + is_unreadable);
  host.database().Execute("UPDATE notification SET sealed = '9.AAAA', attempts = 48 WHERE " +
                          is_unreadable);
  auto listed =
      host.Call<v1::ListNotificationsResponse>(kList, v1::ListNotificationsRequest(), &caller);
  REQUIRE(listed.ok());
  REQUIRE(listed->notifications_size() == 2);
  CHECK(listed->notifications(0).email_address() == "a@simulator.notify");
  CHECK(listed->notifications(1).id() == unreadable);
  CHECK(listed->notifications(1).email_address().empty());
  worker.Start();
  CHECK(FinalStatus(good) == "delivered");
  // However long its key is away: nobody tried to send it.
  REQUIRE(testing::Eventually([&] {
    return Count("status = 2 AND attempts = 48 AND due_at > now() AND " + is_unreadable) == "1";
  }));
  host.database().Execute("UPDATE notification SET due_at = now(), sealed = '" + sealed +
                          "' WHERE " + is_unreadable);
  REQUIRE(Send(Email()).ok());  // wakes the worker
  CHECK(FinalStatus(unreadable) == "delivered");
  worker.Stop();
}

}  // namespace tamarack::notify
