#include "services/identity/directory_service.h"

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
  DirectoryService(rpc::Interceptor& interceptor, PersonRepository& people, TenantRepository& tenants,
                   const Keyring& keyring)
      : rpc_(interceptor), people_(people), tenants_(tenants), keyring_(keyring) {}

  TAMARACK_UNARY(ResolveSubjects, v1::ResolveSubjectsRequest, v1::ResolveSubjectsResponse) {
    CO_ASSIGN_OR_RETURN(auto person, co_await people_.FindBySubject(request.subject()));
    std::vector<std::string> asked(request.ministry_ids().begin(), request.ministry_ids().end());
    CO_ASSIGN_OR_RETURN(auto known, co_await tenants_.KnownMinistries(asked));
    v1::ResolveSubjectsResponse response;
    for (const auto& ministry_id : known) {
      (*response.mutable_subjects())[ministry_id] = keyring_.PairwiseSubject(ministry_id, person.id);
    }
    co_return response;
  }

  TAMARACK_UNARY(GetContact, v1::GetContactRequest, v1::Contact) {
    CO_ASSIGN_OR_RETURN(auto person, co_await people_.FindBySubject(request.subject()));
    co_return ToContact(person);
  }

  TAMARACK_UNARY(SetAddress, v1::SetAddressRequest, v1::Contact) {
    CO_ASSIGN_OR_RETURN(auto person, co_await people_.SetAddress(request.subject(), request.address()));
    co_return ToContact(person);
  }

 private:
  rpc::Interceptor& rpc_;
  PersonRepository& people_;
  TenantRepository& tenants_;
  const Keyring& keyring_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDirectoryService(rpc::Interceptor& interceptor, PersonRepository& people,
                                                    TenantRepository& tenants, const Keyring& keyring) {
  return std::make_unique<DirectoryService>(interceptor, people, tenants, keyring);
}

}  // namespace tamarack::identity
