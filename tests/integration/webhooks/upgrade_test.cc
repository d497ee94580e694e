#include "platform/webhooks/delivery_repository.h"
#include "tests/integration/webhooks/fixture.h"

// Goal: the release before goes on delivering on the schema of this one until it ends, and what it
// leaves is delivered. Method: its statements, as they were.
namespace tamarack::webhooks {
namespace {

struct Upgrade : Fixture {
  DeliveryRepository repository{pool};
  std::string endpoint;

  Upgrade() {
    endpoint = database.Execute(
        "INSERT INTO webhook_endpoint (endpoint_id, tenant_id, url, sealed_secret, event_types) "
        "VALUES (gen_random_uuid(), 'mto', 'http://127.0.0.1:1', '', '{}') RETURNING endpoint_id");
  }
  void AppendBefore(const std::string& subject) {
    database.Execute(
        "WITH added AS (INSERT INTO event (event_id, tenant_id, type, source, subject, data) "
        "VALUES (gen_random_uuid(), 'mto', 't', '/t', '" +
        subject +
        "', '{}') RETURNING *) "
        "INSERT INTO webhook_delivery (event_id, endpoint_id, subject, due_at) "
        "SELECT event_id, '" +
        endpoint + "', subject, now() FROM added");
  }
  // What it has taken, for `lease`.
  std::string ClaimBefore(const std::string& subject, const std::string& lease) {
    return database.Execute(
        "UPDATE webhook_delivery d SET claim = gen_random_uuid(), due_at = now() + interval '" +
        lease + "' WHERE d.subject = '" + subject + "' AND due_at <= now() RETURNING claim");
  }
  std::string FinishBefore(const std::string& token, int state) {
    return database.Execute(
        "UPDATE webhook_delivery d SET state = r.state, attempts = d.attempts + 1, claim = NULL, "
        "last_status = 500, last_error = '', due_at = CASE WHEN r.state = 1 THEN now() END, "
        "finished_at = CASE WHEN r.state <> 1 THEN now() END FROM (SELECT '" +
        token + "'::uuid AS claim, " + std::to_string(state) +
        "::smallint AS state) r "
        "WHERE d.claim = r.claim RETURNING d.subject");
  }
  std::vector<std::string> Claim() {
    auto claimed =
        loop.Await(repository.Claim({.jobs = 10, .share = 8, .limited = {}, .lease = 1min}))
            .value();
    std::vector<std::string> subjects;
    for (const auto& delivery : claimed) subjects.push_back(delivery.event.subject);
    return subjects;
  }
};

TEST_CASE_METHOD(Upgrade, "Upgrade: what the release before has left is delivered, once",
                 "[webhooks]") {
  for (const char* subject : {"untouched", "dropped", "again", "done", "under way"})
    AppendBefore(subject);
  REQUIRE_FALSE(ClaimBefore("dropped", "-1 second").empty());
  CHECK(FinishBefore(ClaimBefore("again", "1 hour"), 1) == "again");
  CHECK(FinishBefore(ClaimBefore("done", "1 hour"), 2) == "done");
  std::string under_way = ClaimBefore("under way", "1 hour");
  CHECK(Claim() == std::vector<std::string>{"untouched", "dropped", "again"});
  // Neither takes what the other has.
  CHECK(ClaimBefore("again", "1 hour").empty());
  CHECK(FinishBefore(under_way, 2) == "under way");
  CHECK(Claim().empty());
}

}  // namespace
}  // namespace tamarack::webhooks
