#include "platform/crypto/keyring.h"

#include "platform/base/check.h"
#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <absl/time/time.h>

#include <algorithm>
#include <limits>

namespace tamarack::crypto {
namespace {

constexpr std::string_view kHeader = "# tamarack keyring";
constexpr char kHeaderLine[] = "# tamarack keyring: version, used from, secret in base64\n";
constexpr char kFirstId[] = "1";
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%SZ";
constexpr size_t kSecretBytesMin = 32;
constexpr size_t kIdSizeMax = 9;

bool IsId(absl::string_view id) {
  return !id.empty() && id.size() <= kIdSizeMax && id[0] != '0' &&
         std::all_of(id.begin(), id.end(), absl::ascii_isdigit);
}

absl::StatusOr<KeyVersion> ParseLine(absl::string_view line) {
  std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.size() != 3)
    return absl::InvalidArgumentError("three words are wanted: version, used from, secret");
  if (!IsId(words[0])) return absl::InvalidArgumentError("the version must be a number");
  absl::Time from;
  if (!absl::ParseTime(kTimeFormat, words[1], &from, nullptr))
    return absl::InvalidArgumentError("used from must be a time such as 2026-11-30T17:00:00Z");
  auto secret = Base64Decode(ToStd(words[2]));
  if (!secret.ok() || secret->size() < kSecretBytesMin)
    return absl::InvalidArgumentError("the secret must be 32 bytes or more in base64");
  return KeyVersion{std::string(words[0]), absl::ToUnixSeconds(from), *std::move(secret)};
}

std::string StoredForm(const VersionKey& key, std::string_view text) {
  std::string mac = Base64UrlEncode(HmacSha256(key.bytes, text));
  return key.id == kFirstId ? mac : absl::StrCat(key.id, ".", mac);
}

}  // namespace

absl::StatusOr<KeyVersions> ParseKeyring(std::string_view text) {
  if (!text.starts_with(kHeader)) {
    if (text.size() < kSecretBytesMin)
      return absl::InvalidArgumentError("at least 32 characters are needed");
    return KeyVersions{{.id = kFirstId, .secret = std::string(text)}};
  }
  KeyVersions versions;
  int number = 0;
  for (absl::string_view raw : absl::StrSplit(ToAbsl(text), '\n')) {
    ++number;
    absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (line.empty() || line[0] == '#') continue;
    auto version = ParseLine(line);
    if (version.ok() && std::any_of(versions.begin(), versions.end(),
                                    [&](const KeyVersion& v) { return v.id == version->id; }))
      version = absl::InvalidArgumentError("the version is there twice");
    if (!version.ok())
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", version.status().message()));
    versions.push_back(*std::move(version));
  }
  if (versions.empty()) return absl::InvalidArgumentError("the keyring has no version");
  return versions;
}

std::string FormatKeyring(const KeyVersions& versions) {
  std::string text = kHeaderLine;
  for (const KeyVersion& version : versions) {
    absl::StrAppend(&text, version.id, " ",
                    absl::FormatTime(kTimeFormat, absl::FromUnixSeconds(version.used_from),
                                     absl::UTCTimeZone()),
                    " ", Base64Encode(version.secret), "\n");
  }
  return text;
}

size_t VersionInUse(const KeyVersions& versions, TimePoint now) {
  for (size_t i = versions.size(); i-- > 0;) {
    if (versions[i].used_from <= UnixSeconds(now)) return i;
  }
  return 0;
}

int64_t ReplacedAt(const KeyVersions& versions, size_t index) {
  int64_t replaced_at = std::numeric_limits<int64_t>::max();
  for (size_t i = index + 1; i < versions.size(); ++i)
    replaced_at = std::min(replaced_at, versions[i].used_from);
  return replaced_at;
}

PurposeView::PurposeView(PurposeKeys fixed)
    : state_(std::make_shared<State>(
          State{std::make_shared<const PurposeKeys>(std::move(fixed)), nullptr})) {}

void PurposeView::Report(const UnreadableRow& row) const {
  if (state_->on_unreadable && *state_->on_unreadable) (*state_->on_unreadable)(row);
}

Keyring::Keyring(KeyVersions versions, Clock clock, OnUnreadable on_unreadable)
    : versions_(std::move(versions)),
      clock_(std::move(clock)),
      on_unreadable_(std::make_shared<const OnUnreadable>(std::move(on_unreadable))),
      in_use_(VersionInUse(versions_, clock_())) {
  TAMARACK_CHECK(!versions_.empty());
}

Keyring::Keyring(std::string_view secret)
    : Keyring(KeyVersions{{.id = kFirstId, .secret = std::string(secret)}}) {}

PurposeView Keyring::For(std::string_view purpose) const {
  auto known = std::find_if(purposes_.begin(), purposes_.end(),
                            [&](const auto& entry) { return entry.first == purpose; });
  PurposeView view(PurposeKeys{});
  if (known != purposes_.end()) {
    view.state_ = known->second;
    return view;
  }
  *view.state_ = {Derive(purpose), on_unreadable_};
  purposes_.emplace_back(purpose, view.state_);
  return view;
}

absl::Status Keyring::Replace(KeyVersions versions) {
  if (versions.empty()) return absl::FailedPreconditionError("no version is left");
  bool has_common = false;
  for (const KeyVersion& known : versions_) {
    for (const KeyVersion& version : versions) {
      if (version.id != known.id) continue;
      if (!ConstantTimeEqual(version.secret, known.secret))
        return absl::FailedPreconditionError(
            absl::StrCat("version ", version.id, " has another secret than before"));
      has_common = true;
    }
  }
  if (!has_common) return absl::FailedPreconditionError("none of the versions known is left");
  versions_ = std::move(versions);
  DeriveAll();
  return absl::OkStatus();
}

void Keyring::Refresh() {
  if (VersionInUse(versions_, clock_()) != in_use_) DeriveAll();
}

void Keyring::DeriveAll() {
  in_use_ = VersionInUse(versions_, clock_());
  for (auto& [purpose, state] : purposes_) state->keys = Derive(purpose);
}

std::shared_ptr<const PurposeKeys> Keyring::Derive(std::string_view purpose) const {
  PurposeKeys keys;
  for (const KeyVersion& version : versions_)
    keys.all.push_back({version.id, DeriveKey(version.secret, purpose)});
  keys.in_use = in_use_;
  return std::make_shared<const PurposeKeys>(std::move(keys));
}

std::string StoredMac::Make(std::string_view text) const {
  return StoredForm(keys_.Now()->current(), text);
}

std::vector<std::string> StoredMac::MakeAll(std::string_view text) const {
  auto keys = keys_.Now();
  std::vector<std::string> all{StoredForm(keys->current(), text)};
  for (const VersionKey& key : keys->all) {
    if (key.id != keys->current().id) all.push_back(StoredForm(key, text));
  }
  return all;
}

bool StoredMac::Matches(std::string_view text, std::string_view stored) const {
  bool matches = false;
  for (const std::string& candidate : MakeAll(text))
    matches |= ConstantTimeEqual(candidate, stored);
  return matches;
}

}  // namespace tamarack::crypto
