// Stored answers: the table `idempotent_answer`. Only for this library's .cc files, but for the
// column and the sweep.
#pragma once

#include "platform/base/status.h"
#include "platform/crypto/seal.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "platform/work/sweeper.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::idempotency {

// The stored answers, which one of the sealers can open.
keys::KeyedColumn AnswersColumn(std::vector<crypto::Sealer> sealers);

// Deletes answers whose time is over. One for each database.
work::Sweep Forgetting(pg::Pool& pool);

struct AnswerKey {
  std::string caller;
  std::string owner;   // the caller with its mode
  std::string method;  // Each method has a request type of its own.
  std::string key;
};

// What an answer is sealed for. By the bare caller, as it was before modes were told apart.
std::string SealPlace(const AnswerKey& key);

// Statements for a transaction. Whether this one has the key until it ends, so that two requests
// with one key cannot both find nothing;
pg::BoundStatement LockAnswer(const AnswerKey& key);
pg::BoundStatement FindAnswer(const AnswerKey& key);
pg::BoundStatement InsertAnswer(const AnswerKey& key, std::string_view sealed,
                                std::chrono::seconds kept);

// Before the hash, plain, and the id, as releases kept them whose keys had tables of their own.
inline constexpr std::string_view kEarlierAnswer = "sha256:";
// Seals those.
AsyncStatus SealEarlierAnswers(pg::Pool& pool, const crypto::Sealer& sealer);

}  // namespace tamarack::idempotency
