#include "services/identity/key_uses.h"

#include "platform/idempotency/answer_repository.h"
#include "services/identity/api_keys/api_key_repository.h"
#include "services/identity/authorization/interaction.h"
#include "services/identity/keys/keyring.h"
#include "services/identity/keys/signing_key_repository.h"
#include "services/identity/mail/email_repository.h"
#include "services/identity/people/person_repository.h"
#include "services/identity/people/subject_repository.h"
#include "services/identity/sign_in/registration_repository.h"

#include <iterator>
#include <utility>

namespace tamarack::identity {

keys::KeyUses UsesOfKeys(const crypto::Keyring& ring) {
  const Keyring keyring(ring);
  keys::KeyUses uses{.columns = {SigningKeyColumn(keyring), EmailOutboxColumn(keyring),
                                 idempotency::AnswersColumn({keyring.sealer()})},
                     .outlives = kInteractionLifetime};
  for (auto& more : {PersonColumns(keyring), SubjectColumns(keyring), RegistrationColumns(keyring),
                     ApiKeyColumns(keyring)})
    uses.columns.insert(uses.columns.end(), more.begin(), more.end());
  return uses;
}

}  // namespace tamarack::identity
