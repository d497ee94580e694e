#include "tests/integration/notify/fixture.h"

#include <re2/re2.h>

#include <set>

// Goal: whoever reads what was sent page by page finds all of it. Method: see fixture.h.
namespace tamarack::notify {
namespace {

TEST_CASE_METHOD(Fixture, "ListNotifications: newest first, by reference, by status", "[notify]") {
  for (const char* reference : {"a", "b", "b"}) {
    auto request = Email();
    request.set_reference(reference);
    REQUIRE(Send(request).ok());
  }
  v1::ListNotificationsRequest all;
  auto listed = host.Call<v1::ListNotificationsResponse>(kList, all, &caller);
  REQUIRE(listed.ok());
  REQUIRE(listed->notifications_size() == 3);
  CHECK(listed->notifications(2).reference() == "a");
  v1::ListNotificationsRequest some;
  some.set_reference("b");
  some.add_status("created");
  auto filtered = host.Call<v1::ListNotificationsResponse>(kList, some, &caller);
  CHECK(filtered->notifications_size() == 2);
  CHECK(filtered->links().current() ==
        "http://gov.test/v2/notifications?status=created&reference=b");
  v1::ListNotificationsRequest bad;
  bad.add_status("lost");
  CHECK(absl::IsInvalidArgument(
      host.Call<v1::ListNotificationsResponse>(kList, bad, &caller).status()));
}

TEST_CASE_METHOD(Fixture, "ListNotifications: the next page goes on with the same question",
                 "[notify]") {
  auto request = Email();
  request.set_reference("a&b");
  auto first = Send(request);
  host.database().Execute(
      "INSERT INTO notification (notification_id, service_id, key_type, template_id, "
      "template_version, reference) "
      "SELECT gen_random_uuid(), service_id, key_type, template_id, template_version, reference "
      "FROM notification, generate_series(1, 250)");
  v1::ListNotificationsRequest page;
  page.set_reference("a&b");
  auto listed = host.Call<v1::ListNotificationsResponse>(kList, page, &caller);
  REQUIRE(listed->notifications_size() == 250);
  std::string last = listed->notifications(249).id();
  CHECK(listed->links().next() ==
        "http://gov.test/v2/notifications?older_than=" + last + "&reference=a%26b");
  page.set_older_than(last);
  auto rest = host.Call<v1::ListNotificationsResponse>(kList, page, &caller);
  REQUIRE(rest->notifications_size() == 1);
  CHECK(rest->notifications(0).id() == first->id());
  page.set_older_than(first->id());
  auto end = host.Call<v1::ListNotificationsResponse>(kList, page, &caller);
  CHECK(end->notifications_size() == 0);
  CHECK_FALSE(end->links().has_next());
}

// notifications-python-client 12.1.0, get_all_notifications_iterator: the first UUID of the link is
// the row to go on from, and a page without a link is an error unless it is empty.
TEST_CASE_METHOD(Fixture, "ListNotifications: the official Python client's loop misses nothing",
                 "[notify]") {
  // 250 and 500 end with a full page.
  int count = GENERATE(0, 1, 250, 251, 500);
  std::string reference = GENERATE("018f0000-0000-7000-8000-00000000000a",
                                   "case 018F0000-0000-7000-8000-00000000000A", "plain");
  CAPTURE(count, reference);
  host.database().Execute(
      "INSERT INTO notification (notification_id, service_id, key_type, template_id, "
      "template_version, reference) SELECT gen_random_uuid(), 's1', 'test', '" +
      template_id + "', 1, '" + reference + "' FROM generate_series(1, " + std::to_string(count) +
      ")");
  v1::ListNotificationsRequest request;
  request.add_status("created");
  request.set_reference(reference);
  std::set<std::string> seen;
  for (;;) {
    auto page = host.Call<v1::ListNotificationsResponse>(kList, request, &caller);
    REQUIRE(page.ok());
    for (const auto& each : page->notifications()) seen.insert(each.id());
    if (page->notifications().empty()) break;
    std::string older_than;
    REQUIRE(RE2::PartialMatch(page->links().next(),
                              "(?i)([0-F]{8}-[0-F]{4}-[0-F]{4}-[0-F]{4}-[0-F]{12})", &older_than));
    request.set_older_than(older_than);
  }
  CHECK(seen.size() == static_cast<size_t>(count));
}

}  // namespace
}  // namespace tamarack::notify
