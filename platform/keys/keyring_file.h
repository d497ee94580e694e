#pragma once

#include "platform/crypto/keyring.h"

#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace tamarack::keys {

// INVALID_ARGUMENT or FAILED_PRECONDITION with the file's name when it cannot be used.
absl::StatusOr<crypto::KeyVersions> ReadKeyring(const std::string& path);

// Changes the versions in the file: `change` gets those there are. Whoever reads finds the earlier
// file or the new one, whole and of mode 0600, also after a crash; two that change it do so one
// after the other. Where the path is a link, the file it leads to is changed. Blocks.
absl::Status ChangeKeyring(const std::string& path,
                           const std::function<absl::Status(crypto::KeyVersions&)>& change);

// `tamarack_unreadable_rows_total` of a table.
prometheus::Counter& UnreadableRows(prometheus::Registry& registry, std::string_view table);

// A process's keyring, which follows its file: that is read again when it has changed. A file that
// cannot be used is logged, counted (`tamarack_keyring_reload_failures_total`), and changes
// nothing. Rows that cannot be read are logged once each and counted
// (`tamarack_unreadable_rows_total`). On the executor only.
class KeyringFile : public std::enable_shared_from_this<KeyringFile> {
 public:
  // `versions` are what ReadKeyring gave.
  KeyringFile(boost::asio::any_io_executor executor, std::string path, crypto::KeyVersions versions,
              prometheus::Registry& registry,
              std::chrono::milliseconds interval = std::chrono::seconds(2));
  ~KeyringFile();

  const crypto::Keyring& ring() const { return ring_; }

  // From now on looks at the file, and calls back when another version is in use, or others are
  // known.
  void Start(std::function<void()> on_change);
  // Looks at the file and at the clock, as Start does from time to time.
  void Look();

 private:
  struct Reporter;
  void Wait();
  bool Reload();

  const std::string path_;
  const std::chrono::milliseconds interval_;
  std::shared_ptr<Reporter> reporter_;
  prometheus::Counter& failures_;
  prometheus::Gauge& version_in_use_;
  std::string fingerprint_;  // Of the file as last tried.
  crypto::Keyring ring_;
  boost::asio::steady_timer timer_;
  std::function<void()> on_change_;
};

}  // namespace tamarack::keys
