#include "platform/crypto/seal.h"

#include "platform/base/check.h"
#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/random.h"

#include <absl/strings/ascii.h>
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

absl::StatusOr<Sealer> Sealer::FromKey(VersionKey key) {
  if (!IsKeyId(key.id) || key.bytes.size() != kKeyBytes)
    return absl::InvalidArgumentError("seal key: want an id and 32 bytes");
  return Sealer(PurposeView(PurposeKeys{{std::move(key)}}));
}

std::string Sealer::Seal(std::string_view plaintext, std::string_view aad) const {
  auto keys = keys_.Now();
  const VersionKey& key = keys->current();
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
  auto keys = keys_.Now();
  auto key = std::find_if(keys->all.begin(), keys->all.end(),
                          [&](const VersionKey& k) { return k.id == sealed.substr(0, dot); });
  if (key == keys->all.end()) return absl::DataLossError("sealed text: unknown key id");
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

absl::StatusOr<std::string> Sealer::OpenRow(const UnreadableRow& row, std::string_view sealed,
                                            std::string_view aad) const {
  auto opened = Open(sealed, aad);
  if (!opened.ok()) Report(row);
  return opened;
}

}  // namespace tamarack::crypto
