#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::pages {

// A text or URL in both languages.
struct Bilingual {
  std::string en;
  std::string fr;
  const std::string& In(std::string_view language) const { return language == "fr" ? fr : en; }
};

struct FooterLink {
  Bilingual text;
  Bilingual href;
};

// Whose government this is. Configuration, never code: the platform ships no official mark.
struct Brand {
  Bilingual name;
  Bilingual home;
  Bilingual owner_line;
  std::string logo_path;  // an image below /assets/brand/; empty: the name as a wordmark
  std::string help_phone;
  std::string help_tty;
  Bilingual help_page;                   // "Other ways to contact us"; empty: no such link
  std::vector<FooterLink> footer_links;  // accessibility, privacy, terms of use …
};

// "Government services / Services gouvernementaux", in text.
Brand DefaultBrand();

// Reads brand.json; what it leaves out stays as in DefaultBrand(), which has no footer links. A
// link that lacks a language, or leads nowhere, is an error. An empty path gives the default.
//   {"name": {"en": "…", "fr": "…"},
//    "home": {"en": "https://…", "fr": "https://…"},
//    "owner_line": {"en": "© …", "fr": "© …"},
//    "logo_path": "/assets/brand/logo.svg",
//    "help_phone": "1-800-555-0100",
//    "help_tty": "1-800-555-0101",
//    "help_page": {"en": "…", "fr": "…"},
//    "footer_links": [{"text": {"en": "Privacy", "fr": "Confidentialité"},
//                      "href": {"en": "…", "fr": "…"}}]}
//    "…", "fr": "…"}}]}
absl::StatusOr<Brand> LoadBrand(std::string_view path);

}  // namespace tamarack::pages
