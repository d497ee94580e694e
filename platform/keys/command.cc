#include "platform/keys/command.h"

#include "platform/base/clock.h"
#include "platform/crypto/random.h"
#include "platform/keys/keyring_file.h"
#include "platform/runtime/process.h"

#include <absl/strings/numbers.h>
#include <absl/time/time.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

namespace tamarack::keys {
namespace {

// By then every process has read a file that has changed.
constexpr int64_t kKnownToAllSeconds = 600;
constexpr size_t kSecretBytes = 32;
// 256 KiB of a table.
constexpr int64_t kBlocksOfBatch = 32;

// Rows of one version, by column.
using Rows = std::map<std::string, int64_t>;
using RowsByVersion = std::map<std::string, Rows>;

AsyncStatus CountAll(pg::Pool& pool, const KeyUses& uses, const crypto::KeyVersions& versions,
                     RowsByVersion& rows) {
  for (const KeyedColumn& column : uses.columns) {
    CO_ASSIGN_OR_RETURN(auto counts, co_await CountVersions(pool, column, versions));
    for (const VersionCount& count : counts)
      if (count.rows > 0) rows[count.version][column.name()] += count.rows;
  }
  co_return absl::OkStatus();
}

// The version's place; the ring's size when it has none of that id.
size_t IndexOf(const crypto::KeyVersions& versions, const std::string& id) {
  return static_cast<size_t>(std::ranges::find(versions, id, &crypto::KeyVersion::id) -
                             versions.begin());
}

boost::asio::awaitable<void> Into(absl::Status& status, AsyncStatus work) {
  status = co_await std::move(work);
}

// Does the work, with a connection of its own, to its end.
absl::Status WithDatabase(const std::string& dsn,
                          const std::function<AsyncStatus(pg::Pool&)>& work) {
  runtime::Process process;
  // A table is counted for longer than a call may take.
  pg::Pool pool(process.executor(), dsn,
                pg::PoolOptions{.size = 1,
                                .statement_timeout = std::chrono::minutes(10),
                                .application_name = "tamarack-keys"});
  absl::Status status = absl::UnavailableError("no answer");
  process.RunUntilDone(Into(status, work(pool)));
  return status;
}

absl::StatusOr<RowsByVersion> CountRows(const std::string& dsn, const KeyUses& uses,
                                        const crypto::KeyVersions& versions) {
  RowsByVersion rows;
  absl::Status status =
      WithDatabase(dsn, [&](pg::Pool& pool) { return CountAll(pool, uses, versions, rows); });
  if (!status.ok()) return status;
  return rows;
}

struct Opened {
  int64_t rows = 0;
  int64_t refused = 0;
};

// Opens every row of a column, a block's at a time; those that somebody else has locked at that
// moment are passed over.
Async<Opened> OpenAll(pg::Pool& pool, const KeyedColumn& column) {
  auto place = [](int64_t block) { return absl::StrCat("(", block, ",0)"); };
  Opened opened;
  CO_ASSIGN_OR_RETURN(auto blocks, co_await pool.Query(column.sql.blocks));
  for (int64_t block = 0; block < blocks.Int(0, 0); block += kBlocksOfBatch) {
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool.Query(column.sql.list, place(block),
                                                       place(block + kBlocksOfBatch), ""));
    for (int row = 0; row < rows.size(); ++row)
      ++(column.renew(rows, row).ok() ? opened.rows : opened.refused);
  }
  co_return opened;
}

// Prints what opens; a FAILED_PRECONDITION when something does not.
AsyncStatus CheckAll(pg::Pool& pool, const KeyUses& uses, const crypto::KeyVersions& versions) {
  int64_t refused = 0;
  for (const KeyedColumn& column : uses.columns) {
    Opened opened;
    if (column.renew) {
      CO_ASSIGN_OR_RETURN(opened, co_await OpenAll(pool, column));
    } else {
      // Hashes: there is nothing to open, only a version to have.
      CO_ASSIGN_OR_RETURN(auto counts, co_await CountVersions(pool, column, versions));
      for (const VersionCount& count : counts)
        (IndexOf(versions, count.version) < versions.size() ? opened.rows : opened.refused) +=
            count.rows;
    }
    std::printf("%-42s %lld open, %lld do not\n", column.name().c_str(),
                static_cast<long long>(opened.rows), static_cast<long long>(opened.refused));
    refused += opened.refused;
  }
  if (refused == 0) co_return absl::OkStatus();
  co_return absl::FailedPreconditionError(absl::StrCat(
      refused,
      " rows are not this keyring's, or were altered: it is not the one of this database"));
}

std::string TimeText(int64_t unix_seconds) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(unix_seconds),
                          absl::UTCTimeZone());
}

void PrintRows(const Rows& rows) {
  for (const auto& [column, count] : rows)
    std::printf("  %-40s %lld\n", column.c_str(), static_cast<long long>(count));
}

absl::Status List(const CommandOptions& options,
                  const std::function<KeyUses(const crypto::Keyring&)>& uses) {
  auto versions = ReadKeyring(options.keyring_file);
  if (!versions.ok()) return versions.status();
  const crypto::Keyring ring(*versions);
  auto rows = CountRows(options.pg_dsn, uses(ring), *versions);
  if (!rows.ok()) return rows.status();
  const size_t in_use = crypto::VersionInUse(*versions, Now());
  for (size_t i = 0; i < versions->size(); ++i) {
    const auto& version = (*versions)[i];
    const bool is_passed_over = version.used_from >= crypto::ReplacedAt(*versions, i);
    const char* state = is_passed_over ? "never used"
                        : i < in_use   ? "earlier"
                        : i == in_use  ? "in use"
                                       : "next";
    std::printf("version %s: %s", version.id.c_str(), state);
    if (version.used_from > 0 && !is_passed_over)
      std::printf("%s%s", i > in_use ? " from " : ", since ", TimeText(version.used_from).c_str());
    std::printf("\n");
    PrintRows((*rows)[version.id]);
    rows->erase(version.id);
  }
  for (const auto& [id, counts] : *rows) {
    std::printf("version %s: not in the keyring, these rows cannot be read\n", id.c_str());
    PrintRows(counts);
  }
  return absl::OkStatus();
}

