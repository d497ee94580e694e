#include "platform/keys/keyring_file.h"

#include "platform/base/status.h"
#include "platform/config/file_fingerprint.h"
#include "platform/config/flags.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

namespace tamarack::keys {
namespace {

constexpr size_t kReportedMax = 10'000;

// Closes at the end of the scope, which also ends a lock held by it.
struct Descriptor {
  explicit Descriptor(int number_) : number(number_) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int number;
};

absl::Status Failure(const std::string& path, std::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": ", ToAbsl(what), ": ", std::strerror(errno)));
}

absl::Status WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    ssize_t size = ::write(file, text.data(), text.size());
    if (size < 0) return absl::ErrnoToStatus(errno, "write");
    text.remove_prefix(static_cast<size_t>(size));
  }
  return absl::OkStatus();
}

absl::Status Replace(const std::string& path, int folder, std::string_view text) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());  // Of somebody who was killed: the folder is locked.
  {
    Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.number < 0) return Failure(fresh, "cannot be made");
    // Whose the earlier file is, its readers' group included, stays so where we may decide it.
    struct stat earlier{};
    if (::stat(path.c_str(), &earlier) == 0)
      (void)!::fchown(file.number, earlier.st_uid, earlier.st_gid);
    if (!WriteAll(file.number, text).ok() || ::fsync(file.number) != 0)
      return Failure(fresh, "cannot be written");
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return Failure(path, "cannot be replaced");
  if (::fsync(folder) != 0) return Failure(path, "may be lost in a crash");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<crypto::KeyVersions> ReadKeyring(const std::string& path) {
  auto text = config::ReadSecretFile(path);
  if (!text.ok()) return text.status();
  auto versions = crypto::ParseKeyring(*text);
  if (versions.ok()) return versions;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", versions.status().message()));
}

absl::Status ChangeKeyring(const std::string& link,
                           const std::function<absl::Status(crypto::KeyVersions&)>& change) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::canonical(link, error);
  if (error) return absl::FailedPreconditionError(absl::StrCat(link, ": ", error.message()));
  const std::string folder_path = path.parent_path().string();
  Descriptor folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number < 0 || ::flock(folder.number, LOCK_EX) != 0)
    return Failure(folder_path, "cannot be locked");
  auto versions = ReadKeyring(path.string());
  if (!versions.ok()) return versions.status();
  absl::Status changed = change(*versions);
  if (!changed.ok()) return changed;
  return Replace(path.string(), folder.number, crypto::FormatKeyring(*versions));
}

prometheus::Counter& UnreadableRows(prometheus::Registry& registry, std::string_view table) {
  return telemetry::Counter(registry, "tamarack_unreadable_rows_total",
                            "Rows that could not be read: altered, or under an unknown key",
                            {{"table", std::string(table)}});
}

struct KeyringFile::Reporter {
  explicit Reporter(prometheus::Registry& registry_) : registry(registry_) {}

  void Report(const crypto::UnreadableRow& row) {
    if (reported.size() >= kReportedMax) reported.clear();
    if (!reported.emplace(row.table, row.id).second) return;
    UnreadableRows(registry, row.table).Increment();
    telemetry::Log(telemetry::Level::kError, "a row cannot be read",
                   {{"table", row.table}, {"row", row.id}});
  }

  prometheus::Registry& registry;
  std::set<std::pair<std::string, std::string>> reported;  // Since the ring last changed.
};

KeyringFile::KeyringFile(boost::asio::any_io_executor executor, std::string path,
                         crypto::KeyVersions versions, prometheus::Registry& registry,
                         std::chrono::milliseconds interval)
    : path_(std::move(path)),
      interval_(interval),
      reporter_(std::make_shared<Reporter>(registry)),
      failures_(telemetry::Counter(registry, "tamarack_keyring_reload_failures_total",
                                   "Keyring files that could not be used")),
      version_in_use_(telemetry::Gauge(registry, "tamarack_keyring_version_in_use",
                                       "Version of the keyring that new things are made with")),
      fingerprint_(config::FileFingerprint({path_})),
      ring_(std::move(versions), SystemClock(),
            [reporter = reporter_](const crypto::UnreadableRow& row) { reporter->Report(row); }),
      timer_(std::move(executor)) {
  version_in_use_.Set(std::stod(ring_.in_use().id));
}

KeyringFile::~KeyringFile() = default;

void KeyringFile::Start(std::function<void()> on_change) {
  on_change_ = std::move(on_change);
  Wait();
}

void KeyringFile::Wait() {
  timer_.expires_after(interval_);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (error || !self) return;
    self->Look();
    self->Wait();
  });
}

void KeyringFile::Look() {
  const std::string in_use = ring_.in_use().id;
  const bool is_another = Reload();
  ring_.Refresh();
  if (!is_another && ring_.in_use().id == in_use) return;
  version_in_use_.Set(std::stod(ring_.in_use().id));
  telemetry::Log(telemetry::Level::kInfo, "keyring read",
                 {{"version_in_use", ring_.in_use().id}, {"versions", ring_.versions().size()}});
  if (on_change_) on_change_();
}

bool KeyringFile::Reload() {
  std::string fingerprint = config::FileFingerprint({path_});
  if (fingerprint == fingerprint_) return false;
  fingerprint_ = std::move(fingerprint);
  auto versions = ReadKeyring(path_);
  absl::Status status = versions.status();
  if (versions.ok()) status = ring_.Replace(*std::move(versions));
  if (status.ok()) {
    reporter_->reported.clear();
    return true;
  }
  failures_.Increment();
  telemetry::Log(telemetry::Level::kError, "keyring not usable, the old one stays in use",
                 {{"error", status.message()}});
  return false;
}

}  // namespace tamarack::keys
