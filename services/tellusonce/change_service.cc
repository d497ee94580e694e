#include "services/tellusonce/change_service.h"

#include "platform/base/clock.h"
#include "platform/base/id.h"
#include "platform/base/url.h"
#include "platform/pages/format.h"
#include "platform/telemetry/log.h"
#include "services/tellusonce/address.h"
#include "services/tellusonce/return_address.h"

#include "tamarack/identity/v1/directory_service.pb.h"
#include "tamarack/tellusonce/v1/change_service.grpc.pb.h"

#include <algorithm>

namespace tamarack::tellusonce {
namespace {

using google::api::HttpBody;
using Subscriptions = std::vector<v1::Subscription>;
namespace identity_v1 = tamarack::identity::v1;

constexpr size_t kReferenceLength = 8;

template <class Request>
v1::Address AddressOf(const Request& request) {
  v1::Address address;
  address.set_line_1(request.line_1());
  address.set_line_2(request.line_2());
  address.set_city(request.city());
  address.set_province(request.province());
  address.set_postal_code(request.postal_code());
  return address;
}

auth::Mode ModeOf(const rpc::Context& context) {
  return auth::ModeOf(context.principal->mode);
}

const std::string& InLanguage(const rpc::Context& context, const std::string& en,
                              const std::string& fr) {
  return context.language == "fr" ? fr : en;
}

std::string FormatMicros(int64_t micros, std::string_view language) {
  return pages::FormatDateTime(FromUnixMicros(micros), language);
}

void SetAddress(pages::Page& page, const v1::Address& address) {
  page.Set("LINE_1", address.line_1()).Set("LINE_2", address.line_2()).Set("CITY", address.city());
  page.Set("PROVINCE", address.province()).Set("POSTAL_CODE", address.postal_code());
}

// The pages are in the language of their path, whatever the browser prefers.
void UseLanguage(rpc::Context& context, const std::string& lang) {
  context.language = std::string(pages::NormalLanguage(lang));
}

class ChangeService final : public v1::ChangeService::CallbackService {
 public:
  using Api = v1::ChangeService;
  ChangeService(rpc::Interceptor& rpc, const pages::Renderer& renderer,
                SubscriptionRepository& subscriptions, ChangeRepository& changes,
                rpc::Client& identity, std::function<void()> on_recorded)
      : rpc_(rpc),
        renderer_(renderer),
        subscriptions_(subscriptions),
        changes_(changes),
        identity_(identity),
        on_recorded_(std::move(on_recorded)) {}

  TAMARACK_UNARY(ShowAddress, v1::ShowAddressRequest, HttpBody) {
    UseLanguage(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto subscriptions, co_await subscriptions_.ListFor(ModeOf(context)));
    CO_ASSIGN_OR_RETURN(auto address, co_await PresentAddress(context));
    co_return renderer_.Render(AddressPage(
        context, address, SafeReturnTo(request.return_to(), context.language, subscriptions)));
  }

  TAMARACK_UNARY(ReviewAddress, v1::ReviewAddressRequest, HttpBody) {
    UseLanguage(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto subscriptions, co_await subscriptions_.ListFor(ModeOf(context)));
    std::string return_to = SafeReturnTo(request.return_to(), context.language, subscriptions);
    if (request.change_language())
      co_return renderer_.Render(AddressPage(context, AddressOf(request), return_to));
    v1::Address address = Normalize(AddressOf(request));
    auto problems = CheckAddress(address);
    if (!problems.empty()) co_return CorrectAddress(context, address, return_to, problems);
    co_return renderer_.Render(
        ReviewPage(context, address, return_to, subscriptions, NewUuid(), {}));
  }

