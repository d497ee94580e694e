#include "tests/support/wall.h"

#include "tests/integration/notify/fixture.h"

// Goal: what was sent with a test key is nothing to a live one, nor anything of a service to
// another. Method: tests/support/wall.h.
namespace tamarack::notify {
namespace {

struct WallFixture : Fixture {
  template <class Response>
  absl::StatusOr<Response> Call(const std::string& method, const google::protobuf::Message& request,
                                const auth::Principal& by, const std::string& key = "",
                                testing::Answer* answer = nullptr) {
    return host.Call<Response>("/tamarack.notify.v1." + method, request, &by,
                               {{"x-tamarack-idempotency-key", key}}, answer);
  }
};

TEST_CASE_METHOD(WallFixture, "The wall: each method of notify keeps modes and services apart",
                 "[notify][wall]") {
  auto own = testing::OfMode("s1", "sandbox");
  own.scopes = {"notify.send", "platform.admin"};
  auto email = Email();
  email.set_reference("wall");
  auto sent = Call<v1::SendEmailResponse>("NotificationService/SendEmail", email, own, "wall");
  REQUIRE(sent.ok());
  REQUIRE(Call<v1::Template>("TemplateService/PutTemplate", NewTemplate(), own, "wall").ok());

  testing::WallTable table;
  table["NotificationService.SendEmail"].sees = [&](const auth::Principal& by) {
    testing::Answer answer;
    auto again =
        Call<v1::SendEmailResponse>("NotificationService/SendEmail", email, by, "wall", &answer);
    bool is_replayed = answer.Http("idempotent-replayed") == "true";
    CHECK((again.ok() && again->id() == sent->id()) == is_replayed);
    return is_replayed;
  };
  table["NotificationService.GetNotification"].sees = [&](const auth::Principal& by) {
    v1::GetNotificationRequest request;
    request.set_notification_id(sent->id());
    return Call<v1::Notification>("NotificationService/GetNotification", request, by).ok();
  };
  table["NotificationService.ListNotifications"].sees = [&](const auth::Principal& by) {
    v1::ListNotificationsRequest request;
    request.set_reference("wall");
    auto list =
        Call<v1::ListNotificationsResponse>("NotificationService/ListNotifications", request, by);
    REQUIRE(list.ok());
    for (const auto& each : list->notifications())
      if (each.id() == sent->id()) return true;
    return false;
  };
  table["TemplateService.PutTemplate"].sees = [&](const auth::Principal& by) {
    testing::Answer answer;
    REQUIRE(
        Call<v1::Template>("TemplateService/PutTemplate", NewTemplate(), by, "wall", &answer).ok());
    return answer.Http("idempotent-replayed") == "true";
  };
  // Templates are the service's, as GOV.UK Notify has them: what is tried with a test key is what
  // goes out with a live one.
  table["TemplateService.GetTemplate"] = {
      .sees =
          [&](const auth::Principal& by) {
            v1::GetTemplateRequest request;
            request.set_id(template_id);
            return Call<v1::Template>("TemplateService/GetTemplate", request, by).ok();
          },
      .is_of_both_modes = true};
  table["TemplateService.ListTemplates"] = {.sees =
                                                [&](const auth::Principal& by) {
                                                  auto list = Call<v1::ListTemplatesResponse>(
                                                      "TemplateService/ListTemplates",
                                                      v1::ListTemplatesRequest(), by);
                                                  REQUIRE(list.ok());
                                                  return list->templates_size() > 0;
                                                },
                                            .is_of_both_modes = true};
  table["TemplateService.PreviewTemplate"] = {
      .sees =
          [&](const auth::Principal& by) {
            v1::PreviewTemplateRequest request;
            request.set_id(template_id);
            *request.mutable_personalisation() = email.personalisation();
            return Call<v1::TemplatePreview>("TemplateService/PreviewTemplate", request, by).ok();
          },
      .is_of_both_modes = true};
  testing::CheckWall("notify", "tamarack.notify.v1", table);
}

TEST_CASE_METHOD(WallFixture, "The wall: a team's key sees what the live one sent, by its id",
                 "[notify][wall]") {
  caller = KeyOf("s1", "live");
  auto sent = Send(Email());
  REQUIRE(sent.ok());
  v1::GetNotificationRequest request;
  request.set_notification_id(sent->id());
  for (const auto& [type, is_seen] : {std::pair("live", true), {"team", true}, {"test", false}}) {
    CAPTURE(type);
    CHECK(Call<v1::Notification>("NotificationService/GetNotification", request, KeyOf("s1", type))
              .ok() == is_seen);
  }
}

}  // namespace
}  // namespace tamarack::notify
