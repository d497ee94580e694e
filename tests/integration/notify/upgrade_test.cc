#include "tests/integration/notify/fixture.h"
#include "tests/support/own_principal.h"

// Goal: keys of the release before, by type of API key and with plain hashes, find what they sent,
// and while it goes on nothing is sent twice. Method: its schema with its rows, migrated.
namespace tamarack::notify {
namespace {

constexpr size_t kBefore = 5;  // migrations that it knew

struct Upgrade {
  testing::ServiceHost host{Migrations().first(kBefore)};
  crypto::Sealer sealer{crypto::Keyring(std::string(32, 'k')), "test"};
  idempotency::Once keys{host.pool(), sealer};

  static v1::SendEmailRequest Request() {
    v1::SendEmailRequest request;
    request.set_email_address("zoe@example.test");
    return request;
  }
  // As that release accepts an email.
  std::string SendBefore(const std::string& key_type) {
    return host.database().Execute(
        "WITH sent AS (INSERT INTO notification (notification_id, service_id, key_type, "
        "template_id, template_version) VALUES (gen_random_uuid(), 's1', '" +
        key_type +
        "', gen_random_uuid(), 1) RETURNING notification_id) SELECT notification_id FROM sent");
  }
  void KeepBefore(const std::string& owner, const std::string& key, const std::string& id) {
    host.database().Execute("INSERT INTO idempotency_key VALUES ('" + owner + "', '" + key +
                            "', '" + idempotency::RequestHash(Request()) + "', '" + id + "')");
  }
  std::optional<std::string> Repeat(const std::string& mode, const std::string& key) {
    rpc::Context context;
    testing::OwnPrincipal(context).service_id = "s1";
    testing::OwnPrincipal(context).mode = mode;
    context.idempotency_key = key;
    return host.Await(keys.FindMade(context, Request())).value();
  }
};

TEST_CASE_METHOD(Upgrade, "Upgrade: keys find what they sent, in their mode", "[notify]") {
  std::map<std::string, std::string> ids;
  for (const char* type : {"live", "test", "team"}) {
    ids[type] = SendBefore(type);
    KeepBefore(std::string("s1/") + type, std::string("key-") + type, ids[type]);
  }
  ids["bare"] = SendBefore("test");
  KeepBefore("s1", "key-bare", ids["bare"]);
  REQUIRE(pg::Migrate(host.database().dsn(), Migrations()).ok());
  CHECK(Repeat("live", "key-live") == ids["live"]);
  CHECK(Repeat("live", "key-team") == ids["team"]);
  CHECK(Repeat("sandbox", "key-test") == ids["test"]);
  CHECK(Repeat("sandbox", "key-bare") == ids["bare"]);
  CHECK(Repeat("sandbox", "key-live") == std::nullopt);
  CHECK(Repeat("live", "key-test") == std::nullopt);
  // The release before no longer finds its keys, and is refused them; those it makes are found.
  std::string again = SendBefore("live");
  CHECK_THROWS(KeepBefore("s1/live", "key-live", again));
  KeepBefore("s1/live", "key-new", again);
  CHECK(Repeat("live", "key-new") == again);
}

}  // namespace
}  // namespace tamarack::notify