  TAMARACK_UNARY(TellAddress, v1::TellAddressRequest, HttpBody) {
    UseLanguage(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto subscriptions, co_await subscriptions_.ListFor(ModeOf(context)));
    v1::Address address = Normalize(AddressOf(request));
    std::string return_to = SafeReturnTo(request.return_to(), context.language, subscriptions);
    auto problems = CheckAddress(address);
    if (!problems.empty()) co_return CorrectAddress(context, address, return_to, problems);
    std::vector<std::string> chosen(request.subscription_id().begin(),
                                    request.subscription_id().end());
    bool is_nobody = chosen.empty() && IsAnyEnabled(subscriptions);
    if (is_nobody || request.change_language()) {
      auto page =
          ReviewPage(context, address, return_to, subscriptions, request.request_id(), chosen);
      if (request.change_language()) co_return renderer_.Render(page);
      page.Error("subscription_id", "ERROR_NOBODY_CHOSEN");
      context.http.SetStatus(422);
      co_return renderer_.Render(page);
    }
    CO_ASSIGN_OR_RETURN(auto recipients, co_await Recipients(context, subscriptions, chosen));
    CO_ASSIGN_OR_RETURN(
        std::string change_id,
        co_await changes_.Record({{.id = context.principal->subject, .mode = ModeOf(context)},
                                  request.request_id(),
                                  address,
                                  recipients}));
    on_recorded_();
    context.http.Redirect(StatusPath(context, change_id, return_to));
    co_return HttpBody();
  }

  TAMARACK_UNARY(ShowChange, v1::ShowChangeRequest, HttpBody) {
    UseLanguage(context, request.lang());
    if (!IsUuid(request.change_id())) co_return absl::NotFoundError("no such change");
    CO_ASSIGN_OR_RETURN(auto change,
                        co_await changes_.Find(context.principal->subject, request.change_id()));
    CO_ASSIGN_OR_RETURN(auto subscriptions, co_await subscriptions_.ListFor(ModeOf(context)));
    co_return renderer_.Render(StatusPage(
        context, change, SafeReturnTo(request.return_to(), context.language, subscriptions),
        subscriptions));
  }

 private:
  // What the person told last, else what identity knows from registration.
  Async<v1::Address> PresentAddress(const rpc::Context& context) {
    CO_ASSIGN_OR_RETURN(auto told, co_await changes_.FindAddress(context.principal->subject));
    if (told) co_return *told;
    identity_v1::GetContactRequest request;
    request.set_subject(context.principal->subject);
    CO_ASSIGN_OR_RETURN(auto contact, co_await identity_.Call<identity_v1::Contact>(
                                          "/tamarack.identity.v1.DirectoryService/GetContact",
                                          request, {.on_behalf_of = &context}));
    co_return AddressOf(contact.address());
  }

