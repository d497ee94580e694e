#include "services/identity/consent/directory_service.h"

#include "platform/base/id.h"
#include "platform/rpc/timestamp.h"

#include "tamarack/identity/v1/directory_service.grpc.pb.h"

namespace tamarack::identity {
namespace {

v1::Contact ToContact(const Person& person) {
  v1::Contact contact;
  contact.set_email_address(person.profile.email);
  contact.set_language(person.language);
  contact.set_name(person.profile.FullName());
  if (person.profile.address) *contact.mutable_address() = *person.profile.address;
  return contact;
}

class DirectoryService final : public v1::DirectoryService::CallbackService {
 public:
  using Api = v1::DirectoryService;
  DirectoryService(rpc::Interceptor& interceptor, PersonRepository& people,
                   TenantRepository& tenants, ConsentRepository& consents,
                   SubjectRepository& subjects)
      : rpc_(interceptor),
        people_(people),
        tenants_(tenants),
        consents_(consents),
        subjects_(subjects) {}

  TAMARACK_UNARY(ResolveSubjects, v1::ResolveSubjectsRequest, v1::ResolveSubjectsResponse) {
    CO_ASSIGN_OR_RETURN(auto person, co_await people_.FindBySubject(request.subject()));
    std::vector<std::string> asked(request.ministry_ids().begin(), request.ministry_ids().end());
    CO_ASSIGN_OR_RETURN(auto known, co_await tenants_.KnownMinistries(asked));
    std::vector<std::string> ids;
    for (const auto& ministry : known) ids.push_back(ministry.ministry_id());
    CO_ASSIGN_OR_RETURN(auto subjects, co_await subjects_.AtEach(ids, person.id));
    v1::ResolveSubjectsResponse response;
    response.mutable_subjects()->insert(subjects.begin(), subjects.end());
    co_return response;
  }

  TAMARACK_UNARY(FindTenants, v1::FindTenantsRequest, v1::FindTenantsResponse) {
    CO_ASSIGN_OR_RETURN(auto ministries,
                        co_await tenants_.KnownMinistries(
                            {request.ministry_ids().begin(), request.ministry_ids().end()}));
    CO_ASSIGN_OR_RETURN(auto services,
                        co_await tenants_.KnownServices(
                            {request.service_ids().begin(), request.service_ids().end()}));
    v1::FindTenantsResponse response;
    response.mutable_ministries()->Add(ministries.begin(), ministries.end());
    response.mutable_service_ids()->Add(services.begin(), services.end());
    co_return response;
  }

  TAMARACK_UNARY(GetContact, v1::GetContactRequest, v1::Contact) {
    CO_ASSIGN_OR_RETURN(auto person, co_await people_.FindBySubject(request.subject()));
    co_return ToContact(person);
  }

  TAMARACK_UNARY(SetAddress, v1::SetAddressRequest, v1::Contact) {
    CO_ASSIGN_OR_RETURN(auto person,
                        co_await people_.SetAddress(request.subject(), request.address()));
    co_return ToContact(person);
  }

  TAMARACK_UNARY(RecordReading, v1::RecordReadingRequest, v1::RecordReadingResponse) {
    if (!IsUuid(request.reading_id())) co_return rpc::InvalidField("reading_id", "must be a UUID");
    CO_ASSIGN_OR_RETURN(auto person, co_await people_.FindBySubject(request.subject()));
    PlatformReading reading{.id = request.reading_id(),
                            .person_id = person.id,
                            .ministry_id = request.ministry_id(),
                            .claims = {request.claims().begin(), request.claims().end()},
                            .purpose_en = request.purpose_en(),
                            .purpose_fr = request.purpose_fr(),
                            .time = rpc::FromTimestamp(request.read_time())};
    CO_RETURN_IF_ERROR(co_await consents_.RecordPlatformReading(reading));
    co_return v1::RecordReadingResponse();
  }

 private:
  rpc::Interceptor& rpc_;
  PersonRepository& people_;
  TenantRepository& tenants_;
  ConsentRepository& consents_;
  SubjectRepository& subjects_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDirectoryService(rpc::Interceptor& interceptor,
                                                    PersonRepository& people,
                                                    TenantRepository& tenants,
                                                    ConsentRepository& consents,
                                                    SubjectRepository& subjects) {
  return std::make_unique<DirectoryService>(interceptor, people, tenants, consents, subjects);
}

}  // namespace tamarack::identity
