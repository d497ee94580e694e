#include "platform/crypto/seal.h"

#include "platform/base/check.h"
#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace tamarack::crypto {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

struct CipherDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter>;

const unsigned char* Octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Octets(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

bool IsKeyId(std::string_view id) {
  return !id.empty() && id.size() <= 32 && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
}

}  // namespace

absl::StatusOr<Sealer> Sealer::FromKeys(std::vector<SealKey> keys) {
  if (keys.empty()) return absl::InvalidArgumentError("seal keys: at least one is wanted");
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!IsKeyId(keys[i].id) || keys[i].bytes.size() != kKeyBytes) {
      return absl::InvalidArgumentError("seal keys: want an id and 32 bytes each");
    }
    for (size_t j = 0; j < i; ++j) {
      if (keys[j].id == keys[i].id) return absl::InvalidArgumentError("seal keys: an id is twice");
    }
  }
  return Sealer(std::move(keys));
}

absl::StatusOr<Sealer> Sealer::FromSecret(std::string_view secret, std::string_view purpose) {
  if (secret.size() < kKeyBytes) return absl::InvalidArgumentError("seal secret: want 32 bytes");
  return FromKeys({{"1", DeriveKey(secret, purpose)}});
}

absl::StatusOr<Sealer> Sealer::FromText(std::string_view text) {
  std::vector<SealKey> keys;
  for (absl::string_view raw : absl::StrSplit(ToAbsl(text), '\n')) {
    absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (line.empty() || line[0] == '#') continue;
    std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    absl::StatusOr<std::string> bytes = Base64Decode(ToStd(parts.second));
    if (!bytes.ok()) return absl::InvalidArgumentError("seal keys: want lines of id:base64");
    keys.push_back({std::string(parts.first), *std::move(bytes)});
  }
  return FromKeys(std::move(keys));
}

std::string Sealer::Seal(std::string_view plaintext, std::string_view aad) const {
  const SealKey& key = keys_.front();
  std::string out = RandomBytes(kNonceBytes);
  out.resize(kNonceBytes + plaintext.size() + kTagBytes);
  Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  TAMARACK_CHECK(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Octets(key.bytes),
                                    Octets(out)) == 1);
  TAMARACK_CHECK(EVP_EncryptUpdate(cipher.get(), nullptr, &size, Octets(aad),
                                   static_cast<int>(aad.size())) == 1);
  TAMARACK_CHECK(EVP_EncryptUpdate(cipher.get(), Octets(out) + kNonceBytes, &size,
                                   Octets(plaintext), static_cast<int>(plaintext.size())) == 1);
  TAMARACK_CHECK(EVP_EncryptFinal_ex(cipher.get(), Octets(out) + kNonceBytes + size, &size) == 1);
  TAMARACK_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                     Octets(out) + kNonceBytes + plaintext.size()) == 1);
  return absl::StrCat(key.id, ".", Base64UrlEncode(out));
}

absl::StatusOr<std::string> Sealer::Open(std::string_view sealed, std::string_view aad) const {
  size_t dot = sealed.find('.');
  if (dot == std::string_view::npos) return absl::DataLossError("sealed text: no key id");
  auto key = std::find_if(keys_.begin(), keys_.end(),
                          [&](const SealKey& k) { return k.id == sealed.substr(0, dot); });
  if (key == keys_.end()) return absl::DataLossError("sealed text: unknown key id");
  absl::StatusOr<std::string> decoded = Base64UrlDecode(sealed.substr(dot + 1));
  if (!decoded.ok() || decoded->size() < kNonceBytes + kTagBytes) {
    return absl::DataLossError("sealed text: malformed");
  }
  const size_t plain_bytes = decoded->size() - kNonceBytes - kTagBytes;
  std::string plaintext(plain_bytes, '\0');
  Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  bool opened =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Octets(key->bytes),
                         Octets(*decoded)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, Octets(aad), static_cast<int>(aad.size())) ==
          1 &&
      EVP_DecryptUpdate(cipher.get(), Octets(plaintext), &size, Octets(*decoded) + kNonceBytes,
                        static_cast<int>(plain_bytes)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                          Octets(*decoded) + kNonceBytes + plain_bytes) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), Octets(plaintext) + size, &size) == 1;
  if (!opened) return absl::DataLossError("sealed text: altered, or bound to another place");
  return plaintext;
}

std::string NewSealKeyLine(std::string_view id) {
  return absl::StrCat(ToAbsl(id), ":", Base64Encode(RandomBytes(kKeyBytes)), "\n");
}

}  // namespace tamarack::crypto
