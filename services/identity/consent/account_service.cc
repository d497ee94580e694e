#include "services/identity/consent/account_service.h"

#include "platform/pages/format.h"
#include "services/identity/keys/revocation_announcement.h"
#include "services/identity/people/claims.h"

#include "tamarack/identity/v1/account_service.grpc.pb.h"

#include <absl/strings/str_join.h>
#include <absl/time/time.h>

namespace tamarack::identity {
namespace {

using google::api::HttpBody;
using pages::Page;

std::string IsoTime(TimePoint time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(UnixMicros(time)),
                          absl::UTCTimeZone());
}

class AccountService final : public v1::AccountService::CallbackService {
 public:
  using Api = v1::AccountService;
  explicit AccountService(const AccountServiceParts& parts) : parts_(parts), rpc_(parts.rpc) {}

  TAMARACK_UNARY(ShowAccount, v1::ShowAccountRequest, HttpBody) {
    CO_ASSIGN_OR_RETURN(auto person_id, co_await PersonOf(context));
    CO_ASSIGN_OR_RETURN(auto person, co_await parts_.people.Find(person_id));
    CO_ASSIGN_OR_RETURN(auto consents, co_await parts_.consents.ListActive(person_id));
    CO_ASSIGN_OR_RETURN(auto reads, co_await parts_.consents.ListReads(person_id));
    CO_ASSIGN_OR_RETURN(auto devices, co_await parts_.devices.Count(person_id));

    Page page("account", request.lang(), context.csrf_token);
    page.SignedIn().Set("NAME", person.profile.FullName()).Set("EMAIL", person.profile.email);
    if (request.withdrawn()) page.Show("WITHDRAWN");
    if (request.devices_forgotten()) page.Show("DEVICES_FORGOTTEN");
    if (devices > 0) page.Show("HAS_DEVICES");
    if (consents.empty()) page.Show("NO_CONSENTS");
    for (const auto& entry : consents) AddConsent(page, entry, request.lang());
    page.Show(reads.empty() ? "NO_READS" : "READS_TABLE");
    for (const auto& entry : reads) AddRead(page, entry, request.lang());
    co_return parts_.pages.Render(page);
  }

  TAMARACK_UNARY(WithdrawConsent, v1::WithdrawConsentRequest, HttpBody) {
    CO_ASSIGN_OR_RETURN(auto person_id, co_await PersonOf(context));
    CO_ASSIGN_OR_RETURN(bool is_withdrawn,
                        co_await parts_.consents.Withdraw(request.consent_id(), person_id));
    if (is_withdrawn) {
      co_await AnnounceRevocation(parts_.redis);
      parts_.metrics.consents_withdrawn.Increment();
    }
    context.http.Redirect(
        absl::StrCat("/", request.lang(), "/account", is_withdrawn ? "?withdrawn=true" : ""));
    co_return HttpBody();
  }

  TAMARACK_UNARY(ForgetDevices, v1::ForgetDevicesRequest, HttpBody) {
    CO_ASSIGN_OR_RETURN(auto person_id, co_await PersonOf(context));
    CO_RETURN_IF_ERROR(co_await parts_.devices.ForgetAll(person_id));
    context.http.Redirect(absl::StrCat("/", request.lang(), "/account?devices_forgotten=true"));
    co_return HttpBody();
  }

 private:
  // The token's subject names the person to others; here the session does.
  Async<std::string> PersonOf(const rpc::Context& context) {
    CO_ASSIGN_OR_RETURN(auto session, co_await parts_.sessions.Find(context.principal->session_id));
    if (!session) co_return absl::UnauthenticatedError("the session has ended");
    co_return session->person_id;
  }

  // "Name, Email address, Address"; a consent to nothing but the subject shares no claim.
  std::string ClaimList(const SharingEntry& entry, std::string_view lang) const {
    const auto& catalogue = parts_.pages.catalogue();
    if (entry.claims.empty()) return catalogue.Text(lang, "CLAIMS_NONE");
    std::vector<std::string> words = entry.Words(lang).claims;
    if (!words.empty()) return absl::StrJoin(words, ", ");
    for (const auto& name : entry.claims) {
      const SharedClaim* claim = FindClaim(name);
      words.push_back(claim == nullptr ? name : catalogue.Text(lang, claim->words));
    }
    return absl::StrJoin(words, ", ");
  }

  void AddConsent(Page& page, const SharingEntry& entry, std::string_view lang) const {
    const SharingWords& words = entry.Words(lang);
    auto& row = page.Add("CONSENTS");
    row.Set("CONSENT_ID", entry.consent_id)
        .Set("MINISTRY", words.ministry_name)
        .Set("SERVICE", words.service_name)
        .Set("PURPOSE", words.purpose)
        .Set("CLAIMS", ClaimList(entry, lang))
        .Set("GRANTED", pages::FormatDateTime(entry.time, lang));
    if (!entry.language.empty()) row.Show(entry.language == "fr" ? "READ_IN_FR" : "READ_IN_EN");
  }

  void AddRead(Page& page, const SharingEntry& entry, std::string_view lang) const {
    page.Add("READS")
        .Set("WHEN", pages::FormatDateTime(entry.time, lang))
        .Set("WHEN_ISO", IsoTime(entry.time))
        .Set("WHO", entry.Words(lang).ministry_name)
        .Set("WHAT", ClaimList(entry, lang))
        .Set("WHY", entry.Words(lang).purpose);
  }

  AccountServiceParts parts_;
  rpc::Interceptor& rpc_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAccountService(const AccountServiceParts& parts) {
  return std::make_unique<AccountService>(parts);
}

}  // namespace tamarack::identity