absl::Status Check(const CommandOptions& options,
                   const std::function<KeyUses(const crypto::Keyring&)>& uses) {
  auto versions = ReadKeyring(options.keyring_file);
  if (!versions.ok()) return versions.status();
  const crypto::Keyring ring(*versions);
  const KeyUses used = uses(ring);
  return WithDatabase(options.pg_dsn,
                      [&](pg::Pool& pool) { return CheckAll(pool, used, *versions); });
}

absl::Status Rotate(const CommandOptions& options) {
  crypto::KeyVersion fresh;
  absl::Status changed =
      ChangeKeyring(options.keyring_file, [&](crypto::KeyVersions& versions) -> absl::Status {
        int64_t newest = 0;
        for (const auto& version : versions) {
          int64_t id = 0;
          if (absl::SimpleAtoi(version.id, &id)) newest = std::max(newest, id);
        }
        if (const auto& last = versions.back();
            !options.is_now && last.used_from > UnixSeconds(Now()))
          return absl::FailedPreconditionError(
              absl::StrCat("version ", last.id, " is made already, and used from ",
                           TimeText(last.used_from), "; --now makes another one, used at once"));
        fresh = {.id = std::to_string(newest + 1),
                 .used_from = UnixSeconds(Now()) + (options.is_now ? 0 : kKnownToAllSeconds),
                 .secret = crypto::RandomBytes(kSecretBytes)};
        versions.push_back(fresh);
        return absl::OkStatus();
      });
  if (changed.ok())
    std::printf("version %s is made, and used from %s\n", fresh.id.c_str(),
                TimeText(fresh.used_from).c_str());
  return changed;
}

// Why the version must stay; OK when it may go.
absl::Status MayRetire(const crypto::KeyVersions& versions, const std::string& id,
                       const CommandOptions& options,
                       const std::function<KeyUses(const crypto::Keyring&)>& uses) {
  const size_t index = IndexOf(versions, id);
  if (index == versions.size()) return absl::NotFoundError("the keyring has no version " + id);
  const size_t in_use = crypto::VersionInUse(versions, Now());
  if (index >= in_use)
    return absl::FailedPreconditionError(absl::StrCat(
        "version ", id, " is in use or will be; rotate, and let its rows be sealed anew"));
  const crypto::Keyring ring(versions);
  const KeyUses used = uses(ring);
  const int64_t replaced_at = crypto::ReplacedAt(versions, index);
  // It may have come into use without the others' knowing it: they seal with this one, and could
  // not read it again.
  if (replaced_at + kKnownToAllSeconds > UnixSeconds(Now()))
    return absl::FailedPreconditionError(
        absl::StrCat("what replaces version ", id, " may not be in use everywhere before ",
                     TimeText(replaced_at + kKnownToAllSeconds), ", so it stays"));
  const int64_t given_out_until = replaced_at + used.outlives.count();
  if (!options.is_now && given_out_until > UnixSeconds(Now()))
    return absl::FailedPreconditionError(absl::StrCat("what was given out under version ", id,
                                                      " is good until ", TimeText(given_out_until),
                                                      "; --now does not wait for it"));
  auto rows = CountRows(options.pg_dsn, used, versions);
  if (!rows.ok()) return rows.status();
  if ((*rows)[id].empty()) return absl::OkStatus();
  std::string left;
  for (const auto& [column, count] : (*rows)[id])
    absl::StrAppend(&left, "\n  ", column, ": ", count);
  return absl::FailedPreconditionError(
      absl::StrCat("version ", id, " stays, for rows are made with it:", left));
}

absl::Status Retire(const std::string& id, const CommandOptions& options,
                    const std::function<KeyUses(const crypto::Keyring&)>& uses) {
  absl::Status changed =
      ChangeKeyring(options.keyring_file, [&](crypto::KeyVersions& versions) -> absl::Status {
        absl::Status may = MayRetire(versions, id, options, uses);
        if (may.ok())
          std::erase_if(versions, [&](const crypto::KeyVersion& v) { return v.id == id; });
        return may;
      });
  if (changed.ok()) std::printf("version %s is out of the keyring\n", id.c_str());
  return changed;
}

}  // namespace

int RunCommand(std::span<const std::string> words, const CommandOptions& options,
               const std::function<KeyUses(const crypto::Keyring&)>& uses) {
  absl::Status status;
  if (words.size() == 1 && words[0] == "list") {
    status = List(options, uses);
  } else if (words.size() == 1 && words[0] == "check") {
    status = Check(options, uses);
  } else if (words.size() == 1 && words[0] == "rotate") {
    status = Rotate(options);
  } else if (words.size() == 2 && words[0] == "retire") {
    status = Retire(words[1], options, uses);
  } else {
    std::fprintf(stderr, "keys list, keys check, keys rotate or keys retire VERSION; see --help\n");
    return 2;
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "keys %s: %s\n", words[0].c_str(), std::string(status.message()).c_str());
  return 1;
}

}  // namespace tamarack::keys