  // Who the chosen subscriptions' ministries know the person as. INVALID_ARGUMENT for a
  // subscription that does not exist. A ministry that does not keeps no other from being told.
  Async<std::vector<Recipient>> Recipients(const rpc::Context& context,
                                           const Subscriptions& subscriptions,
                                           std::vector<std::string> chosen) {
    std::sort(chosen.begin(), chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    identity_v1::ResolveSubjectsRequest request;
    request.set_subject(context.principal->subject);
    std::vector<const v1::Subscription*> told;
    for (const auto& id : chosen) {
      auto found = std::find_if(subscriptions.begin(), subscriptions.end(),
                                [&](const auto& each) { return each.subscription_id() == id; });
      if (found == subscriptions.end())
        co_return rpc::InvalidField("subscription_id", "no such subscription");
      told.push_back(&*found);
      request.add_ministry_ids(found->ministry_id());
    }
    std::vector<Recipient> recipients;
    if (told.empty()) co_return recipients;
    CO_ASSIGN_OR_RETURN(auto resolved,
                        co_await identity_.Call<identity_v1::ResolveSubjectsResponse>(
                            "/tamarack.identity.v1.DirectoryService/ResolveSubjects", request,
                            {.on_behalf_of = &context}));
    for (const auto* subscription : told) {
      auto subject = resolved.subjects().find(subscription->ministry_id());
      bool is_known = subject != resolved.subjects().end();
      if (!is_known) {
        telemetry::Log(telemetry::Level::kError, "a subscription's ministry does not exist",
                       {{"subscription_id", subscription->subscription_id()},
                        {"ministry_id", subscription->ministry_id()}});
      }
      recipients.push_back(
          {subscription->subscription_id(), is_known ? subject->second : "",
           InLanguage(context, subscription->purpose_en(), subscription->purpose_fr())});
    }
    co_return recipients;
  }

  HttpBody CorrectAddress(rpc::Context& context, const v1::Address& address,
                          const std::string& return_to,
                          const std::vector<AddressProblem>& problems) const {
    pages::Page page = AddressPage(context, address, return_to);
    for (const auto& problem : problems)
      page.Error(problem.field, problem.text_key, problem.params);
    context.http.SetStatus(422);
    return renderer_.Render(page);
  }

  static bool IsAnyEnabled(const Subscriptions& subscriptions) {
    return std::any_of(subscriptions.begin(), subscriptions.end(),
                       [](const auto& each) { return each.is_enabled(); });
  }

  static pages::Page AddressPage(const rpc::Context& context, const v1::Address& address,
                                 const std::string& return_to) {
    pages::Page page("address", context.language, context.csrf_token);
    page.SignedIn().Path("/address" + ReturnQuery(return_to)).Form("address-form", "/address");
    page.Set("RETURN_TO", return_to);
    page.Set("BACK_URL",
             ReturnUrl(return_to.empty() ? "/{lang}/account" : return_to, context.language));
    SetAddress(page, address);
    pages::AddProvinces(page, "PROVINCES", address.province());
    return page;
  }

  static pages::Page ReviewPage(const rpc::Context& context, const v1::Address& address,
                                const std::string& return_to, const Subscriptions& subscriptions,
                                const std::string& request_id,
                                const std::vector<std::string>& chosen) {
    pages::Page page("review", context.language, context.csrf_token);
    page.SignedIn().Path("/address" + ReturnQuery(return_to)).Form("tell-form", "/address/tell");
    page.Set("RETURN_TO", return_to);
    page.Set("REQUEST_ID", request_id).Set("ADDRESS_TEXT", OneLine(address));
    SetAddress(page, address);
    page.Show(IsAnyEnabled(subscriptions) ? "CHOICE" : "NO_SUBSCRIPTIONS");
    for (const auto& subscription : subscriptions) {
      if (!subscription.is_enabled()) continue;
      auto& row = page.Add("SUBSCRIPTIONS");
      row.Set("SUBSCRIPTION_ID", subscription.subscription_id());
      row.Set("MINISTRY", InLanguage(context, subscription.name_en(), subscription.name_fr()));
      row.Set("PURPOSE", InLanguage(context, subscription.purpose_en(), subscription.purpose_fr()));
      bool is_chosen =
          std::find(chosen.begin(), chosen.end(), subscription.subscription_id()) != chosen.end();
      if (is_chosen) row.Show("CHECKED");
    }
    return page;
  }

  static pages::Page StatusPage(const rpc::Context& context, const Change& change,
                                const std::string& return_to, const Subscriptions& subscriptions) {
    pages::Page page("status", context.language, context.csrf_token);
    std::string path = "/changes/" + change.id + ReturnQuery(return_to);
    page.SignedIn()
        .Path(path)
        .Set("CHANGE_ID", change.id)
        .Set("ADDRESS_TEXT", OneLine(change.address));
    page.Set("REFERENCE", ReferenceOf(change.id)).Set("SELF_URL", "/" + context.language + path);
    page.Set("RECORDED", FormatMicros(change.recorded_micros, context.language));
    if (!return_to.empty()) {
      page.Set("CONTINUE_URL", ReturnUrl(return_to, context.language)).Show("CONTINUE");
      AddServiceLeftOut(page, context, change, return_to, subscriptions);
    }
    page.Show(change.told.empty() ? "NO_DELIVERIES" : "TIMELINE");
    for (const auto& told : change.told) AddDelivery(page, context, told);
    if (std::any_of(change.told.begin(), change.told.end(), MayChange)) page.Show("REFRESH");
    return page;
  }

  // Who came from a service may believe that it was told with the others.
  static void AddServiceLeftOut(pages::Page& page, const rpc::Context& context,
                                const Change& change, const std::string& return_to,
                                const Subscriptions& subscriptions) {
    const v1::Subscription* left_out = nullptr;
    for (const auto& each : subscriptions) {
      if (!NamesOriginOf(each, ReturnUrl(return_to, context.language))) continue;
      if (std::any_of(change.told.begin(), change.told.end(), [&](const Told& told) {
            return told.subscription_id == each.subscription_id();
          }))
        return;
      if (left_out == nullptr || (each.is_enabled() && !left_out->is_enabled())) left_out = &each;
    }
    if (left_out == nullptr) return;
    auto& row = page.Add("SERVICE_LEFT_OUT");
    row.Set("MINISTRY", InLanguage(context, left_out->name_en(), left_out->name_fr()));
    row.Set("CHANGE_URL", "/" + context.language + "/address" + ReturnQuery(return_to));
    row.Show(left_out->is_enabled() ? "NOT_CHOSEN" : "UNREACHABLE");
  }

  static bool MayChange(const Told& told) {
    return told.state != "applied" && told.state != "rejected" && told.state != "parked";
  }

  static void AddDelivery(pages::Page& page, const rpc::Context& context, const Told& told) {
    auto& row = page.Add("DELIVERIES");
    row.Set("MINISTRY", InLanguage(context, told.name_en, told.name_fr));
    // The ministry may acknowledge before our own note of its 2xx is written.
    int64_t delivered =
        told.delivered_micros != 0 ? told.delivered_micros : told.acknowledged_micros;
    if (delivered != 0) row.Set("DELIVERED_TIME", FormatMicros(delivered, context.language));
    if (told.acknowledged_micros != 0) {
      row.Set("ACKNOWLEDGED_TIME", FormatMicros(told.acknowledged_micros, context.language));
    }
    if (!told.case_reference.empty()) row.Set("CASE_REFERENCE", told.case_reference).Show("CASE");
    if (told.state == "applied") {
      row.Set("STATE", "done").Show("DONE");
    } else if (told.state == "rejected") {
      row.Set("STATE", "problem").Show("REJECTED");
    } else if (told.state == "delivered" || told.state == "accepted") {
      row.Set("STATE", "active").Show("DELIVERED");
    } else if (told.state == "parked") {  // nobody tries any more
      row.Set("STATE", "problem").Show("UNTOLD");
    } else {
      row.Set("STATE", "active").Show(told.has_failed ? "DELAYED" : "PROGRESS");
    }
  }

  static std::string ReturnQuery(const std::string& return_to) {
    return return_to.empty() ? std::string() : "?return_to=" + PercentEncode(return_to);
  }
  static std::string StatusPath(const rpc::Context& context, const std::string& change_id,
                                const std::string& return_to) {
    return "/" + context.language + "/changes/" + change_id + ReturnQuery(return_to);
  }
  static std::string ReferenceOf(const std::string& change_id) {
    std::string reference = change_id.substr(change_id.size() - kReferenceLength);
    std::transform(reference.begin(), reference.end(), reference.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    return reference;
  }

  rpc::Interceptor& rpc_;
  const pages::Renderer& renderer_;
  SubscriptionRepository& subscriptions_;
  ChangeRepository& changes_;
  rpc::Client& identity_;
  const std::function<void()> on_recorded_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeChangeService(rpc::Interceptor& rpc,
                                                 const pages::Renderer& renderer,
                                                 SubscriptionRepository& subscriptions,
                                                 ChangeRepository& changes, rpc::Client& identity,
                                                 std::function<void()> on_recorded) {
  return std::make_unique<ChangeService>(rpc, renderer, subscriptions, changes, identity,
                                         std::move(on_recorded));
}

}  // namespace tamarack::tellusonce
