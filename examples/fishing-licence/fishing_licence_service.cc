#include "examples/fishing-licence/fishing_licence_service.h"

#include "platform/base/id.h"
#include "platform/rpc/errors.h"

#include "fishing/v1/fishing_licence_service.grpc.pb.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace fishing {
namespace {

using tamarack::Async;

std::vector<v1::Season> Seasons() {
  std::vector<v1::Season> seasons(2);
  seasons[0].set_season_id("walleye-2027");
  seasons[0].set_species("walleye");
  seasons[0].set_is_open(true);
  seasons[0].set_fee_cents(2657);
  seasons[1].set_season_id("sturgeon-2027");
  seasons[1].set_species("lake sturgeon");
  seasons[1].set_is_open(false);
  return seasons;
}

// Lives on the interceptor's loop, so nothing here needs a lock.
class FishingLicenceService final : public v1::FishingLicenceService::CallbackService {
 public:
  using Api = v1::FishingLicenceService;
  explicit FishingLicenceService(tamarack::rpc::Interceptor& rpc) : rpc_(rpc) {}

  TAMARACK_UNARY(ListSeasons, v1::ListSeasonsRequest, v1::ListSeasonsResponse) {
    v1::ListSeasonsResponse response;
    for (const v1::Season& season : seasons_) *response.add_seasons() = season;
    co_return response;
  }

  TAMARACK_UNARY(ApplyForLicence, v1::ApplyForLicenceRequest, v1::Licence) {
    const v1::Season* season = nullptr;
    for (const v1::Season& one : seasons_) {
      if (one.season_id() == request.season_id()) season = &one;
    }
    if (season == nullptr)
      co_return tamarack::rpc::InvalidField("season_id", "there is no such season");
    if (!season->is_open()) co_return absl::FailedPreconditionError("the season is closed");
    v1::Licence licence;
    licence.set_licence_id(tamarack::NewShortId());
    licence.set_season_id(season->season_id());
    licence.set_holder_reference(request.holder_reference());
    licence.mutable_issue_time()->set_seconds(
        std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
    licences_[{context.principal->client_id, licence.licence_id()}] = licence;
    co_return licence;
  }

  TAMARACK_UNARY(GetLicence, v1::GetLicenceRequest, v1::Licence) {
    auto found = licences_.find({context.principal->client_id, request.licence_id()});
    if (found == licences_.end()) co_return absl::NotFoundError("there is no such licence");
    co_return found->second;
  }

 private:
  tamarack::rpc::Interceptor& rpc_;
  const std::vector<v1::Season> seasons_ = Seasons();
  std::map<std::pair<std::string, std::string>, v1::Licence> licences_;  // By client and id.
};

}  // namespace

std::unique_ptr<grpc::Service> MakeFishingLicenceService(tamarack::rpc::Interceptor& interceptor) {
  return std::make_unique<FishingLicenceService>(interceptor);
}

}  // namespace fishing
