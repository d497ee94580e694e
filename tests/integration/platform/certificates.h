#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

namespace tamarack::test {

// A key pair with a certificate for tests: an authority, or one with its name (DNS or URI) that an
// authority signed.
struct Certificate {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> x509;

  explicit Certificate(const char* name, const Certificate* issuer = nullptr)
      : key(EVP_EC_gen("P-256"), EVP_PKEY_free), x509(X509_new(), X509_free) {
    static long serial = 0;
    X509_set_version(x509.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    const Certificate& signer = issuer ? *issuer : *this;
    X509_set_issuer_name(x509.get(), X509_get_subject_name(signer.x509.get()));
    if (!issuer) {
      Extend(NID_basic_constraints, "critical,CA:TRUE");
    } else {
      bool is_uri = std::string_view(name).find("://") != std::string_view::npos;
      Extend(NID_subject_alt_name, std::string(is_uri ? "URI:" : "DNS:") + name);
    }
    X509_sign(x509.get(), signer.key.get(), EVP_sha256());
  }

  std::string CertificatePem() const {
    return Pem([&](BIO* out) { PEM_write_bio_X509(out, x509.get()); });
  }
  // Both in one file, which a rename replaces in one step.
  std::string PairPem() const { return KeyPem() + CertificatePem(); }
  std::string KeyPem() const {
    return Pem([&](BIO* out) {
      PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

 private:
  void Extend(int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    X509_add_ext(x509.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  template <class Write>
  static std::string Pem(Write write) {
    std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
    write(out.get());
    char* text = nullptr;
    long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<size_t>(size)};
  }
};

// Puts a file in the place of another in one step, as a secret store does.
inline void Replace(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  std::ofstream(fresh) << text;
  std::filesystem::rename(fresh, file);
}

}  // namespace tamarack::test
